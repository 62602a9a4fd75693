"""A fresh interpreter that imports a module of a program: it follows the operations of the modules as CPython would.

The chapters of the language reference are followed in these modules, on Linux:

- "The import system": `importing` and `modules`. A module outside the program may be missing where a ``try`` handles
  that, and is taken as working elsewhere.
- "Execution model": `scopes`, `importing.Importer.settled` and `machine`. A name that may be bound counts as bound.
- "Compound statements": this module, `managers` and `case_patterns`, on top of `machine`, where paths part and meet
  again. A handler or a context manager that is not understood catches every exception; so may a handler whatever may
  have been raised before.
- "Data model": `objects` and `calls`. Code that is not followed may change all that it is given: names of modules,
  methods of classes, attributes, elements. It does not call the functions.
- "Expressions": `evaluation` and `operators`. A value that is not known has any attribute and is true or false.
- The standard library: `library`, `finding`, `iterators` and `known`.

In a large program, calls that are alike are followed once (`remembering`). Once fifty different calls of a function
have done nothing but bind names in its first argument, the next ones are taken to bind unknown values there, no more.
Where they do more, and no two of the first twenty were alike, each is followed.

Each assumption is on the side on which no crash is reported.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import ClassVar

from import_contracts.crashes import operations as does
from import_contracts.crashes.case_patterns import CasePatterns
from import_contracts.crashes.known import known_function
from import_contracts.crashes.library import Library
from import_contracts.crashes.machine import FailureError, Left, is_caught, raised
from import_contracts.crashes.memory import ABSENT, MAYBE, NO_IMPORT_ERROR, UNKNOWN
from import_contracts.crashes.objects import TYPE
from import_contracts.crashes.operations import Code, Operations
from import_contracts.crashes.scopes import Scope
from import_contracts.crashes.values import (
    Argument,
    Arguments,
    BoundMethod,
    ClassValue,
    Container,
    ErrorValue,
    External,
    FunctionValue,
    InstanceValue,
    Manager,
    ModuleNames,
    ModuleValue,
    Stream,
    Wrapped,
    bind_unknown,
    unbind_unknown,
)

_MOST_ROUNDS = 100
"""Of a ``while`` loop, not more rounds are followed."""
_Left = Left | None


class Interpreter(CasePatterns):
    """One fresh interpreter."""

    def start(self, module: str) -> None:
        """Import a module; raises FailureError, or TooMuchError."""
        self.ends_with_crash = failed = True
        number = self.world.followed.setdefault(module, self.memory.epoch)
        self.world.effects.until(number)
        try:
            self.import_module(module)
            failed = False
        finally:
            if not failed:
                self.modules.keep()
            changes = self.memory.leave()
            if not failed:
                self.world.effects.add(module, number, changes)

    def run(self, operations: Operations) -> Left | None:
        """Follow operations until one leaves; raises FailureError."""
        follow = self._FOLLOW
        for operation in operations:
            left = follow[type(operation)](self, operation)
            if left is not None:
                return left
        return None

    def call_external(self, function: External, arguments: Arguments) -> object:
        """Return the result of calling something outside the program."""
        if (known := known_function(function.name)) is not None:
            if function.name in _USING:
                self.use_objects(each.value for each in arguments)
            return known(self, arguments)
        builtin = function.builtin
        if isinstance(builtin, type) and issubclass(builtin, BaseException):
            return ErrorValue(FailureError(function))
        if function.name in _EXITS:
            raise raised("SystemExit")
        if function.name.partition(".")[0] in _USERS:
            self.use_objects(each.value for each in arguments)
        return self.call_unknown(arguments, function)

    # --- names ---------------------------------------------------------------------------------------------------

    def _bind(self, operation: does.Bind) -> None:
        scope = self.stack[-1]
        values = self.bodies.cache.bound(scope.module, operation)
        if (names := scope.own) is not None:
            self.memory.update(names, values)
        else:
            for name, value in values.items():
                self.bind(name, value)

    def _evaluate(self, operation: does.Evaluate) -> None:
        self.evaluate(operation.value)

    def _may_raise(self, operation: does.MayRaise) -> None:
        self.note(FailureError(UNKNOWN if operation.may_import else NO_IMPORT_ERROR))

    def _assign(self, operation: does.Assign) -> None:
        if operation.is_in_place and isinstance(operation.value, ast.BinOp):
            self._change(operation.targets[0], operation.value)
            return
        value = self.evaluate(operation.value)
        for target in operation.targets:
            self.assign(target, value)

    def _change(self, target: ast.expr, node: ast.BinOp) -> None:
        """Follow ``target += value``: what the target belongs to is evaluated once."""
        match target:
            case ast.Attribute(of, name):
                owner = self.evaluate(of)
                self.scope.line = target.end_lineno or target.lineno
                before = self.get(owner, name)
                self.set_attribute(owner, name, self.changed(before, node.op, self.evaluate(node.right)))
            case ast.Subscript(of, index):
                owner, key = self.evaluate(of), self._key(index)
                before = self.item(owner, key)
                self._assign_item(owner, key, self.changed(before, node.op, self.evaluate(node.right)))
            case _:
                self.assign(target, self.changed(self.evaluate(node.left), node.op, self.evaluate(node.right)))

    def _key(self, node: ast.expr) -> object:
        return UNKNOWN if isinstance(node, ast.Slice) else self.evaluate(node)

    def assign(self, target: ast.expr, value: object) -> None:
        """Bind a target to a value; raises FailureError."""
        if type(target) is ast.Name:
            self.bind(target.id, value)
            return
        match target:
            case ast.Attribute(of, name):
                owner = self.evaluate(of)
                self.scope.line = target.end_lineno or target.lineno
                self.set_attribute(owner, name, value)
            case ast.Subscript(of, key):
                self._assign_item(self.evaluate(of), self._key(key), value)
            case ast.Starred(inner):
                self.assign(inner, value)
            case ast.Tuple(targets) | ast.List(targets):
                self._unpack(targets, value)

    def _unpack(self, targets: list[ast.expr], value: object) -> None:
        items = self.elements(value)
        is_starred = any(isinstance(each, ast.Starred) for each in targets)
        if items is not None and not is_starred and len(items) != len(targets):
            raise raised("ValueError")
        if items is None or is_starred:
            items = (UNKNOWN,) * len(targets)
        for target, item in zip(targets, items, strict=True):
            self.assign(target, item)

    def _assign_item(self, owner: object, key: object, value: object) -> None:
        if owner == External("sys.modules"):
            self.modules.replace(key, value) if isinstance(key, str) else self.modules.forget_names(self.scope.module)
        elif isinstance(owner, ModuleNames):
            self.set_attribute(ModuleValue(owner.module), key if isinstance(key, str) else None, value)
        elif isinstance(owner, Container) and owner.kind == "dict":
            self.hash(key)
            if _is_key(key):
                self.memory.set(owner.names, key, value)
            else:
                bind_unknown(self.memory, owner.names, value)
        elif isinstance(owner, Container):
            self.use_objects((key, value))
            self.memory.set(owner.names, "items", UNKNOWN)
        elif isinstance(owner, InstanceValue):
            self.call_method(owner, ("__setitem__",), (Argument(key), Argument(value)))
        else:
            if isinstance(owner, External) and "f_globals" in owner.name:
                self.forget_callers()
            self.escape(value, is_harmless=isinstance(owner, External) and owner.is_standard)
            self.note(FailureError(UNKNOWN))

    def _delete(self, operation: does.Delete) -> None:
        match operation.target:
            case ast.Name(name):
                names = self.scope.binding(name)
                if names.get(name, MAYBE) in (MAYBE, UNKNOWN):
                    self.note(FailureError(UNKNOWN))
                self.memory.set(
                    names, name, ABSENT if self.scope.local is None or names is self.scope.space else UNKNOWN
                )
            case ast.Tuple(targets) | ast.List(targets):
                for each in targets:
                    self._delete(does.Delete(each))
            case ast.Attribute(of, name):
                self.delete_attribute(self.evaluate(of), name)
            case ast.Subscript(of, key):
                self._delete_item(self.evaluate(of), self._key(key))

    def _delete_item(self, owner: object, key: object) -> None:
        if owner == External("sys.modules") and isinstance(key, str):
            self.modules.replace(key)
        elif isinstance(owner, ModuleNames):
            self.modules.forget_names(owner.module)
        elif isinstance(owner, Container) and owner.kind == "dict":
            if _is_key(key):
                self.memory.set(owner.names, key, ABSENT)
            else:
                unbind_unknown(self.memory, owner.names)
        elif isinstance(owner, Container):
            self.memory.set(owner.names, "items", UNKNOWN)
        elif isinstance(owner, InstanceValue):
            self.call_method(owner, ("__delitem__",), (Argument(key),))

    # --- definitions ---------------------------------------------------------------------------------------------

    def _define(self, operation: does.Define) -> None:
        scope = self.scope
        decorators = [(each, self.evaluate(each)) for each in operation.decorators] if operation.decorators else []
        defaults = {name: self.evaluate(value) for name, value in operation.defaults} if operation.defaults else {}
        for annotation in operation.annotations:
            self.evaluate(annotation)
        around = scope.around
        identity = (operation.first, *map(id, around))
        value: object = FunctionValue(scope.module, operation, around, defaults, identity)
        if scope.kind == "class" and operation.name in does.IMPLICIT and not decorators:
            value = Wrapped(does.IMPLICIT[operation.name], value)
        self.bind(operation.name, self._decorated(decorators, value) if decorators else value)

    def _decorated(self, decorators: list[tuple[ast.expr, object]], value: object) -> object:
        for node, decorator in reversed(decorators):
            self.scope.line = node.lineno
            value = self.call(decorator, (Argument(value),))
        return value

    def _define_class(self, operation: does.DefineClass) -> None:
        scope = self.scope
        decorators = [(each, self.evaluate(each)) for each in operation.decorators]
        bases = tuple([self.evaluate(each) for each in operation.bases])  # a generator would be a call in C
        keywords = [(name, self.evaluate(value)) for name, value in operation.keywords]
        metaclass = self._metaclass(bases, dict(keywords))
        arguments = tuple(Argument(value, name or "**") for name, value in keywords if name != "metaclass")
        names = self.memory.names()
        scope.line = operation.first
        code = Code((), globals=operation.globals) if operation.globals else None
        inner = Scope("class", scope.module, scope.space, scope.around, names, code, line=operation.first)
        if isinstance(metaclass, ClassValue) and isinstance(metaclass.find("__prepare__"), FunctionValue | Wrapped):
            self.call(self.get(metaclass, "__prepare__"), (Argument(operation.name), Argument(bases), *arguments))
        self.stack.append(inner)
        self.run(operation.body)
        self.stack.pop()
        scope.line = operation.first
        made = self.make_class(operation, bases, names, metaclass)
        maker = dict(keywords).get("metaclass", TYPE)
        if isinstance(maker, FunctionValue):
            given = (Argument(made.name), Argument(bases), Argument(Container("dict", names)), *arguments)
            self.bind(operation.name, self._decorated(decorators, self.call(maker, given)))
            return
        self.bind(operation.name, self._decorated(decorators, self._made_by(metaclass, made, arguments, maker)))

    def _metaclass(self, bases: tuple[object, ...], keywords: dict[str, object]) -> object:
        given = keywords.get("metaclass", TYPE)
        if not isinstance(given, ClassValue) and given not in (TYPE, External("abc.ABCMeta")):
            return UNKNOWN
        found = self.metaclass_of(bases)
        if found is UNKNOWN and isinstance(given, ClassValue) and all(isinstance(each, External) for each in bases):
            return given  # that of a class of a library does not derive from it
        return given if found == TYPE or (isinstance(given, ClassValue) and found in given.order) else found

    def _made_by(self, metaclass: object, made: ClassValue, arguments: Arguments, named: object) -> object:
        """Return what a metaclass makes of a class whose body was followed, in which another one may be named."""
        if not isinstance(metaclass, ClassValue):
            if UNKNOWN in made.behind or metaclass is UNKNOWN:
                self.note(FailureError(UNKNOWN if _may_import(made, named) else NO_IMPORT_ERROR))
            self.announce(made, arguments)
            return made
        given = (Argument(made.name), Argument(made.bases), Argument(Container("dict", made.names)), *arguments)
        maker = metaclass.find("__new__")
        maker = maker.function if isinstance(maker, Wrapped) else maker
        result: object = made
        if isinstance(maker, FunctionValue):
            result = self.call(maker, (Argument(metaclass), *given))
        elif maker is UNKNOWN:
            return UNKNOWN
        else:
            self.announce(made, arguments)
        initializer = metaclass.find("__init__")
        if isinstance(initializer, FunctionValue) and isinstance(result, ClassValue):
            self.call(BoundMethod(initializer, result), given)
        return result

    # --- control flow --------------------------------------------------------------------------------------------

    def _if(self, operation: does.If) -> _Left:
        known = self.decide(operation.test) if operation.test else None
        if known is not None:
            return self.run(operation.then if known else operation.otherwise)
        return self.follow_each([lambda: self.run(operation.then), lambda: self.run(operation.otherwise)])

    def _for(self, operation: does.For) -> _Left:
        items = self.evaluate(operation.items)

        def each(item: object) -> _Left:
            self.assign(operation.target, item)
            return self._round(operation.body)

        return self._loop(lambda: self.iterate(items, each), operation.otherwise)

    def _round(self, body: Operations) -> _Left:
        left = self.until("continue", lambda: self.run(body))
        return None if left and left.word == "continue" else left

    def _loop(self, rounds: Callable[[], _Left], otherwise: Operations) -> _Left:
        """Follow the rounds of a loop, and what runs behind them unless ``break`` leaves it."""

        def block() -> _Left:
            left = rounds()
            return left if left is not None else self.run(otherwise)

        left = self.until("break", block)
        return None if left and left.word == "break" else left

    def _while(self, operation: does.While) -> _Left:
        def rounds() -> _Left:
            for _ in range(_MOST_ROUNDS):
                known = self.decide(operation.test)
                if known is None:
                    return self.follow_maybe(lambda: self._round(operation.body))
                if not known:
                    return None
                if (left := self._round(operation.body)) is not None:
                    return left
            return None

        return self._loop(rounds, operation.otherwise)

    def _try(self, operation: does.Try) -> _Left:
        if not operation.finally_:
            return self._try_body(operation)
        self.memory.mark()
        try:
            left = self._try_body(operation)
        except FailureError:
            inner = self.run(operation.finally_)
            if inner is not None:
                return inner
            raise
        finally:
            self.memory.release()
        return self.run(operation.finally_) or left

    def _try_body(self, operation: does.Try) -> _Left:
        if not operation.handlers:
            return self.run(operation.body)
        return self.guarded(
            lambda: self.run(operation.body),
            lambda error: self._handle(operation.handlers, error),
            lambda left: left or self.run(operation.otherwise),
        )

    def _handle(self, handlers: tuple[does.Handler, ...], error: FailureError) -> _Left:
        for place, handler in enumerate(handlers):
            caught = True if handler.errors is None else is_caught(error, self.evaluate(handler.errors))
            if caught:
                return self._run_handler(handler, error)
            if caught is None:
                rest = handlers[place + 1 :]
                return self.follow_each(
                    [lambda: self._run_handler(handler, error), lambda: self._handle(rest, error)]  # noqa: B023
                )
        raise error

    def _run_handler(self, handler: does.Handler, error: FailureError) -> _Left:
        if handler.name:
            self.bind(handler.name, ErrorValue(error))
        self.handled.append(error)
        try:
            left = self.run(handler.body)
        finally:
            self.handled.pop()
            if handler.name:
                self._delete(does.Delete(ast.Name(handler.name, ast.Del())))
        return left

    def _with(self, operation: does.With) -> _Left:
        manager = self.evaluate(operation.manager)
        if isinstance(manager, Manager) and manager.kind == "function":
            return self._with_function(manager.names["stream"], operation)
        if isinstance(manager, Manager) and manager.kind == "null":
            return self._with_body(operation, manager.names["value"])
        value = self.enter(manager)
        return self.guarded(
            lambda: self._with_body(operation, value),
            lambda error: self.swallow(manager, error),
            lambda left: self.leave(manager, left),
        )

    def _with_body(self, operation: does.With, value: object) -> _Left:
        if operation.target:
            self.assign(operation.target, value)
        return self.run(operation.body)

    def _with_function(self, stream: object, operation: does.With) -> _Left:
        """Follow a generator function with the block in place of its ``yield``."""
        if not isinstance(stream, Stream):
            return self.follow_each([lambda: self._with_body(operation, UNKNOWN), lambda: None])
        found: list[_Left] = []

        def each(value: object) -> _Left:
            found.append(self._with_body(operation, value))
            return None

        self.iterate(stream, each)
        return found[-1] if found else None

    def _match(self, operation: does.Match) -> _Left:
        return self._cases(self.evaluate(operation.subject), operation.cases)

    def _cases(self, subject: object, cases: tuple[does.Case, ...]) -> _Left:
        for place, case in enumerate(cases):
            known = self.matches(subject, case.pattern)
            if known is not False and case.guard:
                guard = self.decide(case.guard) if known else None
                if known is None:
                    self.value_maybe(lambda: self.evaluate(case.guard))  # type: ignore[arg-type]  # noqa: B023
                known = guard if known else None
            if known:
                return self.run(case.body)
            if known is None:
                rest = cases[place + 1 :]
                return self.follow_each([lambda: self.run(case.body), lambda: self._cases(subject, rest)])  # noqa: B023
        return None

    def _return(self, operation: does.Return) -> Left:
        return Left("return", self.evaluate(operation.value) if operation.value else None)

    def _leave(self, operation: does.Leave) -> Left:
        return Left(operation.word)  # type: ignore[arg-type]  # it is one of the two words

    def _raise(self, operation: does.Raise) -> None:
        if operation.error is None:
            raise self.handled[-1] if self.handled else raised("RuntimeError")
        value = self.evaluate(operation.error)
        if isinstance(value, ErrorValue) and isinstance(value.error, FailureError):
            raise value.error
        if isinstance(value, InstanceValue):
            raise FailureError(value.of)
        raise FailureError(value if isinstance(value, External | ClassValue) else UNKNOWN)

    _FOLLOW: ClassVar[dict[type, Callable[..., _Left]]] = {
        does.Bind: _bind,
        does.Evaluate: _evaluate,
        does.MayRaise: _may_raise,
        does.Assign: _assign,
        does.Delete: _delete,
        does.Define: _define,
        does.DefineClass: _define_class,
        does.ImportModule: Library.import_statement,
        does.ImportNames: Library.import_names,
        does.ImportStar: Library.import_star,
        does.LazyImport: Library.import_lazily,
        does.ImportExternal: Library.import_external,
        does.LeavingImport: Library.leaving_import,
        does.If: _if,
        does.For: _for,
        does.While: _while,
        does.Try: _try,
        does.With: _with,
        does.Match: _match,
        does.Return: _return,
        does.Leave: _leave,
        does.Raise: _raise,
    }


_EXITS = frozenset({"sys.exit", "builtins.exit", "builtins.quit", "os._exit"})
_USING = frozenset(
    {
        f"builtins.{name}"
        for name in ("dict", "frozenset", "map", "max", "min", "print", "range", "set", "sorted", "sum")
    }
    | {
        f"Container.{name}"
        for name in ("add", "count", "get", "index", "pop", "remove", "setdefault", "sort", "update")
    }
    | {"builtins.dict.fromkeys", "collections.Counter", "collections.deque", "str.format", "str.join"}
)
"""What is known, and also calls special methods of the objects that it is given, which are not followed there."""
_USERS = frozenset(
    {"bisect", "builtins", "collections", "copy", "decimal", "fractions", "heapq", "json", "math", "operator", "os"}
)
"""Modules of the standard library whose functions call special methods of the objects that they are given."""


def _may_import(made: ClassValue, metaclass: object) -> bool:
    """Tell whether it may import something to make a class, by other libraries or by its own methods."""
    is_standard = all(isinstance(each, External) and not each.may_import for each in (*made.bases, metaclass))
    return not made.bases or not is_standard or any(isinstance(each, FunctionValue) for each in made.names.values())


def _is_key(key: object) -> bool:
    return (
        key is None
        or isinstance(key, str | int | float | bytes | bool)
        or (isinstance(key, tuple) and all(map(_is_key, key)))
    )
