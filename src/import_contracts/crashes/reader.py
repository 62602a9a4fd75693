"""The text of a module or function as operations."""

# ruff: noqa: N802 - the methods of a visitor are named after the nodes

from __future__ import annotations

import ast
import operator
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from import_contracts.crashes.operations import (
    Bind,
    Call,
    Chain,
    Code,
    Condition,
    Define,
    DefineClass,
    From,
    Handler,
    If,
    Import,
    Lazy,
    Leave,
    Loop,
    Obscure,
    Operation,
    Operations,
    Outside,
    Raise,
    SetAttribute,
    Setting,
    Star,
    Test,
    Try,
    Unbind,
    Use,
)
from import_contracts.reading import trees
from import_contracts.reading.plain import for_older_parsers
from import_contracts.reading.trees import Parser, Visitor, arguments

# Both begin as they do to be found quickly.
_TRICKY = re.compile(r"global(?:s\b|[ \t\f\\])")
_MAYBE_LAZY = re.compile(r"lazy[ \t]+(?:import|from)\b")
_LAZY = re.compile(r"(?m)(?P<before>^[ \t\f]*|;[ \t]*)lazy[ \t]+(?=(?:import|from)\b)")


def read_module(text: str, setting: Setting, parse: Parser = trees.parse) -> Code:
    """Return what a module does when it is imported; raises SyntaxError where `ast` cannot read it."""
    text, lazy = _without_lazy(text)
    tree = _parse(text, parse)
    reader = _Operations(
        setting, lazy=lazy, tricky=[text.count("\n", 0, each.start()) + 1 for each in _TRICKY.finditer(text)]
    )
    reader.future = _has_future_annotations(tree)
    reader.block(tree.body)
    return Code(tuple(reader.operations), reader.defined, submodules=frozenset(reader.submodules))


def read_function(lines: Sequence[str], first: int, setting: Setting) -> Code:
    """Return what a call of a function does, given its lines without their ends; nothing where these cannot be parsed.

    Nothing runs in a generator or a coroutine that is only called. A nested `yield` counts too, which is the safe side.
    """
    text = "\n".join(lines)
    indented = text[:1].isspace()
    try:
        tree = _parse(("if 1:\n" if indented else "") + text)
    except SyntaxError:
        return Code(())
    ast.increment_lineno(tree, first - 1 - indented)
    function = tree.body[0].body[0] if isinstance(tree.body[0], ast.If) else tree.body[0]
    nodes = trees.walk(function)
    if not isinstance(function, ast.FunctionDef) or any(isinstance(each, ast.Yield | ast.YieldFrom) for each in nodes):
        return Code(())
    reader = _Operations(setting, in_function=True)
    for argument in arguments(function):
        reader.bind(argument.arg, argument.lineno)
    reader.block(function.body)
    declared = frozenset(name for each in nodes if isinstance(each, ast.Global) for name in each.names)
    return Code(tuple(reader.operations), reader.defined, declared)


def _without_lazy(text: str) -> tuple[str, frozenset[int]]:
    """Take out the keyword `lazy`, which older parsers do not know, and return the lines that had it."""
    if not _MAYBE_LAZY.search(text):
        return text, frozenset()
    lines = frozenset(text.count("\n", 0, found.end()) + 1 for found in _LAZY.finditer(text))
    return _LAZY.sub(r"\g<before>", text), lines


def _parse(text: str, parse: Parser = trees.parse) -> ast.Module:
    """Parse, also syntax that is newer than this Python."""
    try:
        return parse(text)
    except SyntaxError:
        return parse(for_older_parsers(text))


def _has_future_annotations(tree: ast.Module) -> bool:
    return any(
        isinstance(each, ast.ImportFrom)
        and each.module == "__future__"
        and any(a.name == "annotations" for a in each.names)
        for each in tree.body
    )


