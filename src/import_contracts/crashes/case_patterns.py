"""The patterns of ``match`` statements: whether one matches, what it evaluates, and which names it binds."""

from __future__ import annotations

import ast

from import_contracts.crashes.library import Library
from import_contracts.crashes.memory import UNKNOWN
from import_contracts.crashes.values import Argument, Container


class CasePatterns(Library):
    """A machine that knows whether patterns match."""

    def matches(self, subject: object, pattern: ast.pattern) -> bool | None:  # noqa: C901, PLR0911 - one case each
        """Tell whether a pattern matches, whose names are bound; None if that is not known."""
        match pattern:
            case ast.MatchAs(None, name) | ast.MatchStar(name):
                if name:
                    self.bind(name, subject)
                return True
            case ast.MatchAs(inner, name):
                known = self.matches(subject, inner) if inner else True
                if name:
                    self.bind(name, subject)
                return known
            case ast.MatchValue(value):
                return self.compared(subject, ast.Eq(), self.evaluate(value))
            case ast.MatchSingleton(value):
                return self.identical(subject, value)
            case ast.MatchOr(patterns):
                return self._matches_any(subject, patterns)
            case ast.MatchClass(kind, positional, _, named):
                return self._matches_class(subject, self.evaluate(kind), [*positional, *named])
            case ast.MatchSequence(patterns):
                return self._matches_sequence(subject, patterns)
            case ast.MatchMapping(keys, patterns, rest):
                self._match_keys(subject, keys)
                self._match_inside(patterns)
                if rest:
                    self.bind(rest, UNKNOWN)
        return None

    def _matches_any(self, subject: object, patterns: list[ast.pattern]) -> bool | None:
        for place, each in enumerate(patterns):
            known = self.matches(subject, each)
            if known is not False:
                if known is None and patterns[place + 1 :]:
                    self.value_maybe(lambda: self._matches_any(subject, patterns[place + 1 :]))  # noqa: B023
                return known
        return False

    def _matches_class(self, subject: object, kind: object, inside: list[ast.pattern]) -> bool | None:
        found = self.isinstance((Argument(subject), Argument(kind)))
        if found is False:
            return False
        self.use_objects((subject,) if inside else ())
        self._match_inside(inside)
        return True if found is True and not inside else None

    def _matches_sequence(self, subject: object, patterns: list[ast.pattern]) -> bool | None:
        items = subject.items if isinstance(subject, Container) and subject.kind == "list" else subject
        if isinstance(items, tuple) and not any(isinstance(each, ast.MatchStar) for each in patterns):
            if len(items) != len(patterns):
                return False
            answers: list[bool | None] = []
            for item, each in zip(items, patterns, strict=True):
                answers.append(self.matches(item, each))
                if answers[-1] is not True:
                    break
            return answers[-1] if answers else True
        self._match_inside(patterns)
        return None

    def _match_keys(self, subject: object, keys: list[ast.expr]) -> None:
        """Follow the keys of a pattern for a mapping, whatever is behind the first one may not be tried."""
        if isinstance(subject, Container) and subject.kind == "dict" and keys:
            self.evaluate(keys[0])
            keys = keys[1:]
        for each in keys:
            self.value_maybe(lambda: self.evaluate(each))  # noqa: B023 - called at once

    def _match_inside(self, patterns: list[ast.pattern]) -> None:
        """Follow patterns that may not be tried."""
        for each in patterns:
            self.value_maybe(lambda: self.matches(UNKNOWN, each))  # noqa: B023 - called at once
