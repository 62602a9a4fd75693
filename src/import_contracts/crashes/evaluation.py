"""Expressions: what their evaluation does, and their values as far as these are known."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar

from import_contracts.crashes import operations as does
from import_contracts.crashes.machine import FailureError, Left
from import_contracts.crashes.memory import ABSENT, NO_IMPORT_ERROR, UNKNOWN
from import_contracts.crashes.operators import SPECIAL, Operators, is_constant
from import_contracts.crashes.relevance import is_builtin, is_logger
from import_contracts.crashes.scopes import Scope
from import_contracts.crashes.values import (
    Argument,
    Arguments,
    ClassValue,
    Container,
    External,
    FunctionValue,
    InstanceValue,
    Literal,
    ModuleValue,
    OwnName,
    bind_unknown,
    merge,
    settled_external,
)
from import_contracts.graph.names import parent
from import_contracts.reading.source import trees


class Evaluator(Operators):
    """A machine that evaluates expressions."""

    def evaluate(self, node: ast.expr) -> object:
        """Return the value of an expression, UNKNOWN if it is not known; raises FailureError."""
        if type(node) is ast.Constant:
            return node.value
        method = self._EVALUATE.get(type(node))
        if method is not None:
            return method(self, node)
        for each in trees.children(node):
            if isinstance(each, ast.expr):
                self.evaluate(each)
        self.note(FailureError(UNKNOWN))
        return UNKNOWN

    # --- names and attributes ------------------------------------------------------------------------------------

    def _name(self, node: ast.Name) -> object:
        scope = self.stack[-1]
        names, value = scope.find(node.id)
        if value.__class__ in _SETTLED:
            return value
        if value is ABSENT:
            return self._builtin(node.id)
        return (
            self.settled_of(scope.module, scope.space, node.id)
            if names is scope.space
            else self.settled(names, node.id)
        )

    def _builtin(self, name: str) -> object:
        """Return the value of a name that the module does not bind."""
        scope = self.scope
        match name:
            case "__name__":
                return OwnName(scope.module)
            case "__package__":
                source = self.model.sources.get(scope.module)  # of a file that is run, under its own name
                own = source.module if source else scope.module
                return own if own in self.model.packages else parent(own)
            case "__file__" if scope.module in self.model.sources:
                return f"/{self.model.sources[scope.module].path}"
            case "__path__":
                return External(f"__path__ {scope.module}")
        if is_builtin(name) and not name.startswith("__d") and UNKNOWN not in scope.space:
            return External(f"builtins.{name}")
        self.note(FailureError(NO_IMPORT_ERROR))
        return UNKNOWN

    def _attribute(self, node: ast.Attribute) -> object:
        value = self.evaluate(node.value)
        self.stack[-1].line = node.end_lineno or node.lineno
        return settled_external(self.get(value, node.attr))

    def _subscript(self, node: ast.Subscript) -> object:
        value, index = self.evaluate(node.value), self._index(node.slice)
        self.scope.line = node.lineno
        return self.item(value, index)

    def _index(self, node: ast.expr) -> object:
        if not isinstance(node, ast.Slice):
            return self.evaluate(node)
        ends = [each and self.evaluate(each) for each in (node.lower, node.upper, node.step)]
        self.use_objects(ends)
        return slice(*ends) if all(each is None or type(each) is int for each in ends) else UNKNOWN

    # --- calls ---------------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> object:
        function = self.evaluate(node.func)
        if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args:
            return self.super_of_scope()
        arguments = self._arguments(node.args, node.keywords)
        self.scope.line = node.lineno
        if (function is UNKNOWN or isinstance(function, External)) and is_logger(node.func):
            return External(f"{function.name}()") if isinstance(function, External) else UNKNOWN
        return self.call(function, arguments)

    @abstractmethod
    def super_of_scope(self) -> object:
        """Return ``super()``."""

    def _arguments(self, args: Sequence[ast.expr], keywords: Sequence[ast.keyword]) -> Arguments:
        found: list[Argument] = []
        for each in args:
            if isinstance(each, ast.Starred):
                value = self.evaluate(each.value)
                items = self.elements(value)
                found += [Argument(UNKNOWN, "*")] if items is None else map(Argument, items)
                if items is None:
                    self.escape(value, is_harmless=True)
            else:
                found.append(Argument(self.evaluate(each)))
        for keyword in keywords:
            value = self.evaluate(keyword.value)
            if keyword.arg is not None:
                found.append(Argument(value, keyword.arg))
            elif isinstance(value, Container) and value.kind == "dict" and value.items is not None:
                found += [Argument(self.settled(value.names, name), str(name)) for name in value.items]
            else:
                self.use_objects((value,))
                found.append(Argument(value, "**"))
        return tuple(found)

    def _lambda(self, node: ast.Lambda) -> object:
        own = node.args
        names = [*own.posonlyargs, *own.args]
        pairs = [*zip(names[len(names) - len(own.defaults) :], own.defaults, strict=True)]
        pairs += [(name, value) for name, value in zip(own.kwonlyargs, own.kw_defaults, strict=True) if value]
        defaults = {name.arg: self.evaluate(value) for name, value in pairs}
        operation = does.Define("<lambda>", node.lineno, node.end_lineno or node.lineno, node=node)
        scope = self.scope
        return FunctionValue(scope.module, operation, scope.around, defaults, (id(node), *map(id, scope.around)))

    def _await(self, node: ast.Await) -> object:
        return self.awaited(self.evaluate(node.value))

    def _yield(self, node: ast.Yield) -> object:
        value = self.evaluate(node.value) if node.value else None
        self._give_out(value)
        return UNKNOWN

    def _yield_from(self, node: ast.YieldFrom) -> object:
        def each(value: object) -> None:
            self._give_out(value)

        self.iterate(self.evaluate(node.value), each)
        return UNKNOWN

    def _give_out(self, value: object) -> None:
        if (yields := self._home.yields) is not None:
            yields(value)

    # --- operators -----------------------------------------------------------------------------------------------

    def _bool_op(self, node: ast.BoolOp) -> object:
        return self._joined_values(node.values, is_or=isinstance(node.op, ast.Or))

    def _joined_values(self, values: Sequence[ast.expr], *, is_or: bool) -> object:
        for place, each in enumerate(values):
            value = self.evaluate(each)
            known = self.truth_of(value)
            if known is is_or or place == len(values) - 1:
                return value
            if known is None:
                rest = values[place + 1 :]
                self.value_maybe(lambda: self._joined_values(rest, is_or=is_or))  # noqa: B023 - called at once
                return UNKNOWN
        return UNKNOWN

    def decide(self, node: ast.expr) -> bool | None:
        """Evaluate a condition and return whether it is true; None if that is not known; raises FailureError."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            known = self.decide(node.operand)
            return None if known is None else not known
        if isinstance(node, ast.BoolOp):
            return self._decide_joined(node.values, is_or=isinstance(node.op, ast.Or))
        return self.truth_of(self.evaluate(node))

    def _decide_joined(self, values: Sequence[ast.expr], *, is_or: bool) -> bool | None:
        known, rest = self.decide(values[0]), values[1:]
        if known is is_or or not rest:
            return known
        if known is not None:
            return self._decide_joined(rest, is_or=is_or)
        found: list[bool | None] = [None]
        self.value_maybe(lambda: found.append(self._decide_joined(rest, is_or=is_or)))
        return is_or if found[-1] is is_or else None

    def _unary(self, node: ast.UnaryOp) -> object:
        if isinstance(node.op, ast.Not):
            known = self.decide(node)
            return UNKNOWN if known is None else known
        value = self.evaluate(node.operand)
        if isinstance(value, InstanceValue):
            return self.call_method(value, (SPECIAL[type(node.op)],), ())
        if isinstance(node.op, ast.USub) and isinstance(value, int | float):
            return -value
        return UNKNOWN

    def _choice(self, node: ast.IfExp) -> object:
        known = self.decide(node.test)
        if known is not None:
            return self.evaluate(node.body if known else node.orelse)
        found = self.memory.names({"value": UNKNOWN})

        def branch(each: ast.expr) -> Callable[[], None]:
            return lambda: self.memory.set(found, "value", self.evaluate(each))

        self.follow_each([branch(node.body), branch(node.orelse)])
        return found["value"]

    def _compare(self, node: ast.Compare) -> object:
        left = self.evaluate(node.left)
        result: object = True
        for place, (word, each) in enumerate(zip(node.ops, node.comparators, strict=True)):
            right = self.evaluate(each)
            known = self.compared(left, word, right)
            if known is False or (known is None and place < len(node.ops) - 1):
                return UNKNOWN if known is None else False
            result = UNKNOWN if known is None else result
            left = right
        return result

    def _binary(self, node: ast.BinOp) -> object:
        return self.operated(self.evaluate(node.left), node.op, self.evaluate(node.right))

    # --- displays ------------------------------------------------------------------------------------------------

    def _elements_of(self, nodes: Sequence[ast.expr]) -> tuple[object, ...] | None:
        found: list[object] = []
        is_whole = True
        for each in nodes:
            if isinstance(each, ast.Starred):
                items = self.elements(self.evaluate(each.value))
                is_whole = is_whole and items is not None
                found += items or ()
            else:
                found.append(self.evaluate(each))
        return tuple(found) if is_whole else None

    def _tuple(self, node: ast.Tuple) -> object:
        found = self._elements_of(node.elts)
        return UNKNOWN if found is None else found

    def _list(self, node: ast.List | ast.Set) -> object:
        found = self._elements_of(node.elts)
        for each in found or () if isinstance(node, ast.Set) else ():
            self.hash(each)
        return self.new("list" if isinstance(node, ast.List) else "set", UNKNOWN if found is None else found)

    def _dict(self, node: ast.Dict) -> object:
        names = self.memory.names()
        for key, value in zip(node.keys, node.values, strict=True):
            index = self.evaluate(key) if key else ABSENT
            item = self.evaluate(value)
            self.hash(index)
            if index is ABSENT and isinstance(item, Container) and item.kind == "dict":
                merge(self.memory, names, item.names)
            elif index is ABSENT or not is_constant(index):
                self.use_objects((item,) if index is ABSENT else ())
                bind_unknown(self.memory, names, UNKNOWN if index is ABSENT else item)
            else:
                names[index] = item
        return Container("dict", names)

    def literal(self, value: Literal) -> object:
        """Return the value of a display of constants."""
        return self.evaluate(value.node)

    def _text(self, node: ast.JoinedStr) -> object:
        found = [self.evaluate(each) for each in node.values]
        return "".join(map(str, found)) if all(isinstance(each, str) for each in found) else UNKNOWN

    def _formatted(self, node: ast.FormattedValue) -> object:
        value = self.evaluate(node.value)
        given = self.evaluate(node.format_spec) if node.format_spec else ""
        if not isinstance(value, InstanceValue):
            self.use_objects((value,))
            return str(value) if isinstance(value, str | int) and given == "" and node.conversion == -1 else UNKNOWN
        if node.conversion == -1 and value.of.find("__format__") is not ABSENT:
            return self.call_method(value, ("__format__",), (Argument(given),))
        names = ("__repr__",) if node.conversion in _AS_REPR else ("__str__", "__repr__")
        return self.call_method(value, names, ())

    # --- comprehensions ------------------------------------------------------------------------------------------

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp) -> object:
        found = self.memory.names({"items": ()} if not isinstance(node, ast.DictComp) else ())

        def take() -> None:
            if isinstance(node, ast.DictComp):
                key, value = self.evaluate(node.key), self.evaluate(node.value)
                self.hash(key)
                self.memory.set(found, key if is_constant(key) else UNKNOWN, value)
            else:
                value, before = self.evaluate(node.elt), found["items"]
                if isinstance(node, ast.SetComp):
                    self.hash(value)
                self.memory.set(found, "items", (*before, value) if isinstance(before, tuple) else UNKNOWN)

        self._loop_over(node.generators, self.evaluate(node.generators[0].iter), take)
        if isinstance(node, ast.DictComp):
            return Container("dict", found)
        return self.new("list" if isinstance(node, ast.ListComp) else "set", found["items"])

    def _generator(self, node: ast.GeneratorExp) -> object:
        first = self.evaluate(node.generators[0].iter)
        home = self.stack[:]

        def run(each: Callable[[object], object]) -> object:
            consumer, self.stack = self.stack, home[:]
            try:
                self._loop_over(node.generators, first, lambda: each(self.evaluate(node.elt)))
            finally:
                self.stack = consumer
            return None

        named = [self.scope.find(each.id)[1] for each in trees.walk(node) if isinstance(each, ast.Name)]
        return self.stream(run, (first, *(each for each in named if isinstance(each, FunctionValue))))

    def _loop_over(self, parts: Sequence[ast.comprehension], first: object, take: Callable[[], object]) -> None:
        """Follow the loops of a comprehension."""
        outer = self.scope
        targets = [each.id for part in parts for each in trees.walk(part.target) if isinstance(each, ast.Name)]
        local = self.memory.names(dict.fromkeys(targets, UNKNOWN))
        scope = Scope(
            "comprehension", outer.module, outer.space, outer.around, local, outer.code, parent=outer, line=outer.line
        )
        self.stack.append(scope)
        try:
            self._loop_part(parts, first, take)
        finally:
            if self.stack and self.stack[-1] is scope:
                self.stack.pop()
        outer.line = scope.line

    def _loop_part(self, parts: Sequence[ast.comprehension], items: object, take: Callable[[], object]) -> None:
        part, *rest = parts

        def inner() -> None:
            if rest:
                self._loop_part(rest, self.evaluate(rest[0].iter), take)
            else:
                take()

        def each(item: object) -> Left | None:
            self.assign(part.target, item)
            self._if_all(part.ifs, inner)
            return None

        self.iterate(items, each)

    def _if_all(self, tests: Sequence[ast.expr], block: Callable[[], None]) -> None:
        if not tests:
            block()
            return
        known = self.decide(tests[0])
        if known:
            self._if_all(tests[1:], block)
        elif known is None:
            self.follow_maybe(lambda: self._if_all(tests[1:], block))

    @abstractmethod
    def assign(self, target: ast.expr, value: object) -> None:
        """Bind a target to a value; raises FailureError."""

    def _walrus(self, node: ast.NamedExpr) -> object:
        value = self.evaluate(node.value)
        self.assign(node.target, value)
        return value

    def _starred(self, node: ast.Starred) -> object:
        self.elements(self.evaluate(node.value))
        return UNKNOWN

    _EVALUATE: ClassVar[dict[type[ast.expr], Callable[..., object]]] = {
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.Subscript: _subscript,
        ast.Call: _call,
        ast.Lambda: _lambda,
        ast.Await: _await,
        ast.Yield: _yield,
        ast.YieldFrom: _yield_from,
        ast.BoolOp: _bool_op,
        ast.UnaryOp: _unary,
        ast.IfExp: _choice,
        ast.Compare: _compare,
        ast.BinOp: _binary,
        ast.Tuple: _tuple,
        ast.List: _list,
        ast.Set: _list,
        ast.Dict: _dict,
        ast.JoinedStr: _text,
        ast.FormattedValue: _formatted,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.DictComp: _comprehension,
        ast.GeneratorExp: _generator,
        ast.NamedExpr: _walrus,
        ast.Starred: _starred,
    }


_AS_REPR = (ord("r"), ord("a"))
_SETTLED = frozenset(
    {ModuleValue, FunctionValue, ClassValue, InstanceValue, Container, External, str, bool, int, tuple}
)
