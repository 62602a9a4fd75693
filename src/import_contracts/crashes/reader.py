"""From the text of a module or function to its operations, in the order in which CPython runs them."""

# ruff: noqa: N802 - the methods of a visitor are named after the nodes

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from import_contracts.crashes.conditions import MOST_JOINED, Conditions, joined
from import_contracts.crashes.operations import (
    Bind,
    BindUnknown,
    CallObject,
    Code,
    Condition,
    Define,
    DefineClass,
    DottedName,
    Handler,
    If,
    ImportExternal,
    ImportModule,
    ImportNames,
    ImportStar,
    LazyImport,
    Leave,
    LeavingImport,
    Load,
    Loop,
    Operation,
    Operations,
    Raise,
    ReadingContext,
    SetAttribute,
    Try,
    Unbind,
)
from import_contracts.graph.names import absolute
from import_contracts.reading import trees
from import_contracts.reading.plain import for_older_parsers
from import_contracts.reading.trees import FunctionDefinition, Parser, Visitor, arguments, dotted_name

# Both begin with a literal, which `search` finds fast.
_GLOBALS = re.compile(r"global(?:s\b|[ \t\f\\])")
_MAYBE_LAZY = re.compile(r"lazy[ \t]+(?:import|from)\b")


def read_module(text: str, context: ReadingContext, parse: Parser = trees.parse) -> Code:
    """Return what a module does when it is imported.

    Raises SyntaxError where `ast` cannot read it, or where it nests too deeply for a recursive reader.
    """
    text, lazy = _without_lazy(text)
    tree = _parse(text, parse)
    global_lines = [text.count("\n", 0, each.start()) + 1 for each in _GLOBALS.finditer(text)]
    reader = _OperationReader(context, lazy=lazy, global_lines=global_lines)
    reader.has_future_annotations = _has_future_annotations(tree)
    try:
        reader.block(tree.body)
    except RecursionError as error:
        raise SyntaxError(str(error)) from error
    return Code(tuple(reader.operations), reader.defined, submodules=frozenset(reader.submodules))


