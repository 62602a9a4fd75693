"""What functions of the standard library do with values of the program, as far as it decides what runs."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial

from import_contracts.crashes.machine import FailureError, is_subclass, raised
from import_contracts.crashes.managers import Managers
from import_contracts.crashes.memory import ABSENT, UNKNOWN, Names
from import_contracts.crashes.objects import DATACLASS_INITIALIZER, OBJECT, TYPE
from import_contracts.crashes.operations import DefineClass
from import_contracts.crashes.operators import is_constant
from import_contracts.crashes.scopes import Scope
from import_contracts.crashes.values import (
    FIELDS,
    Argument,
    Arguments,
    BoundMethod,
    ClassValue,
    Container,
    ErrorValue,
    External,
    FieldValue,
    FunctionValue,
    InstanceValue,
    ModuleNames,
    ModuleValue,
    Partial,
    SuperValue,
    Wrapped,
    bind_unknown,
    fields_of,
    first_of,
    named_argument,
    positional,
)
from import_contracts.reading.source.bound import OF_EVERY_MODULE


class Library(Managers):
    """A machine that knows some functions of the standard library."""

    # --- attributes ----------------------------------------------------------------------------------------------

    def getattr(self, arguments: Arguments) -> object:
        """``getattr(value, name, default)``."""
        values = positional(arguments)
        if values is None or len(values) < 2:
            return UNKNOWN
        value, name = values[:2]
        if not isinstance(name, str):
            self.note(FailureError(UNKNOWN))
            return UNKNOWN
        if len(values) == 2:
            return self.get(value, name)
        mark = self.memory.names({"value": UNKNOWN})

        def get() -> None:
            self.memory.set(mark, "value", self.get(value, name))

        def handle(error: FailureError) -> None:
            if error.kind != External("builtins.AttributeError"):
                raise error
            self.memory.set(mark, "value", values[2])

        self.guarded(get, handle, lambda left: left)
        return mark["value"]

    def hasattr(self, arguments: Arguments) -> object:
        """``hasattr(value, name)``."""
        values = positional(arguments)
        if values and len(values) == 2 and isinstance(values[0], ModuleValue) and isinstance(values[1], str):
            module, name = values[0].name, values[1]
            if module in self.model.modules:
                has = self._has_attribute(module, name)
                return UNKNOWN if has is None else has
        if values and len(values) == 2 and isinstance(values[0], ClassValue | InstanceValue):
            kind = values[0] if isinstance(values[0], ClassValue) else values[0].of
            found = kind.find(str(values[1]))
            hooks = ("__getattribute__", "__getattr__") if found is ABSENT else ("__getattribute__",)
            is_object = isinstance(values[0], InstanceValue)
            is_hooked = is_object and any(isinstance(kind.find(each), FunctionValue) for each in hooks)
            is_property = isinstance(found, Wrapped) and found.kind in {"property", "cached_property"}
            is_descriptor = isinstance(found, InstanceValue) and found.of.find("__get__") is not ABSENT
            if is_hooked or is_property or is_descriptor:
                self.getattr((*arguments, Argument(None)))
                return UNKNOWN
            return True if found not in (ABSENT, UNKNOWN) else UNKNOWN
        return UNKNOWN

    def setattr(self, arguments: Arguments) -> object:
        """``setattr(value, name, value)``."""
        values = positional(arguments)
        if values and len(values) == 3:
            self.set_attribute(values[0], values[1] if isinstance(values[1], str) else None, values[2])
        return None

    def delattr(self, arguments: Arguments) -> object:
        """``delattr(value, name)``."""
        target = first_of(arguments)
        name = arguments[1].value if len(arguments) > 1 else UNKNOWN
        self.delete_attribute(target, name if isinstance(name, str) else None)
        return None

    def vars(self, arguments: Arguments) -> object:
        """``vars(value)``."""
        target = first_of(arguments)
        if isinstance(target, ModuleValue):
            return ModuleNames(target.name)
        if target is ABSENT:
            return self.locals(arguments)
        if isinstance(target, InstanceValue):
            return Container("dict", target.names)
        self.escape(target)
        return UNKNOWN

    def globals(self, _: Arguments) -> object:
        """``globals()``."""
        return ModuleNames(self.scope.module)

    def locals(self, _: Arguments) -> object:
        """``locals()``."""
        return ModuleNames(self.scope.module) if self.scope.kind == "module" else UNKNOWN

    def evaluate_text(self, arguments: Arguments) -> object:
        """``eval(text)``."""
        text = first_of(arguments)
        if len(arguments) != 1 or not isinstance(text, str):
            return self.execute(arguments)
        try:
            node = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return self.execute(arguments)
        return self.evaluate(ast.increment_lineno(node, self.scope.line - 1))

    def execute(self, arguments: Arguments) -> object:
        """``exec(text)``."""
        for each in arguments[1:]:
            self.escape(each.value)
        self.modules.forget_names(self.scope.module)
        return self.call_unknown(arguments)

    def change_names(self, arguments: Arguments) -> object:
        """``globals().update(...)`` and other methods that change a module's names."""
        target = first_of(arguments)
        if isinstance(target, ModuleNames):
            self._update(target.module, arguments[1:])
        for each in arguments[1:]:
            self.escape(each.value, is_harmless=True)
        return UNKNOWN

    def _update(self, module: str, arguments: Arguments) -> None:
        for each in arguments:
            known = isinstance(each.value, Container) and each.value.kind == "dict" and each.value.items is not None
            if each.keyword and not each.keyword.startswith("*"):
                self.set_attribute(ModuleValue(module), each.keyword, each.value)
            elif known and isinstance(each.value, Container):
                for name, value in each.value.names.items():
                    self.set_attribute(ModuleValue(module), str(name), value)
            else:
                self.modules.forget_names(module)
        if not arguments:
            self.modules.forget_names(module)

    def get_name(self, arguments: Arguments) -> object:
        """``vars(module).get(name, default)``."""
        values = positional(arguments)
        if values and len(values) > 1 and isinstance(values[0], ModuleNames) and isinstance(values[1], str):
            binds = self.modules.binds(values[0].module, values[1])
            if binds:
                return self.get(ModuleValue(values[0].module), values[1])
            if binds is False:
                return values[2] if len(values) > 2 else None
        return UNKNOWN

    # --- classes -------------------------------------------------------------------------------------------------

    def isinstance(self, arguments: Arguments) -> object:
        """``isinstance(value, kind)``."""
        values = positional(arguments)
        if not values or len(values) != 2:
            return UNKNOWN
        value, kind = values
        self.use_objects((kind,))
        of: object = UNKNOWN
        if isinstance(value, InstanceValue):
            of = value.of
        elif isinstance(value, ErrorValue) and isinstance(value.error, FailureError):
            of = value.error.kind
        elif isinstance(value, ClassValue | FunctionValue | ModuleValue | Container):
            of = External({"ClassValue": "builtins.type"}.get(type(value).__name__, ""))
            return True if isinstance(value, ClassValue) and kind == TYPE else UNKNOWN
        elif is_constant(value):
            of = External("builtins.str" if isinstance(value, str) else f"builtins.{type(value).__name__}")
        return UNKNOWN if of is UNKNOWN else _checked(of, kind)

    def issubclass(self, arguments: Arguments) -> object:
        """``issubclass(kind, of)``."""
        values = positional(arguments)
        self.use_objects(values[1:] if values else ())
        return _checked(*values) if values and len(values) == 2 and values[0] is not UNKNOWN else UNKNOWN

    def callable(self, arguments: Arguments) -> object:
        """``callable(value)``."""
        value = first_of(arguments)
        if isinstance(value, InstanceValue):
            found = value.of.find("__call__")
            return UNKNOWN if found is UNKNOWN else found is not ABSENT
        return isinstance(value, FunctionValue | BoundMethod | ClassValue) or (False if is_constant(value) else UNKNOWN)

    def type(self, arguments: Arguments) -> object:
        """``type(value)`` and ``type(name, bases, names)``."""
        values = positional(arguments)
        if values and len(values) == 1 and isinstance(values[0], InstanceValue):
            return values[0].of
        if values and len(values) == 1 and isinstance(values[0], ErrorValue):
            return getattr(values[0].error, "kind", UNKNOWN)
        return self.make_type((Argument(TYPE), *arguments)) if values and len(values) == 3 else UNKNOWN

    def make_type(self, arguments: Arguments) -> object:
        """``type.__new__(metaclass, name, bases, names)``."""
        values = [each.value for each in arguments if not each.keyword]
        if len(values) != 4:
            return UNKNOWN
        metaclass, name, bases, names = values
        if not (isinstance(name, str) and isinstance(bases, tuple) and isinstance(names, Container)):
            self.escape(tuple(values[2:]))
            return UNKNOWN
        operation = DefineClass(name, self.scope.line, self.scope.line, (), (), (), ())
        made = self.make_class(operation, bases, names.names, metaclass)
        self.announce(made, tuple(each for each in arguments if each.keyword))
        return made

    def make_instance(self, arguments: Arguments) -> object:
        """``object.__new__(kind)``."""
        kind = first_of(arguments)
        return InstanceValue(kind, self.memory.names()) if isinstance(kind, ClassValue) else UNKNOWN

    def initialize_module(self, arguments: Arguments) -> object:
        """``types.ModuleType.__init__(module, name, doc)``."""
        made = first_of(arguments)
        if isinstance(made, InstanceValue):
            self.memory.update(made.names, dict.fromkeys(("__doc__", "__package__", "__loader__", "__spec__")))
            self.memory.set(made.names, "__name__", named_argument(arguments, "name", 1))
        return None

    def call_class(self, arguments: Arguments) -> object:
        """``type.__call__(kind, ...)``."""
        kind = first_of(arguments)
        return self.construct_plainly(kind, arguments[1:]) if isinstance(kind, ClassValue) else UNKNOWN

    def set_in_object(self, arguments: Arguments) -> object:
        """``object.__setattr__(value, name, value)``."""
        values = positional(arguments)
        if values and len(values) == 3 and isinstance(values[0], ModuleValue | ClassValue):
            return self.setattr(arguments)
        if values and len(values) == 3 and isinstance(values[0], InstanceValue):
            if isinstance(values[1], str):
                self.memory.set(values[0].names, values[1], values[2])
            else:
                bind_unknown(self.memory, values[0].names, values[2])
        return None

    def get_in_object(self, arguments: Arguments) -> object:
        """``object.__getattribute__(value, name)``."""
        values = positional(arguments)
        value, name = values if values and len(values) == 2 else (UNKNOWN, UNKNOWN)
        if not isinstance(value, InstanceValue):
            return UNKNOWN
        if isinstance(name, str) and value.is_module and value.of.is_known:
            places = (value.names, UNKNOWN), (value.names, name), (OF_EVERY_MODULE, name)
            if value.of.find(name) is ABSENT and not any(key in names for names, key in places):
                raise raised("AttributeError")
        return value.names.get(name, UNKNOWN)

    def super_of_scope(self) -> object:
        """``super()``: the classes behind the one in which the method that runs was found."""
        scope = self._home
        if len(scope.arguments) < 2:
            return UNKNOWN
        first, function = scope.arguments
        return self._super(first, lambda kind: any(_is_around(each, function) for each in kind.names.values()))

    def super_of(self, arguments: Arguments) -> object:
        """``super(kind, value)``."""
        values = positional(arguments)
        return self._super(values[1], lambda kind: kind is values[0]) if values and len(values) == 2 else UNKNOWN

    def _super(self, first: object, is_it: Callable[[ClassValue], bool]) -> object:
        if isinstance(first, InstanceValue):
            kinds: tuple[ClassValue, ...] = (first.of,)
        elif isinstance(first, ClassValue):
            kinds = (first, first.metaclass) if isinstance(first.metaclass, ClassValue) else (first,)
        else:
            return UNKNOWN
        for kind in kinds:
            for each in kind.order:
                if isinstance(each, ClassValue) and is_it(each):
                    return SuperValue(each, kind, first)
        return UNKNOWN

    # --- functions -----------------------------------------------------------------------------------------------

    def partial(self, arguments: Arguments) -> object:
        """``functools.partial(function, ...)``."""
        return Partial(first_of(arguments), arguments[1:])

    def gather(self, arguments: Arguments) -> object:
        """``asyncio.gather(coroutine, ...)``."""
        for each in arguments:
            self.awaited(each.value)
        return UNKNOWN

    def bind_method(self, arguments: Arguments) -> object:
        """``types.MethodType(function, first)``."""
        values = positional(arguments)
        return BoundMethod(*values) if values and len(values) == 2 else UNKNOWN

    def put_members(self, arguments: Arguments) -> object:
        """``enum.global_enum``: puts names into the present module."""
        self.modules.forget_names(self.scope.module)
        return first_of(arguments) if arguments else UNKNOWN

    def attribute_getter(self, arguments: Arguments) -> object:
        """``operator.attrgetter(name)``."""
        name = first_of(arguments)
        return Partial(External("attrgetter.call"), (Argument(name),)) if len(arguments) == 1 else UNKNOWN

    def get_dotted(self, arguments: Arguments) -> object:
        """Follow the call of what ``operator.attrgetter`` returns."""
        values = positional(arguments)
        if not values or len(values) != 2 or not isinstance(values[0], str):
            return UNKNOWN
        value = values[1]
        for name in values[0].split("."):
            value = self.get(value, name)
        return value

    def method_caller(self, arguments: Arguments) -> object:
        """``operator.methodcaller(name, ...)``."""
        return Partial(External("methodcaller.call"), arguments)

    def call_named(self, arguments: Arguments) -> object:
        """Follow the call of what ``operator.methodcaller`` returns."""
        name, *given, target = arguments
        if not isinstance(name.value, str):
            return UNKNOWN
        return self.call(self.get(target.value, name.value), tuple(given))

    def run_coroutine(self, arguments: Arguments) -> object:
        """``asyncio.run(coroutine)``."""
        return self.awaited(first_of(arguments))

    def second(self, arguments: Arguments) -> object:
        """``typing.cast(kind, value)`` and the like."""
        return arguments[1].value if len(arguments) > 1 else UNKNOWN

    def same(self, arguments: Arguments) -> object:
        """Return what is decorated."""
        return first_of(arguments) if arguments else UNKNOWN

    def dataclass(self, arguments: Arguments) -> object:
        """``dataclasses.dataclass``."""
        target = first_of(arguments)
        if isinstance(target, ClassValue):
            fields = {name: value for name, value in target.names.items() if isinstance(value, FieldValue)}
            for name, value in [*target.names.items()]:
                if name in fields or value == External("dataclasses.field()"):
                    self.memory.set(target.names, name, UNKNOWN)
            self.memory.set(target.names, FIELDS, Container("dict", self.memory.names(fields)))
            if "__init__" not in target.names:
                self.memory.set(target.names, "__init__", DATACLASS_INITIALIZER)
            return target
        return External("decorator." if named_argument(arguments, "init") is False else "dataclasses.dataclass")

    def initialize_dataclass(self, arguments: Arguments) -> object:
        """Follow the ``__init__`` of a dataclass: factories of fields that are not given, and ``__post_init__``."""
        made, *given = arguments
        if not isinstance(made.value, InstanceValue):
            return self.call_unknown(arguments)
        names, kind = made.value.names, made.value.of
        self.memory.set(names, UNKNOWN, UNKNOWN)
        by_name, is_sure = {each.keyword for each in given}, all(each.keyword.isidentifier() for each in given)
        for name, field in fields_of(kind).items():
            if name in by_name or kind.find(name) is not UNKNOWN:
                continue
            if is_sure:
                self.memory.set(names, name, self.call(field.factory, ()))
            else:
                self.value_maybe(partial(self.call, field.factory, ()))
        hook = kind.find("__post_init__")
        if isinstance(hook, FunctionValue):
            self.call(BoundMethod(hook, made.value), (Argument(UNKNOWN, "*"),))
        return None

    def field(self, arguments: Arguments) -> object:
        """``dataclasses.field(...)``."""
        self.call_unknown(arguments)
        factory = named_argument(arguments, "default_factory")
        return UNKNOWN if factory is ABSENT else FieldValue(factory)

    def register_dispatch(self, arguments: Arguments) -> object:
        """Follow ``function.register`` of a ``functools.singledispatch`` function, which is the first argument."""
        target = arguments[1].value if len(arguments) > 1 else ABSENT
        if len(arguments) == 2 and isinstance(target, FunctionValue):
            self.read_annotations(target)
            return target
        if len(arguments) == 2:
            return External("decorator.")
        return arguments[2].value if len(arguments) == 3 else UNKNOWN

    def copied(self, name: str, arguments: Arguments) -> object:
        """``copy.copy(value)`` and ``copy.deepcopy(value)``, for which a class may have a method of that name."""
        value = first_of(arguments)
        if isinstance(value, InstanceValue) and isinstance(value.of.find(name), FunctionValue):
            return self.call_method(value, (name,), (Argument(UNKNOWN),) if name == "__deepcopy__" else ())
        self.use_objects((value,))
        return self.call_unknown(arguments, External(f"copy.{name.strip('_')}"))

    def method_of_wrapped(self, name: str, arguments: Arguments) -> object:
        """Follow a method of a decorated function."""
        target = first_of(arguments)
        if isinstance(target, Wrapped) and target.kind == "dispatch" and name == "register":
            return self.register_dispatch(arguments)
        return UNKNOWN

    def setter(self, arguments: Arguments) -> object:
        """``property.setter``."""
        target = first_of(arguments)
        if isinstance(target, Wrapped) and len(arguments) == 2:
            return Wrapped(target.kind, target.function, arguments[1].value)
        return UNKNOWN

    # --- annotations ---------------------------------------------------------------------------------------------

    def type_hints(self, arguments: Arguments) -> object:
        """``typing.get_type_hints(value)``: evaluates the annotations that are text."""
        target = first_of(arguments)
        if any(each.keyword != "include_extras" and not isinstance(each.value, ModuleNames) for each in arguments[1:]):
            self.value_maybe(lambda: self.read_annotations(target))
        else:
            self.read_annotations(target)
        return UNKNOWN

    def signature(self, arguments: Arguments) -> object:
        """``inspect.signature(function, eval_str=True)``."""
        if named_argument(arguments, "eval_str") is True:
            self.read_annotations(first_of(arguments), with_bases=False)
        return UNKNOWN

    def read_annotations(self, target: object, *, with_bases: bool = True) -> None:
        """Evaluate the annotations of a function, or of a class and its bases, that are text."""
        if isinstance(target, BoundMethod):
            target = target.function
        if isinstance(target, Wrapped):
            target = target.function
        if isinstance(target, FunctionValue):
            for annotation in self.bodies.annotations(target.module, target.operation):
                self._evaluate_in(target.module, (), annotation)
        elif isinstance(target, ClassValue):
            order = target.order if with_bases else (target,)
            for each in reversed(order):
                if isinstance(each, ClassValue):
                    for text in self.bodies.annotations(each.module, each.operation):
                        self._evaluate_in(each.module, (each.names,), text)
        elif isinstance(target, ModuleValue) or target is UNKNOWN:
            self.note(FailureError(UNKNOWN))

    def _evaluate_in(self, module: str, outer: tuple[Names, ...], node: ast.expr) -> None:
        """Evaluate an annotation with the names of a module and a class, on the line that asks for it."""
        scope = Scope("comprehension", module, self.modules.space(module), outer, line=self.scope.line)
        self.stack.append(scope)
        try:
            self.evaluate(node)
        finally:
            if self.stack and self.stack[-1] is scope:
                self.stack.pop()