def _chain(node: ast.expr) -> Chain | None:
    """Return the name and the attributes that an expression consists of, if it consists of nothing else."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return (node.id, *reversed(parts)) if isinstance(node, ast.Name) else None


_NEVER_TRUE = frozenset({"TYPE_CHECKING", "MYPY"})
_FATAL = frozenset({("sys", "exit"), ("exit",), ("quit",), ("os", "_exit")})
_TRANSPARENT = frozenset({"staticmethod", "classmethod", "cache", "lru_cache"})
_SWALLOWING = frozenset({"suppress", "raises", "assertRaises"})
_PLATFORM = {("sys", "platform"): "linux", ("os", "name"): "posix", ("sys", "implementation", "name"): "cpython"}


class _Operations(Visitor):
    """The reading of one module or function, in the order in which CPython runs it."""

    def __init__(
        self,
        setting: Setting,
        *,
        lazy: frozenset[int] = frozenset(),
        in_function: bool = False,
        tricky: Sequence[int] = (),
    ) -> None:
        self.setting = setting
        self.operations: list[Operation] = []
        self.defined: dict[str, int] = {}
        self.modules: set[str] = set()
        self.submodules: set[str] = set()
        self.future = False
        self._lazy = lazy
        self._lazy_modules: frozenset[str] = frozenset()
        self._lazy_names: set[str] = set()
        self._hidden: list[frozenset[str]] = []
        self._in_function = in_function
        self._in_class = 0
        self._in_try = 0
        self._tricky = tricky
        self._never_true = set(_NEVER_TRUE)
        self._callable: set[str] = set()
        self._any_name = in_function

    # --- what is found -------------------------------------------------------------------------------------------

    def bind(self, name: str, line: int, value: object = None) -> None:
        """Bind a name to a value, or to one of which nothing is known."""
        if not self._in_class:
            self.defined.setdefault(name, line)
        if value is None:
            self.modules.discard(name)
        last = self.operations[-1] if self.operations else None
        if isinstance(last, Bind):
            last.values[name] = value  # type: ignore[index]  # it is made here, and nobody else has it yet
        else:
            self.operations.append(Bind({name: value}))

    def block(self, statements: Iterable[ast.stmt]) -> None:
        """Read statements up to the first that is certainly left."""
        for statement in statements:
            self.visit(statement)
            if self.operations and isinstance(self.operations[-1], Leave | Raise):
                break

    def _collect(self, *nodes: ast.AST) -> Operations:
        """Return the operations of nodes instead of adding them."""
        before, self.operations = self.operations, []
        self.block(nodes)  # type: ignore[arg-type]  # expressions are read the same way
        found, self.operations = self.operations, before
        return tuple(found)

    @contextmanager
    def _hiding(self, names: Iterable[str]) -> Iterator[None]:
        """Read expressions in which some names are not those of the module."""
        self._hidden.append(frozenset(names))
        yield
        self._hidden.pop()

    def _matters(self, chain: Chain) -> bool:
        """Tell whether a chain may begin with something of the program."""
        root = chain[0]
        if any(root in names for names in self._hidden):
            return False
        return self._any_name or root in self.modules or root in self._callable or root in self._lazy_names

    # --- imports -------------------------------------------------------------------------------------------------

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            operation = Import(node.lineno, alias.name, alias.asname)
            self._add_import(alias.name, name, operation, node.lineno)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = self._absolute(node.level, node.module or "")
        names = tuple((alias.name, alias.asname or alias.name) for alias in node.names)
        for name, alias in names:
            if name == "TYPE_CHECKING":
                self._never_true.add(alias)
        if names[0][0] == "*":
            self._add_star(module, node.lineno)
        elif self._is_ours(module) and not self._is_lazy(module, node.lineno):
            self.operations.append(From(node.lineno, module, names))
            self.submodules.add(module)
            for name, alias in names:
                is_submodule = self.setting.is_package and module == self.setting.module and name == alias
                self._imported(alias, None if is_submodule else node.lineno)
        else:
            for name, alias in names:
                self._add_import(module, alias, From(node.lineno, module, ((name, alias),)), node.lineno)

    def _add_star(self, module: str, line: int) -> None:
        if self._is_ours(module):
            self.operations.append(Star(line, module))
            self._any_name = True
        else:
            self._outside(module)
            self.operations.append(Obscure(self.setting.module))

    def _add_import(self, module: str, name: str, operation: Import | From, line: int) -> None:
        if not self._is_ours(module):
            self._outside(module)
            self.bind(name, line)
        elif self._is_lazy(module, line):
            self.operations.append(Lazy(name, operation))
            self._lazy_names.add(name)
            self._imported(name, line)
        else:
            self.operations.append(operation)
            self.submodules.add(module)
            self._imported(name, line)

    def _imported(self, name: str, line: int | None) -> None:
        """Note a name that is bound to something of the program; one that it must have already gets no line."""
        if not self._in_class and line is not None:
            self.defined.setdefault(name, line)
        self.modules.add(name)

    def _outside(self, module: str) -> None:
        if self._in_try and module.partition(".")[0] not in sys.stdlib_module_names:
            self.operations.append(Outside())

    def _is_ours(self, module: str) -> bool:
        return module.partition(".")[0] in self.setting.roots

    def _is_lazy(self, module: str, line: int) -> bool:
        if self._in_class or self._in_try or self._in_function:
            return False
        return line in self._lazy or module in self._lazy_modules

    def _absolute(self, level: int, module: str) -> str:
        """Return the absolute name of a module (PEP 328); "" if it would lie above the top."""
        if not level:
            return module
        parts = self.setting.module.split(".")
        kept = parts[: max(0, len(parts) - level + self.setting.is_package)]
        return ".".join([*kept, module] if module else kept) if kept else ""

    # --- statements ----------------------------------------------------------------------------------------------

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._each(node.decorator_list, node.args.defaults, node.args.kw_defaults)
        if self._evaluates_annotations:
            with self._hiding(_type_parameters(node)):
                self._each([each.annotation for each in arguments(node)], [node.returns])
        decorators = [self._called(each) for each in node.decorator_list]
        transparent = all(each is not None and each[-1] in _TRANSPARENT for each in decorators)
        declared, obscures = self._tricks(node)
        first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        if not self._in_class:
            self.defined.setdefault(node.name, node.lineno)
        self.modules.discard(node.name)
        self.operations.append(Define(node.name, first, node.end_lineno or first, transparent, declared, obscures))
        self._callable.add(node.name)
        self._decorate(node.decorator_list)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - ast calls it so

    def _tricks(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[frozenset[str], bool]:
        """Return the names that a function may bind in the module, and whether it may bind any."""
        if not any(node.lineno <= line <= (node.end_lineno or line) for line in self._tricky):
            return frozenset(), False
        nodes = trees.walk(node)
        declared = frozenset(name for each in nodes if isinstance(each, ast.Global) for name in each.names)
        return declared, any(isinstance(each, ast.Name) and each.id == "globals" for each in nodes)

    def _decorate(self, decorators: Sequence[ast.expr]) -> None:
        for decorator in reversed(decorators):
            chain = _chain(decorator)
            if chain and self._matters(chain):
                self.operations.append(Call(decorator.lineno, chain))

    def _called(self, node: ast.expr) -> Chain | None:
        return _chain(node.func if isinstance(node, ast.Call) else node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._each(node.decorator_list)
        with self._hiding(_type_parameters(node)):
            self._each(node.bases, [each.value for each in node.keywords])
        self._in_class += 1
        modules = set(self.modules)
        body = self._collect(*node.body)
        self.modules = modules
        self._in_class -= 1
        if not self._in_class:
            self.defined.setdefault(node.name, node.lineno)
        self.modules.discard(node.name)
        bases = tuple(_chain(base) for base in node.bases)
        self.operations.append(
            DefineClass(node.name, bases, body, transparent=not node.decorator_list and not node.keywords)
        )
        self._callable.add(node.name)
        self._decorate(node.decorator_list)

    def visit_Return(self, node: ast.Return) -> None:
        self._each([node.value])
        self.operations.append(Leave(function=True))

    def visit_Break(self, _: ast.Break) -> None:
        self.operations.append(Leave(function=False))

    def visit_Continue(self, _: ast.Continue) -> None:
        self.operations.append(Leave(function=False))

    def visit_Raise(self, node: ast.Raise) -> None:
        self._each([node.exc, node.cause])
        chain = self._called(node.exc) if node.exc else None
        self.operations.append(Raise(chain[-1] if chain else ""))

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.operations.append(Unbind(target.id))
            else:
                self.visit(target)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            if isinstance(target, ast.Name):
                self._assign(target, node.value)
            else:
                self._target(target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)
        if self._evaluates_annotations and not self._in_function:
            self.visit(node.annotation)
        if node.value:
            self._assign(node.target, node.value) if isinstance(node.target, ast.Name) else self._target(node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._each([node.value])
        self._target(node.target)

    def _assign(self, target: ast.Name, value: ast.expr) -> None:
        """Bind a name to what an expression comes to, as far as that is known."""
        chain = self._called(value)
        if target.id == "__lazy_modules__" and self.setting.version >= (3, 15) and not self._in_class:
            self._lazy_modules = frozenset(_strings(value) or ())
        if chain and self._matters(chain) and isinstance(value, ast.Name | ast.Attribute | ast.Call):
            make = Call if isinstance(value, ast.Call) else Use
            last = self.operations[-1] if self.operations else None
            if make is Call and isinstance(last, Call) and last.chain == chain:
                self.operations.pop()
            self.operations.append(make(_end(value), chain, target.id))
            if not self._in_class:
                self.defined.setdefault(target.id, target.lineno)
            self.modules.add(target.id)
        elif target.id == "__all__":
            self.bind(target.id, target.lineno, _strings(value))
        else:
            known = self._condition(value)
            self.bind(target.id, target.lineno, known if isinstance(known, bool) else None)

    def _target(self, target: ast.expr) -> None:
        """Bind what an assignment binds."""
        if isinstance(target, ast.Name):
            self.bind(target.id, target.lineno)
        elif isinstance(target, ast.Attribute):
            chain = _chain(target.value)
            if chain and self._matters(chain):
                self.operations.append(SetAttribute(_end(target), chain, target.attr))
            else:
                self.visit(target.value)
        elif isinstance(target, ast.Subscript):
            self._change_modules(target)
            self._each([target.value, target.slice])
        else:
            for each in trees.children(target):
                if isinstance(each, ast.expr):
                    self._target(each)

    def _change_modules(self, target: ast.Subscript) -> None:
        """Take in `sys.modules[...] = ...`."""
        if _chain(target.value) in {("sys", "modules"), ("modules",)}:
            written = target.slice.value if isinstance(target.slice, ast.Constant) else None
            self.operations.append(Obscure(written if isinstance(written, str) else self.setting.module))

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self._either(node.test, node.body, node.orelse)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        self._either(node.test, [node.body], [node.orelse])

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.visit(node.values[0])
        for before, value in zip(node.values, node.values[1:], strict=False):
            sides = ([value], []) if isinstance(node.op, ast.And) else ([], [value])
            self._either(before, *sides)

    def _either(self, test: ast.expr, then: Sequence[ast.AST], otherwise: Sequence[ast.AST]) -> None:
        condition = self._condition(test)
        if isinstance(condition, bool):
            self.block(then if condition else otherwise)  # type: ignore[arg-type]  # expressions too
            return
        modules = set(self.modules)
        first = self._collect(*then)
        self.modules, after = modules, self.modules
        second = self._collect(*otherwise)
        self.modules |= after
        if first or second:
            self.operations.append(If(condition, first, second))

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        certain = isinstance(node.iter, ast.Tuple | ast.List | ast.Set) and any(
            not isinstance(each, ast.Starred) for each in node.iter.elts
        )
        before, self.operations = self.operations, []
        self._target(node.target)
        self.block(node.body)
        body, self.operations = tuple(self.operations), before
        self.operations.append(Loop(body, certain))
        self._otherwise(node.orelse)

    visit_AsyncFor = visit_For  # noqa: N815

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        condition = self._condition(node.test)
        if condition is not False and (body := self._collect(*node.body)):
            self.operations.append(Loop(body, condition is True))
        self._otherwise(node.orelse)

    def _otherwise(self, statements: Sequence[ast.stmt]) -> None:
        """Read the `else` of a loop, which `break` skips."""
        if found := self._collect(*statements):
            self.operations.append(If(None, found, ()))

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        self._in_try += 1
        body = self._collect(*node.body)
        self._in_try -= 1
        handlers = []
        for each in node.handlers:
            caught = _exceptions(each.type)
            bound = [ast.Name(each.name, lineno=each.lineno)] if each.name else []
            before, self.operations = self.operations, []
            for name in bound:
                self._target(name)
            self.block(each.body)
            found, self.operations = tuple(self.operations), before
            handlers.append(Handler(caught, found))
        otherwise, finally_ = self._collect(*node.orelse), self._collect(*node.finalbody)
        self.operations.append(Try(body, tuple(handlers), otherwise, finally_))

    def visit_TryStar(self, node: ast.TryStar) -> None:
        self.visit_Try(node)

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        caught: set[str] = set()
        for item in node.items:
            self.visit(item.context_expr)
            if item.optional_vars:
                self._target(item.optional_vars)
            call = item.context_expr
            if isinstance(call, ast.Call) and (chain := _chain(call.func)) and chain[-1] in _SWALLOWING:
                caught |= {name for each in call.args for name in _exceptions(each) or ()}
        if caught:
            self._in_try += 1
            body = self._collect(*node.body)
            self._in_try -= 1
            self.operations.append(Try(body, (Handler(frozenset(caught), ()),), (), ()))
        else:
            self.block(node.body)

    visit_AsyncWith = visit_With  # noqa: N815

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        found: Operations = ()
        for case in reversed(node.cases):
            before, self.operations = self.operations, []
            self.visit(case.pattern)
            if case.guard:
                self.visit(case.guard)
            self.block(case.body)
            found, self.operations = (If(None, tuple(self.operations), found),), before
        self.operations += found

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:
        self.generic_visit(node)
        if node.name:
            self.bind(node.name, node.lineno)

    visit_MatchStar = visit_MatchAs  # noqa: N815

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.generic_visit(node)
        if node.rest:
            self.bind(node.rest, node.lineno)

    def visit_TypeAlias(self, node: ast.AST) -> None:
        self._target(node.name)  # type: ignore[attr-defined]  # Python 3.12 and later

    # --- expressions ---------------------------------------------------------------------------------------------

    def visit_Constant(self, _: ast.Constant) -> None:
        """Do nothing: the most frequent node."""

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in self._lazy_names and self._matters((node.id,)):
            self.operations.append(Use(node.lineno, (node.id,)))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        chain = _chain(node)
        if chain is None:
            self.visit(node.value)
        elif self._matters(chain):
            self.operations.append(Use(_end(node), chain))

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self._target(node.target)

    def visit_Call(self, node: ast.Call) -> None:
        self.visit(node.func)
        self._each(node.args, [each.value for each in node.keywords])
        chain = _chain(node.func)
        if chain is None:
            return
        if chain in _FATAL:
            self.operations.append(Raise("SystemExit"))
        elif chain[-1] in {"import_module", "__import__"}:
            self._imports_by_name(node)
        elif chain == ("setattr",) and len(node.args) == 3:
            self._sets_attribute(node)
        elif chain in {("globals",), ("exec",), ("execfile",)} or chain[:2] == ("sys", "modules"):
            self._obscures(chain)
        elif self._matters(chain):
            self.operations.append(Call(node.lineno, chain))

    def _obscures(self, chain: Chain) -> None:
        if chain[-1] not in {"get", "keys", "items", "values", "copy"}:
            self.operations.append(Obscure(self.setting.module))

    def _sets_attribute(self, node: ast.Call) -> None:
        target, name = _chain(node.args[0]), node.args[1]
        written = name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else None
        if target and self._matters(target):
            self.operations.append(SetAttribute(node.lineno, target, written))

    def _imports_by_name(self, node: ast.Call) -> None:
        """Take in `importlib.import_module("literal")` and `__import__("literal")`."""
        first = node.args[0] if node.args else None
        if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
            return
        level = len(first.value) - len(first.value.lstrip("."))
        package = [*node.args[1:2], *(each.value for each in node.keywords if each.arg == "package")]
        if level and not (package and _chain(package[0]) in {("__name__",), ("__package__",)}):
            return
        is_name = level and _chain(package[0]) == ("__name__",) and not self.setting.is_package
        module = self._absolute(level - bool(is_name) if level else 0, first.value[level:])
        if is_name and level == 1:
            return
        if self._is_ours(module):
            self.operations.append(Import(node.lineno, module, ""))
        else:
            self._outside(module)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if _chain(node.value) == ("sys", "modules") and _chain(node.slice) == ("__name__",):
            self.operations.append(Obscure(self.setting.module))
        self._each([node.value, node.slice])

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._each(node.args.defaults, node.args.kw_defaults)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        self.visit(node.generators[0].iter)

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.DictComp) -> None:
        self.visit(node.generators[0].iter)
        names = [each.id for part in node.generators for each in trees.walk(part.target) if isinstance(each, ast.Name)]
        inner: list[ast.AST] = [each for part in node.generators for each in part.ifs]
        inner += [part.iter for part in node.generators[1:]]
        inner += [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        with self._hiding(names):
            if found := self._collect(*inner):
                self.operations.append(If(None, found, ()))

    visit_SetComp = visit_ListComp  # noqa: N815
    visit_DictComp = visit_ListComp  # noqa: N815

    def _each(self, *groups: Iterable[ast.expr | None]) -> None:
        for group in groups:
            for node in group:
                if node is not None:
                    self.visit(node)

    @property
    def _evaluates_annotations(self) -> bool:
        return not self.future and self.setting.version < (3, 14)

    # --- conditions ----------------------------------------------------------------------------------------------

    def _condition(self, node: ast.expr) -> Condition:  # noqa: PLR0911 - one case each
        """Return what is known of the truth of an expression."""
        if isinstance(node, ast.Constant):
            return bool(node.value)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            value = self._condition(node.operand)
            return not value if isinstance(value, bool) else value and Test("not", (value,))
        if isinstance(node, ast.BoolOp):
            return self._junction(node)
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            return self._comparison(node.left, node.ops[0], node.comparators[0])
        chain = _chain(node)
        if chain and chain[-1] in (self._never_true if len(chain) == 1 else _NEVER_TRUE):
            return False
        if chain == ("__debug__",):
            return True
        return chain

    def _junction(self, node: ast.BoolOp) -> Condition:
        values = tuple(map(self._condition, node.values))
        decisive = isinstance(node.op, ast.Or)
        if decisive in values:
            return decisive
        if all(isinstance(value, bool) for value in values):
            return not decisive
        return Test("or" if decisive else "and", values)

    def _comparison(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> bool | None:
        chain = _chain(left)
        if chain in _PLATFORM or chain == ("__name__",):
            known = _PLATFORM.get(chain, self.setting.module) if chain else ""
            if isinstance(right, ast.Constant) and isinstance(operator, ast.Eq | ast.NotEq):
                return (known == right.value) is isinstance(operator, ast.Eq)
            return None
        try:
            written = ast.literal_eval(right)
        except (ValueError, TypeError):
            return None
        return _compare_version(left, operator, written, self.setting.version)


def _compare_version(left: ast.expr, operator: ast.cmpop, written: object, version: tuple[int, int]) -> bool | None:
    """Return what a comparison of `sys.version_info` or a part of it comes to, if two numbers tell."""
    index: ast.expr | None = left.slice if isinstance(left, ast.Subscript) else None
    chain = _chain(left.value if isinstance(left, ast.Subscript) else left)
    if chain in {("sys", "version_info", "major"), ("sys", "version_info", "minor")}:
        chain, index = ("sys", "version_info"), ast.Constant({"major": 0, "minor": 1}[chain[-1]])
    if chain not in {("sys", "version_info"), ("version_info",)}:
        return None
    known: object = (*version, _Some())
    if isinstance(index, ast.Constant) and index.value in (0, 1):
        known = version[bool(index.value)]
    elif isinstance(index, ast.Slice):
        upper = index.upper.value if isinstance(index.upper, ast.Constant) else None
        if index.lower or upper not in (1, 2):
            return None
        known = version[: 1 if upper == 1 else 2]
    elif index is not None:
        return None
    compare = _COMPARISONS.get(type(operator))
    try:
        return compare(known, written) if compare else None
    except TypeError:
        return None


class _Some:
    """The third part of a version: comparing it is a TypeError, but a longer tuple is still the greater one."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise TypeError


_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def _end(node: ast.expr) -> int:
    """Return the line on which CPython says that the last attribute is taken."""
    return (node.end_lineno or node.lineno) if isinstance(node, ast.Attribute) else node.lineno


def _exceptions(node: ast.expr | None) -> frozenset[str] | None:
    """Return the names of exceptions, without what they are in; None for `except:`."""
    if node is None:
        return None
    chains = map(_chain, node.elts if isinstance(node, ast.Tuple) else [node])
    return frozenset(chain[-1] for chain in chains if chain)


def _strings(node: ast.expr) -> tuple[str, ...] | None:
    """Return the strings of a literal list, tuple or set; None if it is anything else."""
    if not isinstance(node, ast.List | ast.Tuple | ast.Set):
        return None
    values = [each.value for each in node.elts if isinstance(each, ast.Constant)]
    strings = tuple(each for each in values if isinstance(each, str))
    return strings if len(strings) == len(node.elts) else None


def _type_parameters(node: ast.AST) -> list[str]:
    return [each.name for each in getattr(node, "type_params", ())]