def read_function(lines: Sequence[str], first: int, context: ReadingContext) -> Code:
    """Return what a call of a function does, given its lines without their ends; nothing where these cannot be read.

    The call of a generator function or a coroutine function runs nothing of its body. A ``yield`` in a function inside
    counts as well: that misses a crash at most.
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
    reader = _OperationReader(context, in_function=True)
    for argument in arguments(function):
        reader.bind(argument.arg, argument.lineno)
    try:
        reader.block(function.body)
    except RecursionError:
        return Code(())
    declared = frozenset(name for each in nodes if isinstance(each, ast.Global) for name in each.names)
    return Code(tuple(reader.operations), reader.defined, declared)


def _without_lazy(text: str) -> tuple[str, frozenset[int]]:
    """Return a text without the keyword ``lazy``, which older parsers do not know, and the lines that had it."""
    if not _MAYBE_LAZY.search(text):
        return text, frozenset()
    lines = frozenset(text.count("\n", 0, found.end()) + 1 for found in trees.LAZY.finditer(text))
    return trees.LAZY.sub(r"\g<before>", text), lines


def _parse(text: str, parse: Parser = trees.parse) -> ast.Module:
    """Return the tree of a text, whose syntax may be newer than this Python; raises SyntaxError."""
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


# Calls that end the program.
_EXITS = frozenset({("sys", "exit"), ("exit",), ("quit",), ("os", "_exit")})
# Decorators after which a call still runs the body of the function.
_TRANSPARENT = frozenset({"staticmethod", "classmethod", "cache", "lru_cache"})
# Context managers that catch the exceptions they are called with.
_CATCHING = frozenset({"suppress", "raises", "assertRaises"})


class _OperationReader(Visitor):
    """Reads one module or function.

    ``defined`` are the names that it may bind, each with the first line that does it, and ``modules`` those that may
    have been bound to something of the program. ``submodules`` are the modules of the program that it imports.
    """

    def __init__(
        self,
        context: ReadingContext,
        *,
        lazy: frozenset[int] = frozenset(),
        in_function: bool = False,
        global_lines: Sequence[int] = (),
    ) -> None:
        self.operations: list[Operation] = []
        self.defined: dict[str, int] = {}
        self.modules: set[str] = set()
        self.submodules: set[str] = set()
        self.has_future_annotations = False
        self._context = context
        self._lazy = lazy
        self._lazy_modules: frozenset[str] | None = frozenset()  # None if they are unknown
        self._lazy_names: set[str] = set()
        self._hidden: list[frozenset[str]] = []
        self._in_function = in_function
        self._in_class = 0
        self._in_try = 0
        self._global_lines = global_lines
        self._conditions = Conditions(context)
        self._callable: set[str] = set()
        self._any_name = in_function

    # --- what is found -------------------------------------------------------------------------------------------

    def bind(self, name: str, line: int, value: object = None) -> None:
        """Bind a name to a value: None if it is unknown."""
        if not self._in_class:
            self.defined.setdefault(name, line)
        last = self.operations[-1] if self.operations else None
        if isinstance(last, Bind):
            last.values[name] = value  # type: ignore[index]  # it was made here, and nothing else has it yet
        else:
            self.operations.append(Bind({name: value}))

    def block(self, statements: Iterable[ast.stmt]) -> None:
        """Read statements up to the first after which the rest cannot run."""
        for statement in statements:
            self.visit(statement)
            if self.operations and isinstance(self.operations[-1], Leave | Raise):
                break

    def _collect(self, *nodes: ast.AST) -> Operations:
        """Return the operations of statements or expressions instead of adding them."""
        with self._collecting() as found:
            self.block(nodes)  # type: ignore[arg-type]  # expressions are read the same way
        return tuple(found)

    @contextmanager
    def _collecting(self) -> Iterator[list[Operation]]:
        """Add what is read to a list of its own."""
        before, self.operations = self.operations, []
        yield self.operations
        self.operations = before

    @contextmanager
    def _hiding(self, names: Iterable[str]) -> Iterator[None]:
        """Read expressions in which some names are not those of the module."""
        self._hidden.append(frozenset(names))
        yield
        self._hidden.pop()

    def _matters(self, dotted: DottedName) -> bool:
        """Tell whether a name may be bound to something of the program."""
        root = dotted[0]
        if any(root in names for names in self._hidden):
            return False
        return self._any_name or root in self.modules or root in self._callable or root in self._lazy_names

    # --- imports -------------------------------------------------------------------------------------------------

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            operation = ImportModule(node.lineno, alias.name, alias.asname)
            self._add_import(alias.name, name, operation, node.lineno)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = self._absolute(node.level, node.module or "")
        names = tuple((alias.name, alias.asname or alias.name) for alias in node.names)
        for name, alias in names:
            if name == "TYPE_CHECKING":
                self._conditions.add_alias(alias)
        if not module:
            self.operations.append(LeavingImport(node.lineno))
        elif names[0][0] == "*":
            self._add_star(module, node.lineno)
        elif self._is_ours(module) and not self._is_lazy(module, node.lineno):
            self.operations.append(ImportNames(node.lineno, module, names))
            self.submodules.add(module)
            for name, alias in names:
                is_submodule = self._context.is_package and module == self._context.module and name == alias
                self._imported(alias, None if is_submodule else node.lineno)
        else:
            for name, alias in names:
                self._add_import(module, alias, ImportNames(node.lineno, module, ((name, alias),)), node.lineno)

    def _add_star(self, module: str, line: int) -> None:
        if self._is_ours(module):
            self.operations.append(ImportStar(line, module))
            self._any_name = True
        else:
            self._add_external(module)
            self.operations.append(BindUnknown(self._context.name))

    def _add_import(self, module: str, name: str, operation: ImportModule | ImportNames, line: int) -> None:
        if not self._is_ours(module):
            self._add_external(module)
            self.bind(name, line)
        elif self._is_lazy(module, line):
            self.operations.append(LazyImport(name, operation))
            self._lazy_names.add(name)
            self._imported(name, line)
        else:
            self.operations.append(operation)
            self.submodules.add(module)
            self._imported(name, line)

    def _imported(self, name: str, line: int | None) -> None:
        """Note a name that is bound to something of the program; without a line, its package has it already."""
        if not self._in_class and line is not None:
            self.defined.setdefault(name, line)
        self.modules.add(name)

    def _add_external(self, module: str) -> None:
        """Note the import of a module outside the program, if it may fail and the program goes on."""
        if self._in_try and module.partition(".")[0] not in sys.stdlib_module_names:
            self.operations.append(ImportExternal())

    def _is_ours(self, module: str) -> bool:
        return module.partition(".")[0] in self._context.roots

    def _is_lazy(self, module: str, line: int) -> bool:
        if self._in_class or self._in_try or self._in_function:
            return False
        return line in self._lazy or self._lazy_modules is None or module in self._lazy_modules

    def _absolute(self, level: int, module: str) -> str:
        """Return the absolute name of a module; "" if it would lie above the top."""
        return absolute(level, module, self._context.module, is_package=self._context.is_package) or ""

    # --- statements ----------------------------------------------------------------------------------------------

    def visit_FunctionDef(self, node: FunctionDefinition) -> None:
        self._each(node.decorator_list, node.args.defaults, node.args.kw_defaults)
        if self._evaluates_annotations:
            with self._hiding(_type_parameters(node)):
                self._each([each.annotation for each in arguments(node)], [node.returns])
        decorators = [self._called(each) for each in node.decorator_list]
        is_known = all(each is not None and each[-1] in _TRANSPARENT for each in decorators)
        declared, binds_unknown = self._bound_in_module(node)
        if not self._in_class:
            self.defined.setdefault(node.name, node.lineno)
        last = node.end_lineno or node.lineno
        self.operations.append(Define(node.name, node.lineno, last, is_known, declared, binds_unknown))
        self._callable.add(node.name)
        self._decorate(node.decorator_list)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - the name of the node

    def _bound_in_module(self, node: FunctionDefinition) -> tuple[frozenset[str], bool]:
        """Return the names that a function may bind in the module, and whether it may bind unknown ones."""
        if not any(node.lineno <= line <= (node.end_lineno or line) for line in self._global_lines):
            return frozenset(), False
        nodes = trees.walk(node)
        declared = frozenset(name for each in nodes if isinstance(each, ast.Global) for name in each.names)
        return declared, any(isinstance(each, ast.Name) and each.id == "globals" for each in nodes)

    def _decorate(self, decorators: Sequence[ast.expr]) -> None:
        for decorator in reversed(decorators):
            dotted = dotted_name(decorator)
            if dotted and self._matters(dotted):
                self.operations.append(CallObject(decorator.lineno, dotted))

    def _called(self, node: ast.expr) -> DottedName | None:
        return dotted_name(node.func if isinstance(node, ast.Call) else node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._each(node.decorator_list)
        with self._hiding(_type_parameters(node)):
            self._each(node.bases, [each.value for each in node.keywords])
        self._in_class += 1
        body = self._collect(*node.body)
        self._in_class -= 1
        if not self._in_class:
            self.defined.setdefault(node.name, node.lineno)
        bases = tuple(dotted_name(base) for base in node.bases)
        self.operations.append(
            DefineClass(node.name, bases, body, is_known=not node.decorator_list and not node.keywords)
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
        dotted = self._called(node.exc) if node.exc else None
        self.operations.append(Raise(dotted[-1] if dotted else ""))

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
        """Bind a name to the value of an expression, as far as that is known."""
        dotted = self._called(value)
        if target.id == "__lazy_modules__" and self._context.version >= (3, 15) and not self._in_class:
            strings = _strings(value)
            self._lazy_modules = None if strings is None else frozenset(strings)
        if dotted and self._matters(dotted) and isinstance(value, ast.Name | ast.Attribute | ast.Call):
            make = CallObject if isinstance(value, ast.Call) else Load
            last = self.operations[-1] if self.operations else None
            if make is CallObject and isinstance(last, CallObject) and last.dotted == dotted:
                self.operations.pop()
            self.operations.append(make(_end(value), dotted, target.id))
            if not self._in_class:
                self.defined.setdefault(target.id, target.lineno)
            self.modules.add(target.id)
        elif target.id == "__all__":
            self.bind(target.id, target.lineno, _strings(value))
        else:
            known = self._conditions.value(value)
            self.bind(target.id, target.lineno, known if isinstance(known, bool) else None)

    def _target(self, target: ast.expr) -> None:
        """Bind the target of an assignment."""
        if isinstance(target, ast.Name):
            self.bind(target.id, target.lineno)
        elif isinstance(target, ast.Attribute):
            dotted = dotted_name(target.value)
            if dotted and self._matters(dotted):
                self.operations.append(SetAttribute(_end(target), dotted, target.attr))
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
        """Note ``sys.modules[...] = ...``, which may replace a module by another object."""
        if dotted_name(target.value) in {("sys", "modules"), ("modules",)}:
            written = target.slice.value if isinstance(target.slice, ast.Constant) else None
            self.operations.append(BindUnknown(written if isinstance(written, str) else self._context.name))

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self._either(self._conditions.value(node.test), node.body, node.orelse)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        self._either(self._conditions.value(node.test), [node.body], [node.orelse])

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        is_or = isinstance(node.op, ast.Or)
        before: list[Condition] = []
        for value in node.values:
            self._either(joined(before, is_or=is_or), *(([], [value]) if is_or else ([value], [])))
            before.append(self._conditions.value(value))
            if len(before) > MOST_JOINED:  # else a thousand values would have a thousand conditions of up to a thousand
                before = [joined(before, is_or=is_or)]

    def _either(self, condition: Condition, then: Sequence[ast.AST], otherwise: Sequence[ast.AST]) -> None:
        if isinstance(condition, bool):
            self.block(then if condition else otherwise)  # type: ignore[arg-type]  # expressions too
            return
        first, second = self._collect(*then), self._collect(*otherwise)
        if first or second:
            self.operations.append(If(condition, first, second))

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        always_runs = isinstance(node.iter, ast.Tuple | ast.List | ast.Set) and any(
            not isinstance(each, ast.Starred) for each in node.iter.elts
        )
        with self._collecting() as body:
            self._target(node.target)
            self.block(node.body)
        self.operations.append(Loop(tuple(body), always_runs))
        self._otherwise(node.orelse)

    visit_AsyncFor = visit_For  # noqa: N815

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        condition = self._conditions.value(node.test)
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
        handlers = tuple(map(self._handler, node.handlers))
        otherwise, finally_ = self._collect(*node.orelse), self._collect(*node.finalbody)
        self.operations.append(Try(body, handlers, otherwise, finally_))

    def _handler(self, node: ast.ExceptHandler) -> Handler:
        with self._collecting() as body:
            if node.name:
                self.bind(node.name, node.lineno)
            self.block(node.body)
        return Handler(_exceptions(node.type), tuple(body))

    def visit_TryStar(self, node: ast.TryStar) -> None:
        self.visit_Try(node)

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        caught: set[str] = set()
        for item in node.items:
            self.visit(item.context_expr)
            if item.optional_vars:
                self._target(item.optional_vars)
            call = item.context_expr
            if isinstance(call, ast.Call) and (dotted := dotted_name(call.func)) and dotted[-1] in _CATCHING:
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
            with self._collecting() as body:
                self.visit(case.pattern)
                if case.guard:
                    self.visit(case.guard)
                self.block(case.body)
            found = (If(None, tuple(body), found),)
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
        may_be_lazy = node.id in self._lazy_names or (self._in_function and self._context.version >= (3, 15))
        if may_be_lazy and self._matters((node.id,)):
            self.operations.append(Load(node.lineno, (node.id,)))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        dotted = dotted_name(node)
        if dotted is None:
            self.visit(node.value)
        elif self._matters(dotted):
            self.operations.append(Load(_end(node), dotted))

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self._target(node.target)

    def visit_Call(self, node: ast.Call) -> None:
        self.visit(node.func)
        self._each(node.args, [each.value for each in node.keywords])
        dotted = dotted_name(node.func)
        if dotted is None:
            return
        if dotted in _EXITS:
            self.operations.append(Raise("SystemExit"))
        elif dotted[-1] in {"import_module", "__import__"}:
            self._imports_by_name(node)
        elif dotted[0] == "__all__":  # it may be changed
            self.bind("__all__", node.lineno)
        elif dotted == ("setattr",) and len(node.args) == 3:
            self._sets_attribute(node)
        elif dotted in {("globals",), ("exec",), ("execfile",)} or dotted[:2] == ("sys", "modules"):
            self._bind_unknown(dotted)
        elif self._matters(dotted):
            self.operations.append(CallObject(node.lineno, dotted))

    def _bind_unknown(self, dotted: DottedName) -> None:
        """Note a call that may bind unknown names, unless it only reads."""
        if dotted[-1] not in {"get", "keys", "items", "values", "copy"}:
            self.operations.append(BindUnknown(self._context.name))

    def _sets_attribute(self, node: ast.Call) -> None:
        target, name = dotted_name(node.args[0]), node.args[1]
        written = name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else None
        if target and self._matters(target):
            self.operations.append(SetAttribute(node.lineno, target, written))

    def _imports_by_name(self, node: ast.Call) -> None:
        """Note ``importlib.import_module("literal")`` and ``__import__("literal")``."""
        first = node.args[0] if node.args else None
        if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
            return
        level = len(first.value) - len(first.value.lstrip("."))
        package = [*node.args[1:2], *(each.value for each in node.keywords if each.arg == "package")]
        if level and not (package and dotted_name(package[0]) in {("__name__",), ("__package__",)}):
            return
        is_name = level and dotted_name(package[0]) == ("__name__",) and not self._context.is_package
        module = self._absolute(level - bool(is_name) if level else 0, first.value[level:])
        if is_name and level == 1:
            return
        if self._is_ours(module):
            self.operations.append(ImportModule(node.lineno, module, ""))
        else:
            self._add_external(module)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if dotted_name(node.value) == ("sys", "modules") and dotted_name(node.slice) == ("__name__",):
            self.operations.append(BindUnknown(self._context.name))
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
        return not self.has_future_annotations and self._context.version < (3, 14)


def _end(node: ast.expr) -> int:
    """Return the line on which CPython says that the last attribute is taken."""
    return (node.end_lineno or node.lineno) if isinstance(node, ast.Attribute) else node.lineno


def _exceptions(node: ast.expr | None) -> frozenset[str] | None:
    """Return the names of exceptions, without what they are in; None for `except:`."""
    if node is None:
        return None
    names = map(dotted_name, node.elts if isinstance(node, ast.Tuple) else [node])
    return frozenset(dotted[-1] for dotted in names if dotted)


def _strings(node: ast.expr) -> tuple[str, ...] | None:
    """Return the strings of a literal list, tuple or set; None if it is anything else."""
    if not isinstance(node, ast.List | ast.Tuple | ast.Set):
        return None
    values = [each.value for each in node.elts if isinstance(each, ast.Constant)]
    strings = tuple(each for each in values if isinstance(each, str))
    return strings if len(strings) == len(node.elts) else None


def _type_parameters(node: ast.AST) -> list[str]:
    return [each.name for each in getattr(node, "type_params", ())]