def _checked(kind: object, of: object) -> object:
    """Return whether a class counts as a subclass of another, which may decide that itself, or of one of several."""
    if isinstance(of, tuple):
        answers = [_checked(kind, each) for each in of]
        return True if True in answers else UNKNOWN if UNKNOWN in answers else False
    found = True if of == OBJECT else is_subclass(kind, of)
    return UNKNOWN if found is None or _decides(of, kind, found=found) else found


def _decides(of: object, kind: object, *, found: bool) -> bool:
    """Tell whether a class may count others as its subclasses, or not, than those derived from it."""
    if not isinstance(of, ClassValue):
        return not found and isinstance(of, External) and of.name.startswith(_ABSTRACT)
    hooks = [of.find("__subclasshook__")]
    if isinstance(of.metaclass, ClassValue):
        hooks += [of.metaclass.find(each) for each in ("__instancecheck__", "__subclasscheck__")]
    if any(each is UNKNOWN or isinstance(each, FunctionValue | Wrapped) for each in hooks):
        return True
    is_registered = isinstance(kind, ClassValue) and UNKNOWN in kind.names  # it was given to what is not followed
    return not found and (is_registered or External("typing.Protocol") in of.behind)


_ABSTRACT = ("collections.abc.", "typing.", "numbers.", "io.", "importlib.", "contextlib.Abstract", "os.PathLike")
"""Where classes come from of which others count as subclasses that are not derived from them."""


def _is_around(value: object, function: object) -> bool:
    return value is function or (isinstance(value, Wrapped) and _is_around(value.function, function))
