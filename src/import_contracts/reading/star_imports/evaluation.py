"""What the statements of a module bind when it is imported, followed as far as ``__all__`` depends on it.

Nothing is executed. Where a condition cannot be decided, both branches are followed. What a function does counts only
if it changes ``__all__``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Protocol

from import_contracts.graph.names import absolute
from import_contracts.reading.source import trees
from import_contracts.reading.star_imports.namings import (
    UNBOUND,
    Bound,
    From,
    ModuleName,
    Names,
    Namings,
    Star,
    Value,
    Words,
    concatenated,
    either,
    elements,
    only_text,
)


class Modules(Protocol):
    """Where other modules are looked up."""

    def attribute(self, module: str, name: str) -> Value:
        """Return the value of an attribute of a module; ``UNBOUND`` if it has none."""

    def exported(self, module: str, name: str) -> Bound:
        """Return what a star import of a module binds a name to; ``UNBOUND`` if it does not."""


class TooMuchError(Exception):
    """The statements would take too long to follow."""


_MOST_STEPS = 20_000
_OTHER: Words = frozenset()
# What returns its argument as another collection, and what only looks at it.
_COLLECTIONS = {"list": True, "sorted": True, "tuple": False, "set": False, "frozenset": False, "reversed": False}
_READING = frozenset({"len", "print", "all", "any", "isinstance", "hasattr", "repr", "str", "max", "min", "zip", "map"})
# What returns names that are bound already.
_OWN_NAMES = frozenset({"dir", "globals", "locals", "vars"})
_CHANGING = frozenset({"append", "add", "extend", "update", "insert", "remove", "discard", "clear", "pop"})
_UNCHANGING = frozenset({"sort", "reverse", "index", "count"})
_OF_TEXT = frozenset({"split", "rsplit", "splitlines", "strip", "lstrip", "rstrip", "lower"})


class Evaluator:
    """Follows the statements of one module; ``names`` are those that it has bound."""

    def __init__(self, module: str, modules: Modules, *, is_package: bool) -> None:
        self.names = Namings()
        self._module = module
        self._modules = modules
        self._is_package = is_package
        self._steps = 0
        self._functions: list[ast.stmt] = []
        self._end: float = float("inf")
        self._statements: dict[type[ast.stmt], Callable[[Any], None]] = {
            ast.AnnAssign: self._annotated,
            ast.Assign: self._assign,
            ast.AsyncFunctionDef: self._definition,
            ast.AugAssign: self._augmented,
            ast.ClassDef: self._definition,
            ast.Delete: self._delete,
            ast.Expr: self._expression,
            ast.For: self._for,
            ast.FunctionDef: self._definition,
            ast.If: self._if,
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
            ast.Match: self._match,
            ast.Raise: self._raise,
            ast.Try: self._try,
            ast.TryStar: self._try,
            ast.While: self._while,
            ast.With: self._with,
        }
        self._expressions: dict[type[ast.expr], Callable[[Any], Value]] = {
            ast.Attribute: self._attribute,
            ast.BinOp: self._operation,
            ast.BoolOp: self._one_of,
            ast.Call: self._call,
            ast.Constant: _constant,
            ast.Dict: self._dictionary,
            ast.DictComp: self._comprehension,
            ast.FormattedValue: self._formatted,
            ast.GeneratorExp: self._comprehension,
            ast.IfExp: self._conditional,
            ast.JoinedStr: self._joined,
            ast.List: self._display,
            ast.ListComp: self._comprehension,
            ast.Name: self._name,
            ast.NamedExpr: self._named,
            ast.Set: self._display,
            ast.SetComp: self._comprehension,
            ast.Subscript: self._subscript,
            ast.Tuple: self._display,
        }

    def run(self, tree: ast.Module, listing: Collection[int], before: int | None = None) -> None:
        """Follow a module up to a line, or to its end; raises TooMuchError.

        ``listing`` are the lines with ``__all__``.
        """
        self._end = float("inf") if before is None else before
        self._block(tree.body)
        for each in self._functions:
            if any(each.lineno <= line <= (each.end_lineno or line) for line in listing):
                self._change_in_function(each)

    def lookup(self, name: str) -> Value:
        """Return what a name is bound to now."""
        found = self.names.find(name)
        if found is None:
            return self._from_stars(name)
        if not isinstance(found.value, From):
            return found.value
        value = self._modules.attribute(found.value.module, found.value.name)
        self.names.resolve(name, None if value is UNBOUND else value)
        return self.lookup(name)

    def _from_stars(self, name: str) -> Value:
        if name == "__name__":
            return frozenset({self._module})
        for star in self.names.all_stars():
            found = self._modules.exported(star.module, name)
            if found.value is not UNBOUND:
                return found.value
        return UNBOUND

    # --- statements ----------------------------------------------------------------------------------------------

    def _block(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            self._count_step()
            if statement.lineno >= self._end or self.names.ends:
                break
            if (follow := self._statements.get(type(statement))) is not None:
                follow(statement)

    def _count_step(self) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise TooMuchError

    def _path(self, start: Namings, *blocks: Callable[[], None]) -> Namings:
        """Return the path from a place through some blocks."""
        before, self.names = self.names, Namings(start)
        for block in blocks:
            block()
        path, self.names = self.names, before
        return path

    def _paths(self, *blocks: Sequence[ast.stmt]) -> None:
        """Follow one of several blocks, of which an empty one does nothing."""
        self.names.join([self._path(self.names, lambda block=block: self._block(block)) for block in blocks])  # type: ignore[misc]

    def _if(self, node: ast.If) -> None:
        known = self._truth(node.test)
        if known is not None:
            self._block(node.body if known else node.orelse)
        else:
            self._paths(node.body, node.orelse)

    def _for(self, node: ast.For) -> None:
        items = elements(self._value(node.iter))
        leaves = any(isinstance(each, ast.Break | ast.Continue) for each in trees.walk(node))
        for name in sorted(items.counts):
            if items.is_exact and not leaves:
                self._target(node.target, frozenset({name}))
                self._block(node.body)
            else:
                self._maybe(node, frozenset({name}))
        if not items.is_whole:
            self._maybe(node, None)
        self._block(node.orelse)

    def _maybe(self, node: ast.For, value: Value) -> None:
        """Follow the body of a loop, or not."""

        def once() -> None:
            self._target(node.target, value)
            self._block(node.body)

        self.names.join([self._path(self.names, once), Namings(self.names)])

    def _while(self, node: ast.While) -> None:
        known = self._truth(node.test)
        if known is None:
            self._paths(node.body, ())
        elif known:
            self._block(node.body)
        self._block(node.orelse)

    def _try(self, node: ast.Try) -> None:
        start = self.names
        whole = self._path(start, lambda: self._block(node.body), lambda: self._block(node.orelse))
        # An exception may have been raised at any place in the body.
        failed = self._path(start, lambda: self._paths(node.body, ()))
        failed.ends = False
        handled = [self._path(failed, lambda body=each.body: self._block(body)) for each in node.handlers]  # type: ignore[misc]
        failed.join(handled)
        start.join([whole, failed] if node.handlers else [whole])
        self._block(node.finalbody)

    def _with(self, node: ast.With) -> None:
        for item in node.items:
            if item.optional_vars is not None:
                self._target(item.optional_vars, None)
        calls = (item.context_expr for item in node.items)
        functions = (trees.dotted_name(call.func) for call in calls if isinstance(call, ast.Call))
        if any(dotted and dotted[-1] == "suppress" for dotted in functions):
            self._paths(node.body, ())
        else:
            self._block(node.body)

    def _match(self, node: ast.Match) -> None:
        for case in node.cases:
            for each in trees.walk(case.pattern):
                if isinstance(each, ast.MatchAs | ast.MatchStar) and each.name:
                    self.names.bind(each.name, None)
        self._paths(*(case.body for case in node.cases), ())

    def _raise(self, _: ast.Raise) -> None:
        self.names.ends = True

    def _definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        self.names.bind(node.name, None)
        self._functions.append(node)

    def _assign(self, node: ast.Assign) -> None:
        (first, *others), value = node.targets, node.value
        if (
            not others
            and isinstance(first, ast.Tuple | ast.List)
            and isinstance(value, ast.Tuple | ast.List)
            and len(first.elts) == len(value.elts)
        ):
            for target, part in zip(first.elts, [self._value(each) for each in value.elts], strict=True):
                self._target(target, part)
        else:
            known = self._value(value)
            for target in node.targets:
                self._target(target, known)

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._target(node.target, self._value(node.value))

    def _target(self, target: ast.expr, value: Value) -> None:
        """Bind a target to a value."""
        if isinstance(target, ast.Name):
            self.names.bind(target.id, value)
        elif isinstance(target, ast.Tuple | ast.List):
            for each in target.elts:
                self._target(each, None)
        elif isinstance(target, ast.Starred):
            self._target(target.value, None)
        elif isinstance(target, ast.Subscript) and isinstance(names := self._value(target.value), Names):
            self._replace(names, target.slice, value)

    def _replace(self, names: Names, place: ast.expr, value: Value) -> None:
        """Replace an element or a slice of a list."""
        if not isinstance(place, ast.Slice):
            names.add(value)
            names.is_exact = False
        elif place.lower is place.upper is place.step is None:
            names.counts = type(names.counts)()
            names.is_whole = names.is_exact = True
            names.extend(elements(value))
        else:
            names.extend(elements(value))
            names.is_exact = False

    def _augmented(self, node: ast.AugAssign) -> None:
        value = self._value(node.value)
        old = self._value(node.target) if isinstance(node.target, ast.Name) else None
        if isinstance(old, Names) and isinstance(node.op, ast.Add | ast.BitOr):
            new = old if old.is_list or isinstance(node.op, ast.BitOr) else old.copy()
            new.extend(elements(value))
            self._target(node.target, new)
        elif isinstance(old, Names) and isinstance(node.op, ast.Sub):
            for name in elements(value).counts if elements(value).is_exact else ():
                del old.counts[name]
        elif isinstance(node.target, ast.Name):
            self._target(node.target, self._sum(old, value) if isinstance(node.op, ast.Add) else None)

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.names.bind(target.id, UNBOUND)
            elif isinstance(target, ast.Subscript) and isinstance(names := self._value(target.value), Names):
                self._replace(names, target.slice, Names())

    def _expression(self, node: ast.Expr) -> None:
        self._value(node.value)

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            module = alias.name if alias.asname else alias.name.partition(".")[0]
            self.names.bind(alias.asname or module, ModuleName(module))

    def _import_from(self, node: ast.ImportFrom) -> None:
        module = absolute(node.level, node.module or "", self._module, is_package=self._is_package)
        for alias in node.names:
            if alias.name == "*":
                self.names.stars += [Star(module)] if module else []
            else:
                self.names.bind(alias.asname or alias.name, From(module, alias.name) if module else None)

    # --- expressions ---------------------------------------------------------------------------------------------

    def _value(self, node: ast.expr) -> Value:
        """Return the value of an expression."""
        evaluate = self._expressions.get(type(node))
        return None if evaluate is None else evaluate(node)

    def _name(self, node: ast.Name) -> Value:
        value = self.lookup(node.id)
        return None if value is UNBOUND else value

    def _attribute(self, node: ast.Attribute) -> Value:
        base = self._value(node.value)
        if node.attr == "__name__":  # of a function or class, which is bound to its name
            return frozenset({base.name}) if isinstance(base, ModuleName) else _OTHER
        return self._modules.attribute(base.name, node.attr) if isinstance(base, ModuleName) else None

    def _display(self, node: ast.List | ast.Tuple | ast.Set) -> Value:
        found = Names(is_list=isinstance(node, ast.List))
        for each in node.elts:
            if isinstance(each, ast.Starred):
                found.extend(elements(self._value(each.value)))
            else:
                found.add(self._value(each))
        return found

    def _dictionary(self, node: ast.Dict) -> Value:
        found = Names(is_list=False)
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                found.extend(elements(self._value(value)))
            else:
                found.add(self._value(key))
        return found

    def _joined(self, node: ast.JoinedStr) -> Value:
        found: Value = frozenset({""})
        for each in node.values:
            found = self._sum(found, self._value(each))
        return found

    def _formatted(self, node: ast.FormattedValue) -> Value:
        value = self._value(node.value)
        is_plain = node.conversion == -1 and node.format_spec is None
        return value if is_plain and isinstance(value, frozenset) and value else None

    def _operation(self, node: ast.BinOp) -> Value:
        left, right = self._value(node.left), self._value(node.right)
        if isinstance(node.op, ast.Add):
            return self._sum(left, right)
        if isinstance(left, Names) and isinstance(right, Names):
            found = left.copy()
            if isinstance(node.op, ast.BitOr):
                found.extend(right)
                return found
            if isinstance(node.op, ast.Sub):
                for name in right.counts if right.is_exact else ():
                    del found.counts[name]
                return found
        return None

    def _sum(self, left: Value, right: Value) -> Value:
        if isinstance(left, frozenset) and isinstance(right, frozenset):
            return concatenated(left, right)
        if not isinstance(left, Names) and not isinstance(right, Names):
            return None
        found = elements(left).copy()
        found.extend(elements(right))
        found.is_list = True
        return found

    def _conditional(self, node: ast.IfExp) -> Value:
        known = self._truth(node.test)
        if known is not None:
            return self._value(node.body if known else node.orelse)
        return either([self._value(node.body), self._value(node.orelse)])

    def _one_of(self, node: ast.BoolOp) -> Value:
        return either([self._value(each) for each in node.values])

    def _named(self, node: ast.NamedExpr) -> Value:
        value = self._value(node.value)
        self._target(node.target, value)
        return value

    def _subscript(self, node: ast.Subscript) -> Value:
        value = self._value(node.value)
        if not isinstance(value, Names) or not isinstance(node.slice, ast.Slice):
            return None
        found = value.copy()
        found.is_exact &= node.slice.lower is node.slice.upper is None
        return found

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Value:
        found = Names(is_list=isinstance(node, ast.ListComp))
        item = node.key if isinstance(node, ast.DictComp) else node.elt

        def loop(number: int) -> None:
            self._count_step()
            if number == len(node.generators):
                found.add(self._value(item))
                return
            generator = node.generators[number]
            items = elements(self._value(generator.iter))
            found.has_bound |= items.has_bound
            values: list[Value] = [frozenset({name}) for name in sorted(items.counts)]
            for value in values if items.is_whole else [*values, None]:
                self._target(generator.target, value)
                known = [self._truth(test) for test in generator.ifs]
                found.is_exact &= items.is_exact and None not in known
                if False not in known:
                    loop(number + 1)

        self.names.keep_lists(self._path(self.names, lambda: loop(0)))
        return found

    # --- calls ---------------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Value:
        if isinstance(node.func, ast.Attribute):
            value = self._value(node.func.value)
            if isinstance(value, Names):
                return self._method(value, node.func.attr, node.args)
            if isinstance(value, frozenset) and node.func.attr in _OF_TEXT:
                return self._text_method(value, node.func.attr, node.args)
        name = (trees.dotted_name(node.func) or ("",))[-1]
        if name in _OWN_NAMES and not node.args:
            return Names(is_list=False, has_bound=True)
        if name in _COLLECTIONS:
            found = elements(self._value(node.args[0])).copy() if node.args else Names()
            found.is_list = _COLLECTIONS[name]
            return found
        arguments = [self._value(each) for each in node.args if not isinstance(each, ast.Starred)]
        if name == "chain" and len(arguments) == len(node.args):
            joined = Names(is_list=False)
            for each in arguments:
                joined.extend(elements(each))
            return joined
        for each in arguments if name not in _READING else ():
            if isinstance(each, Names) and each.is_list:  # which the function may change
                each.is_whole = each.is_exact = False
        return None

    def _method(self, names: Names, method: str, arguments: Sequence[ast.expr]) -> Value:
        """Return the value of a method of a list, and change the list."""
        if method in {"copy", "keys", "union", "items", "values"}:
            found = names.copy()
            for each in arguments:
                found.extend(elements(self._value(each)))
            if method in {"items", "values"}:
                found.is_whole = found.is_whole and not found.counts
                found.counts.clear()
            return found
        if method in _CHANGING:
            self._change(names, method, [self._value(each) for each in arguments])
            return None
        return _OTHER if method in _UNCHANGING else None

    def _change(self, names: Names, method: str, values: Sequence[Value]) -> None:
        if method in {"append", "add", "insert"}:
            names.add(values[-1] if values else None)
        elif method in {"extend", "update"}:
            for each in values:
                names.extend(elements(each).copy())
        elif method in {"remove", "discard"}:
            names.remove(values[0] if values else None)
        elif method == "clear":
            names.become(Names(is_list=names.is_list))
        elif method == "pop":
            names.is_exact = False

    def _text_method(self, texts: Words, method: str, arguments: Sequence[ast.expr]) -> Value:
        known = [only_text(self._value(each)) for each in arguments]
        text = only_text(texts)
        if text is None or None in known:
            return None
        try:
            found = getattr(text, method)(*known)
        except (TypeError, ValueError):
            return None
        if isinstance(found, str):
            return frozenset({found})
        names = Names()
        names.counts.update(found)
        return names

    # --- conditions ----------------------------------------------------------------------------------------------

    def _truth(self, node: ast.expr) -> bool | None:  # noqa: PLR0911 - one for each form
        """Return whether a condition holds; None where that is not known."""
        if isinstance(node, ast.Constant):
            return bool(node.value)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            known = self._truth(node.operand)
            return None if known is None else not known
        if isinstance(node, ast.BoolOp):
            values = [self._truth(each) for each in node.values]
            decisive = isinstance(node.op, ast.Or)
            return decisive if decisive in values else None if None in values else not decisive
        if isinstance(node, ast.Compare) and (known := trees.comparison(node, _is_type_checking)) is not None:
            return known
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            return self._compared(node.ops[0], self._value(node.left), self._value(node.comparators[0]))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return self._tested(node.func, node.args)
        return False if _is_type_checking(node) else None

    def _compared(self, operator: ast.cmpop, left: Value, right: Value) -> bool | None:
        text, other = only_text(left), only_text(right)
        if text is None:
            return None
        if isinstance(operator, ast.Eq | ast.NotEq) and other is not None:
            return (text == other) is isinstance(operator, ast.Eq)
        if isinstance(operator, ast.In | ast.NotIn) and isinstance(right, Names) and right.is_exact and right.is_whole:
            return (text in right.counts) is isinstance(operator, ast.In)
        return None

    def _tested(self, method: ast.Attribute, arguments: Sequence[ast.expr]) -> bool | None:
        """Return what ``startswith`` or ``endswith`` does."""
        if method.attr not in {"startswith", "endswith"} or len(arguments) != 1:
            return None
        text, other = only_text(self._value(method.value)), only_text(self._value(arguments[0]))
        return None if text is None or other is None else bool(getattr(text, method.attr)(other))

    # --- functions -----------------------------------------------------------------------------------------------

    def _change_in_function(self, function: ast.AST) -> None:
        """Note what a function or class may add to ``__all__``, as far as it is written there."""
        listed = self.lookup("__all__")
        if not isinstance(listed, Names):
            return
        for node in trees.walk(function):
            if isinstance(node, ast.AugAssign) and _is_all(node.target):
                listed.extend(elements(_written(node.value)))
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_all(node.func.value):
                added = Names(is_list=True)
                self._change(added, node.func.attr, [_written(each) for each in node.args])
                listed.extend(added)
            else:
                continue
            listed.is_exact = False


def _constant(node: ast.Constant) -> Value:
    return frozenset({node.value}) if isinstance(node.value, str) else _OTHER


def _is_type_checking(node: ast.expr) -> bool:
    dotted = trees.dotted_name(node)
    return dotted is not None and dotted[-1] in {"TYPE_CHECKING", "MYPY"}


def _is_all(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "__all__"


def _written(node: ast.expr) -> Value:
    """Return the value of an expression in a function, whose names are not known."""
    if isinstance(node, ast.Attribute) and node.attr == "__name__":
        return _OTHER
    if isinstance(node, ast.Constant):
        return _constant(node)
    if isinstance(node, ast.List | ast.Tuple):
        found = Names()
        for each in node.elts:
            found.add(_written(each))
        return found
    return None
