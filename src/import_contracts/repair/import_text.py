"""The text of an import statement: its names with their commas, comments and line ends, and how to write another."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

from import_contracts.repair.layout import Layout

ImportStatement: TypeAlias = ast.Import | ast.ImportFrom
_COMMENT = re.compile(r"#[^\r\n]*")
_LINE_END = re.compile(r"\r\n|\r|\n")
_TAIL = re.compile(r"(?P<comma>(?:[\s\\]|#[^\r\n]*)*,)?(?P<comment>[ \t\f]*#[^\r\n]*)?")
_MODULE = re.compile(r"from(?P<left>[\s\\]*)(?P<module>[.\w][.\w\s\\]*?)(?P<right>[\s\\]*)import(?!\w)")
_DIRECTIVE = re.compile(
    r"#\s*(?:noqa|type:|pylint:|pyright:|mypy:|ruff:|isort:|fmt:|pragma|nosec|nopycln|yapf)", re.IGNORECASE
)

_NOQA = re.compile(r"#[ \t]*(?i:noqa)[ \t]*:[ \t]*(?P<rules>[A-Z]+\d+(?:[, \t]+[A-Z]+\d+)*)(?P<why>[^#]*)")


@dataclass(frozen=True, slots=True)
class Name:
    """One name of an import statement, with what stands before it and behind it.

    ``lead`` is white space, with the lines that are comments. ``tail`` is the comma and the comment on its line.
    """

    lead: str
    alias: ast.alias | None
    text: str
    tail: str = ""

    @property
    def comment(self) -> str:
        """The comment behind the name; "" if there is none."""
        return "  ".join(_COMMENT.findall(self.tail))

    @property
    def has_comma(self) -> bool:
        """Whether a comma follows."""
        return "," in _COMMENT.sub("", self.tail)


@dataclass(frozen=True)
class ImportText:
    """The text of an import statement, from its keyword to its last name or bracket.

    ``head`` is what comes before the names, ``rest`` what comes between the last name and the bracket ``close``, which
    is "" where there are no brackets.
    """

    head: str
    names: tuple[Name, ...]
    rest: str
    close: str

    def __str__(self) -> str:
        names = "".join(each.lead + each.text + each.tail for each in self.names)
        return f"{self.head}{names}{self.rest}{self.close}"

    @property
    def opening_comment(self) -> str:
        """The comment behind the opening bracket; "" if there is none."""
        return _comment(self.head)

    @property
    def own_comments(self) -> list[str]:
        """The comments inside the brackets that have lines of their own."""
        gaps = [*(each.lead for each in self.names), self.rest]
        return [comment for gap in gaps for comment in _COMMENT.findall(gap)]

    @cached_property
    def _lines(self) -> list[list[Name]]:
        """The names on each line."""
        lines: list[list[Name]] = []
        for number, each in enumerate(self.names):
            if not number or self._begins_line(number):
                lines.append([])
            lines[-1].append(each)
        return lines

    def _line_of(self, alias: ast.alias | None) -> list[Name]:
        """Return the names on the line of a name, which is one of the statement."""
        return next(line for line in self._lines if any(each.alias is alias for each in line))

    def _begins_line(self, number: int) -> bool:
        """Tell whether a name, but not the first, is the first on its line."""
        return _has_line_end(self.names[number - 1].tail + self.names[number].lead)

    def comment_of(self, alias: ast.alias) -> str:
        """Return the comment on the line of a name; "" if there is none."""
        return self._line_of(alias)[-1].comment

    def is_last_on_line(self, alias: ast.alias, removed: Collection[ast.alias]) -> bool:
        """Tell whether all names on the line of a name are removed."""
        return all(each.alias in removed for each in self._line_of(alias))

    # --- other statements like this one ---------------------------------------------------------------------------

    def without(self, removed: Collection[ast.alias]) -> ImportText:
        """Return the statement without some of its names, but not without all; comments of their own stay.

        What tells tools something about the whole statement, on the line of its bracket, stays too.
        """
        told = self._told_with(removed)
        head = f"{self.head}  {told}" if told else self.head
        kept: list[Name] = []
        lead: str | None = None
        for number, each in enumerate(self.names):
            own = each.lead if lead is None else _joined_lead(lead, each.lead, is_first=not kept)
            lead = own if each.alias in removed else None
            if lead is None:
                kept.append(replace(each, lead=each.lead if told and not kept and not _has_line_end(own) else own))
            elif kept and each.comment and not self._begins_line(number) and not _has_line_end(own):
                kept[-1] = replace(kept[-1], tail=f"{kept[-1].tail.rstrip()}  {each.comment}")
        if lead is None:
            return replace(self, head=head, names=tuple(kept))
        if not self.names[-1].has_comma:
            kept[-1] = replace(kept[-1], tail=re.sub(r"^[\s\\]*,", "", kept[-1].tail))
        rest = _joined_lead(lead, self.rest, is_first=False) if _COMMENT.search(lead) else self.rest
        if kept[-1].comment and not _has_line_end(rest):
            rest = _line_end(str(self)) + rest.lstrip()
        return replace(self, head=head, names=tuple(kept), rest=rest)

    def _told_with(self, removed: Collection[ast.alias]) -> str:
        """Return the directives on the line of the opening bracket, if they stand behind names that are all removed."""
        line = self._line_of(self.names[0].alias)
        return self._told if all(each.alias in removed for each in line) else ""

    def told_to(self, alias: ast.alias) -> str:
        """Return the directives on the line of the opening bracket, if they stand behind names, but not this one.

        Tools take them as said of the whole statement.
        """
        is_there = any(each.alias is alias for each in self._line_of(self.names[0].alias))
        return "" if is_there else self._told

    @property
    def _told(self) -> str:
        line = self._line_of(self.names[0].alias)
        return directives(line[-1].comment) if self.close and not _has_line_end(line[0].lead) else ""

    def adding(self, text: str, number: int) -> ImportText:
        """Return the statement with a name before the one at a place, or behind all."""
        names = list(self.names)
        if number < len(names):
            lead = names[number].lead
            has_own_line = _has_line_end(lead) and "\\" not in lead
            names[number] = replace(names[number], lead=lead if has_own_line else " ")
            names.insert(number, Name(_last_line(lead) if has_own_line else lead, None, text, ","))
            return replace(self, names=tuple(names))
        last = names[-1]
        lead = _last_line(last.lead) if _has_line_end(last.lead) and "\\" not in last.lead else " "
        if last.comment and not _has_line_end(lead):
            lead = f"{_line_end(str(self))}    "
        if not last.has_comma:
            names[-1] = replace(last, tail=f",{last.tail}")
        return replace(self, names=(*names, Name(lead, None, text, "," if last.has_comma else "")))

    def renamed(self, module: str, texts: Sequence[str]) -> ImportText:
        """Return the statement with another module and other names at the same places."""
        names = tuple(replace(each, text=text) for each, text in zip(self.names, texts, strict=True))
        return replace(self, head=_MODULE.sub(lambda found: _from(found, module), self.head, count=1), names=names)


def import_text(statement: ImportStatement, layout: Layout) -> ImportText:
    """Return the text of a statement, taken apart."""
    text, begin = layout.text, layout.start(statement)
    places = [(layout.start(each), layout.end(each)) for each in statement.names]
    head, end = text[begin : places[0][0]], layout.end(statement)
    close = ")" if "(" in _COMMENT.sub("", head) else ""
    lead = ""
    if close:
        opening = re.match(r"[^(]*\((?:[ \t\f]*#[^\r\n]*)?", head)
        at = opening.end() if opening else len(head)
        head, lead = head[:at], head[at:]
    names = []
    for number, (first, last) in enumerate(places):
        gap = text[last : places[number + 1][0] if number + 1 < len(places) else end - len(close)]
        found = _TAIL.match(gap)
        tail = found[0] if found else ""
        names.append(Name(lead, statement.names[number], text[first:last], tail))
        lead = gap[len(tail) :]
    return ImportText(head, tuple(names), lead, close)


def module_text(statement: ast.ImportFrom) -> str:
    """Return the module of a statement as it is written, with its dots."""
    return "." * statement.level + (statement.module or "")


def name_text(name: str, local: str | None) -> str:
    """Return a name as an import statement has it, with the name under which it is bound if that is another."""
    return f"{name} as {local}" if local and local != name else name


def directives(*comments: str) -> str:
    """Return those of some comments that tell tools what to do on their line, joined."""
    return joined_comments(each for each in comments if _DIRECTIVE.match(each))


def joined_comments(comments: Iterable[str]) -> str:
    """Return comments as one, each only once; one for type checkers must be the first (PEP 484)."""
    found = dict.fromkeys(each for each in comments if each)
    return "  ".join(sorted(found, key=lambda each: not each.startswith("# type:")))


@dataclass(frozen=True, slots=True)
class NewImport:
    """An import statement to write: of a ``module``, or from it if there are ``names``, sorted.

    ``comment`` is that of the statement, and ``comments`` has those of names.
    """

    module: str
    names: tuple[str, ...] = ()
    comment: str = ""
    comments: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> tuple[bool, int, bool, str]:
        """What sorts import statements as isort does: relative ones behind the others, the farthest first."""
        dots = len(self.module) - len(self.module.lstrip("."))
        return bool(dots), -dots, bool(self.names), self.module.lstrip(".").partition(" as ")[0]

    def lines(self, indent: str, step: str, width: int) -> list[str]:
        """Return the lines of the statement, without ends: one, or a line for each name in brackets.

        These are used if one line would be too long, and if names have comments. With an indentation, comments do not
        say that the statement is below the top.
        """
        own, comments = self.comment, self.comments
        if indent:
            own = _without_top(own)
            comments = {name: _without_top(comment) for name, comment in comments.items()}
        begin = f"{indent}from {self.module} import" if self.names else f"{indent}import {self.module}"
        whole = f"{begin} {', '.join(self.names)}".rstrip()
        if len(self.names) < 2 or not any(comments.values()):
            comment = joined_comments([*comments.values(), own])
            if len(whole) <= width or not self.names:
                return [_with(whole, comment)]
            return [_with(f"{begin} (", comment), *(f"{indent}{step}{name}," for name in self.names), f"{indent})"]
        names = (_with(f"{indent}{step}{name},", comments.get(name, "")) for name in self.names)
        return [_with(f"{begin} (", own), *names, f"{indent})"]


def _without_top(comment: str) -> str:
    """Return a comment without the rule that imports of the top level are at its top (E402)."""
    return _NOQA.sub(_other_rules, comment).strip()


def _other_rules(found: re.Match[str]) -> str:
    rules = re.findall(r"\w+", found["rules"])
    if "E402" not in rules:
        return found[0]
    if others := [rule for rule in rules if rule != "E402"]:
        return f"# noqa: {', '.join(others)}{found['why']}"
    why = found["why"].lstrip(" \t-:,")
    return f"# {why}" if why.strip() else ""


def _with(line: str, comment: str) -> str:
    return f"{line}  {comment}" if comment else line


def _from(found: re.Match[str], module: str) -> str:
    right = found["right"] or ("" if module.endswith(".") else " ")
    return f"from{found['left'] or ' '}{module}{right}import"


def _joined_lead(removed: str, lead: str, *, is_first: bool) -> str:
    """Return what stands before a name when the one before it, with its own lead, is removed."""
    if not _COMMENT.search(lead) and (is_first or not _has_line_end(lead)):
        return removed
    if _COMMENT.search(removed):
        return removed[: removed.rindex(_line_end(removed))] + lead
    return lead


def _last_line(lead: str) -> str:
    """Return white space without the lines of comments in it."""
    if not _has_line_end(lead):
        return lead
    ends = list(_LINE_END.finditer(lead))
    return ends[-1][0] + lead[ends[-1].end() :]


def _has_line_end(text: str) -> bool:
    return _LINE_END.search(text) is not None


def _line_end(text: str) -> str:
    found = _LINE_END.findall(text)
    return found[-1] if found else "\n"


def _comment(text: str) -> str:
    found = _COMMENT.search(text)
    return found[0] if found else ""
