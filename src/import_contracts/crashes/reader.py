"""From the text of a module or function to its operations, in the order in which CPython runs them."""

# ruff: noqa: N802 - the methods of a visitor are named after the nodes

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

from import_contracts.crashes.conditions import Conditions
from import_contracts.crashes.memory import UNKNOWN
from import_contracts.crashes.operations import (
    Assign,
    Bind,
    Case,
    Code,
    Define,
    DefineClass,
    Delete,
    Evaluate,
    For,
    Handler,
    If,
    ImportExternal,
    ImportModule,
    ImportNames,
    ImportStar,
    LazyImport,
    Leave,
    LeavingImport,
    Match,
    MayRaise,
    Operation,
    Operations,
    Parameters,
    Raise,
    ReadingContext,
    Return,
    Try,
    While,
    With,
)
from import_contracts.crashes.relevance import Relevance, is_exception, lists_files
from import_contracts.crashes.values import External, Literal, settled_external
from import_contracts.graph.names import absolute
from import_contracts.reading.source import trees
from import_contracts.reading.source.outline import FUNCTION, outline
from import_contracts.reading.source.text import universal_newlines
from import_contracts.reading.source.trees import FunctionDefinition, Visitor, arguments, dotted_name

GLOBALS = re.compile(r"global(?:s\b|[ \t\f\\])")
"""What may bind names of the module in a function."""
_MAYBE_LAZY = re.compile(r"lazy[ \t]+(?:import|from)\b")  # it begins with a literal, which `search` finds fast
_Function: TypeAlias = FunctionDefinition | ast.Lambda


def read_module(text: str, context: ReadingContext) -> Code:
    """Return what a module does when it is imported.

    Raises SyntaxError where `ast` cannot read it, or where it nests too deeply for a recursive reader.
    """
    text, lazy = _without_lazy(universal_newlines(text))
    try:
        tree = trees.parse_newer(outline(text, FUNCTION, GLOBALS))
    except SyntaxError:
        tree = trees.parse_newer(text)
    global_lines = [text.count("\n", 0, each.start()) + 1 for each in GLOBALS.finditer(text)]
    reader = _OperationReader(context, lazy=lazy, global_lines=global_lines)
    reader.relevant.everything = lists_files(text)
    reader.has_future_annotations = _has_future_annotations(tree)
    try:
        reader.block(tree.body)
    except RecursionError as error:
        raise SyntaxError(str(error)) from error
    return Code(
        _joined(reader.operations),
        reader.declared | reader.defined,
        submodules=frozenset(reader.submodules),
        has_future_annotations=reader.has_future_annotations or context.version >= (3, 14),
    )


def read_function(lines: Sequence[str], first: int, context: ReadingContext) -> Code:
    """Return what a call of a function does, given its lines without their ends; nothing where these cannot be read."""
    function = read_definition(lines, first)
    return read_body(function, context) if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) else Code(())


def read_definition(lines: Sequence[str], first: int) -> ast.stmt:
    """Return the first statement in some lines without their ends; ``pass`` if these cannot be read."""
    text = "\n".join(lines)
    indented = text[:1].isspace()
    above = "\n" * (first - 2) + "if 1:\n" if indented else "\n" * (first - 1)
    try:
        tree = trees.parse_newer(above + text)
    except SyntaxError:
        return ast.Pass()
    return tree.body[0].body[0] if indented and isinstance(tree.body[0], ast.If) else tree.body[0]


def read_body(function: _Function, context: ReadingContext) -> Code:
    """Return what a call of a function does."""
    reader = _OperationReader(context, in_function=True)
    for argument in arguments(function):
        reader.define(argument.arg, argument.lineno)
    try:
        if isinstance(function, ast.Lambda):
            reader.operations.append(Return(function.body))
        else:
            reader.block(function.body)
    except RecursionError:
        return Code(())
    own = _own_nodes(function)
    in_module = frozenset(name for each in own if isinstance(each, ast.Global) for name in each.names)
    in_others = frozenset(name for each in own if isinstance(each, ast.Nonlocal) for name in each.names)
    return Code(
        tuple(reader.operations),
        reader.defined,
        globals=in_module,
        nonlocals=in_others,
        local=dict.fromkeys((name for name in reader.defined if name not in in_module | in_others), UNKNOWN),
        parameters=_parameters(function.args),
        yields=any(isinstance(each, ast.Yield | ast.YieldFrom) for each in own),
        is_async=isinstance(function, ast.AsyncFunctionDef),
    )


def read_annotations(node: ast.stmt, *, everything: bool) -> Iterator[ast.expr]:
    """Yield the annotations of a function, or of the names in a class, that are text, or else all, as expressions."""
    found: list[ast.expr | None] = []
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        found = [*(each.annotation for each in arguments(node)), node.returns]
    elif isinstance(node, ast.ClassDef):
        found = [each.annotation for each in node.body if isinstance(each, ast.AnnAssign)]
    for each in found:
        if each is not None and everything and not isinstance(each, ast.Constant):
            yield each
        texts = [] if each is None or "Literal" in ast.dump(each) else trees.walk(each)
        for text in texts:
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                try:
                    yield ast.copy_location(ast.parse(text.value.strip(), mode="eval").body, text)
                except (SyntaxError, ValueError, MemoryError, RecursionError):
                    return


def _own_nodes(function: _Function) -> list[ast.AST]:
    """Return the nodes of a function's body without those of functions and classes inside."""
    found: list[ast.AST] = list(function.body) if not isinstance(function, ast.Lambda) else [function.body]
    for each in found:
        if not isinstance(each, ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found += trees.children(each)
    return found


def _parameters(own: ast.arguments) -> Parameters:
    return Parameters(
        tuple(each.arg for each in (*own.posonlyargs, *own.args)),
        tuple(each.arg for each in own.kwonlyargs),
        own.vararg.arg if own.vararg else None,
        own.kwarg.arg if own.kwarg else None,
    )


def _without_lazy(text: str) -> tuple[str, frozenset[int]]:
    """Return a text without the keyword ``lazy``, which older parsers do not know, and the lines that had it."""
    if not _MAYBE_LAZY.search(text):
        return text, frozenset()
    lines = frozenset(text.count("\n", 0, found.end()) + 1 for found in trees.LAZY.finditer(text))
    return trees.LAZY.sub(r"\g<before>", text), lines


def _has_future_annotations(tree: ast.Module) -> bool:
    return any(
        isinstance(each, ast.ImportFrom)
        and each.module == "__future__"
        and any(a.name == "annotations" for a in each.names)
        for each in tree.body
    )


# Calls that end the program.
_EXITS = frozenset({("sys", "exit"), ("exit",), ("quit",), ("os", "_exit")})


class _OperationReader(Visitor):
    """Reads one module or function.

    ``defined`` are the names that it may bind, each with the first line that does it; ``declared`` those of ``global``
    statements. ``submodules`` are the modules of the program that it imports.
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
        self.declared: dict[str, int] = {}
        self.submodules: set[str] = set()
        self.has_future_annotations = False
        self.relevant = Relevance(everything=in_function)
        self._context = context
        self._lazy = lazy
        self._lazy_modules: frozenset[str] | None = frozenset()  # None if they are unknown
        self._in_function = in_function
        self._in_class = 0
        self._in_try = 0
        self._global_lines = global_lines
        self._conditions = Conditions(context, self.relevant.origin)

    # --- what is found -------------------------------------------------------------------------------------------

    def define(self, name: str, line: int) -> None:
        """Note that a name may be bound here."""
        if not self._in_class:
            self.defined.setdefault(name, line)

    def _bind(self, name: str, line: int, value: object = UNKNOWN) -> None:
        self.define(name, line)
        last = self.operations[-1] if self.operations else None
        if isinstance(last, Bind):
            last.values[name] = value  # type: ignore[index]  # it was made here, and nothing else has it yet
        else:
            self.operations.append(Bind({name: value}))

    def block(self, statements: Iterable[ast.stmt]) -> None:
        """Read statements up to the first after which the rest cannot run."""
        for statement in statements:
            self.visit(statement)
            if self.operations and isinstance(self.operations[-1], Leave | Return | Raise):
                break

    def _collect(self, statements: Iterable[ast.stmt]) -> Operations:
        """Return the operations of statements instead of adding them."""
        with self._collecting() as found:
            self.block(statements)
        return tuple(found) if self._in_function else _joined(found)

    @contextmanager
    def _collecting(self) -> Iterator[list[Operation]]:
        """Add what is read to a list of its own."""
        before, self.operations = self.operations, []
        yield self.operations
        self.operations = before

    def _evaluate(self, *nodes: ast.expr | None) -> None:
        """Add the evaluation of those expressions that matter."""
        for node in nodes:
            if node is None or isinstance(node, ast.Constant):
                continue
            if self.relevant.matters(node):
                self.operations.append(Evaluate(node))
                for each in trees.walk(node):
                    if isinstance(each, ast.NamedExpr):
                        self._targets(each.target)
            else:
                self._may_raise(node)
                for each in trees.walk(node) if not isinstance(node, ast.Attribute) else ():
                    if isinstance(each, ast.NamedExpr) and isinstance(each.target, ast.Name):
                        self._bind(each.target.id, each.lineno)

    def _may_raise(self, node: ast.expr | None = None) -> None:
        """Note that something that is left out may raise an exception: an expression, or an assignment to a target."""
        noted = [each.may_import for each in self.operations[-3:] if isinstance(each, MayRaise)]
        if not any(noted):
            may_import = node is None or self.relevant.may_import(node)
            if may_import or not noted:
                self.operations.append(MayRaise(may_import))

    # --- imports -------------------------------------------------------------------------------------------------

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            operation = ImportModule(node.lineno, alias.name, alias.asname)
            self._add_import(alias.name, name, operation, External(alias.name if alias.asname else name))

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
                operation = ImportNames(node.lineno, module, ((name, alias),))
                self._add_import(module, alias, operation, External(f"{module}.{name}"))

    def _add_star(self, module: str, line: int) -> None:
        if self._is_ours(module):
            self.relevant.everything = True
        else:
            self._add_external(module)
        self.operations.append(ImportStar(line, module if self._is_ours(module) else None))

    def _add_import(self, module: str, name: str, operation: ImportModule | ImportNames, value: External) -> None:
        if not self._is_ours(module):
            self._add_external(module)
            self.relevant.add_external(name, value.name)
            self._bind(name, operation.line, settled_external(value))
        elif self._is_lazy(module, operation.line):
            self.operations.append(LazyImport(name, operation))
            self.relevant.lazy.add(name)
            self._imported(name, operation.line)
        else:
            self.operations.append(operation)
            self.submodules.add(module)
            self._imported(name, operation.line)

    def _imported(self, name: str, line: int | None) -> None:
        """Note a name that is bound to something of the program; without a line, its package has it already."""
        if line is not None:
            self.define(name, line)
        self.relevant.names.add(name)

    def _add_external(self, module: str) -> None:
        """Note the import of a module outside the program, which may be missing."""
        if module.partition(".")[0] not in sys.stdlib_module_names and (self._in_try or self._in_function):
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

    # --- definitions ---------------------------------------------------------------------------------------------

    def visit_FunctionDef(self, node: FunctionDefinition) -> None:
        own = node.args
        positional = [*own.posonlyargs, *own.args]
        defaults = [*zip(positional[len(positional) - len(own.defaults) :], own.defaults, strict=True)]
        defaults += [(arg, default) for arg, default in zip(own.kwonlyargs, own.kw_defaults, strict=True) if default]
        annotations = [*(each.annotation for each in arguments(node)), node.returns] if self._has_annotations else []
        declared, binds_unknown = self._bound_in_module(node)
        self.define(node.name, node.lineno)
        self.operations.append(
            Define(
                node.name,
                node.lineno,
                node.end_lineno or node.lineno,
                tuple(node.decorator_list),
                tuple((arg.arg, default) for arg, default in defaults),
                tuple(each for each in annotations if each and self._annotates(each, node)),
                declared,
                binds_unknown,
            )
        )
        self.relevant.names.add(node.name)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - the name of the node

    @property
    def _has_annotations(self) -> bool:
        return not self.has_future_annotations and self._context.version < (3, 14)

    def _annotates(self, annotation: ast.expr, node: ast.AST) -> bool:
        """Tell whether the evaluation of an annotation matters."""
        if isinstance(annotation, ast.Name | ast.Constant) and not self.relevant.is_lazy(annotation):
            return False
        hidden = {each.name for each in getattr(node, "type_params", ())}
        names = (each.id for each in trees.walk(annotation) if isinstance(each, ast.Name))
        return hidden.isdisjoint(names) and self.relevant.matters(annotation)

    def _bound_in_module(self, node: FunctionDefinition) -> tuple[frozenset[str], bool]:
        """Return the names that a function may bind in the module, and whether it may bind unknown ones."""
        if not self._in_function and not any(
            node.lineno <= line <= (node.end_lineno or line) for line in self._global_lines
        ):
            return frozenset(), False
        nodes = trees.walk(node)
        statements = [each for each in nodes if isinstance(each, ast.Global)]
        for each in statements:
            self.visit_Global(each)
        declared = frozenset(name for each in statements for name in each.names)
        return declared, any(isinstance(each, ast.Name) and each.id == "globals" for each in nodes)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._in_class += 1
        body = self._collect(node.body)
        self._in_class -= 1
        self.define(node.name, node.lineno)
        self.operations.append(
            DefineClass(
                node.name,
                node.lineno,
                node.end_lineno or node.lineno,
                tuple(node.decorator_list),
                tuple(node.bases),
                tuple((each.arg or "", each.value) for each in node.keywords),
                body,
                frozenset(name for each in node.body if isinstance(each, ast.Global) for name in each.names),
            )
        )
        self.relevant.names.add(node.name)

    # --- simple statements ---------------------------------------------------------------------------------------

    def visit_Global(self, node: ast.Global) -> None:
        for name in node.names:
            self.declared.setdefault(name, node.lineno)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call) and dotted_name(node.value.func) in _EXITS:
            self.operations.append(Raise(node.value))
        else:
            self._evaluate(node.value)

    def visit_Return(self, node: ast.Return) -> None:
        self.operations.append(Return(node.value))

    def visit_Break(self, _: ast.Break) -> None:
        self.operations.append(Leave("break"))

    def visit_Continue(self, _: ast.Continue) -> None:
        self.operations.append(Leave("continue"))

    def visit_Raise(self, node: ast.Raise) -> None:
        self._evaluate(node.cause)
        self.operations.append(Raise(node.exc))

    def visit_Assert(self, node: ast.Assert) -> None:
        self._evaluate(ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test))
        self._may_raise(node.test)

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name) or self.relevant.matters(target):
                self.operations.append(Delete(target))
            else:
                self._may_raise()

    def visit_Assign(self, node: ast.Assign) -> None:
        self._assign(node.targets, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self._assign([node.target], node.value)
        elif isinstance(node.target, ast.Attribute):
            self._evaluate(node.target.value)
        elif isinstance(node.target, ast.Subscript):
            self._evaluate(node.target.value, node.target.slice)
        if self._has_annotations and not self._in_function and self._annotates(node.annotation, node):
            self.operations.append(Evaluate(node.annotation))

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        left = ast.copy_location(_loaded(node.target), node.target)
        changed = ast.copy_location(ast.BinOp(left, node.op, node.value), node)
        if isinstance(node.target, ast.Name) and node.target.id == "__all__":
            self.define("__all__", node.lineno)
            self.operations.append(Assign((node.target,), changed, is_in_place=True))
        else:
            self._assign([node.target], changed, is_in_place=True)

    def _assign(self, targets: Sequence[ast.expr], value: ast.expr, *, is_in_place: bool = False) -> None:
        """Bind targets to the value of an expression."""
        name = targets[0].id if isinstance(targets[0], ast.Name) else ""
        if name == "__lazy_modules__" and self._context.version >= (3, 15) and not self._in_class:
            strings = _strings(value)
            self._lazy_modules = None if strings is None else frozenset(strings)
        static = self._static(value)
        if isinstance(static, Literal) and len(targets) > 1:
            self.operations.append(Assign(tuple(targets), value))
            self._targets(*targets)
            return
        matters = static is UNKNOWN and self.relevant.matters(value)
        if matters or any(not isinstance(each, ast.Name) and self.relevant.matters(each) for each in targets):
            self.operations.append(Assign(tuple(targets), value, is_in_place))
            self._targets(*targets, relevant=matters)
            return
        if static is UNKNOWN:
            self._evaluate(value)
        elif isinstance(value, ast.Call):
            self._may_raise(value)
        for target in targets:
            for each in _names(target):
                self._bind(each.id, each.lineno, static if target is each else UNKNOWN)
                if isinstance(static, Literal) and not isinstance(value, ast.Tuple):
                    self.relevant.names.add(each.id)
                self.relevant.forget_origin(each.id)
            if not isinstance(target, ast.Name):
                self._may_raise()

    def _static(self, value: ast.expr) -> object:
        """Return the value of an expression as far as the text tells it and its evaluation does nothing."""
        if isinstance(value, ast.Constant):
            return value.value
        if isinstance(value, ast.List | ast.Tuple | ast.Set | ast.Dict) and _is_literal(value):
            return Literal(value)
        if (known := self._conditions.value(value)) is not None and isinstance(value, ast.Compare | ast.Name):
            return known
        if not self.relevant.matters(value):
            origin = self.relevant.origin(value)
            return settled_external(External(origin)) if origin else UNKNOWN
        return UNKNOWN

    def _targets(self, *targets: ast.expr, relevant: bool = True) -> None:
        """Note that the names in targets are bound, and that they matter."""
        for target in targets:
            for each in _names(target):
                self.define(each.id, each.lineno)
                if relevant:
                    self.relevant.names.add(each.id)

    def visit_TypeAlias(self, node: ast.AST) -> None:
        name = node.name  # type: ignore[attr-defined]  # Python 3.12 and later
        self._bind(name.id, name.lineno)

    # --- control flow --------------------------------------------------------------------------------------------

    def visit_If(self, node: ast.If) -> None:
        known = self._conditions.value(node.test)
        if known is not None:
            self._evaluate_walrus(node.test)
            self.block(node.body if known else node.orelse)
            return
        matters = self.relevant.matters(node.test)
        if not matters:
            self._evaluate(node.test)
        then, otherwise = self._collect(node.body), self._collect(node.orelse)
        if matters or then or otherwise:
            self._targets(*_walruses(node.test))
            self.operations.append(If(node.test, then, otherwise))

    def _evaluate_walrus(self, node: ast.expr) -> None:
        if not isinstance(node, ast.Name | ast.Constant) and self.relevant.matters(node):
            self._evaluate(node)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self._targets(node.target)
        body, otherwise = self._collect(node.body), self._collect(node.orelse)
        self.operations.append(For(node.target, node.iter, body, otherwise))

    visit_AsyncFor = visit_For  # noqa: N815

    def visit_While(self, node: ast.While) -> None:
        if self._conditions.value(node.test) is not False:
            self._targets(*_walruses(node.test))
            self.operations.append(While(node.test, self._collect(node.body), self._collect(node.orelse)))
        else:
            self.block(node.orelse)

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        self._in_try += 1
        body = self._collect(node.body)
        self._in_try -= 1
        handlers = tuple(map(self._handler, node.handlers))
        otherwise, finally_ = self._collect(node.orelse), self._collect(node.finalbody)
        self.operations.append(Try(body, handlers, otherwise, finally_))

    def _handler(self, node: ast.ExceptHandler) -> Handler:
        if node.name:
            self.define(node.name, node.lineno)
            self.relevant.names.add(node.name)
        return Handler(node.type, node.name, self._collect(node.body))

    def visit_TryStar(self, node: ast.TryStar) -> None:
        self.visit_Try(node)

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        self._in_try += 1
        for item in node.items:
            if item.optional_vars:
                self._targets(item.optional_vars)
        body = self._collect(node.body)
        self._in_try -= 1
        for item in reversed(node.items):
            body = (With(item.context_expr, item.optional_vars, body),)
        self.operations += body

    visit_AsyncWith = visit_With  # noqa: N815

    def visit_Match(self, node: ast.Match) -> None:
        cases = []
        for case in node.cases:
            for each in trees.walk(case.pattern):
                name = each.rest if isinstance(each, ast.MatchMapping) else getattr(each, "name", None)
                if name:
                    self.define(name, case.pattern.lineno)
                    self.relevant.names.add(name)
            cases.append(Case(case.pattern, case.guard, self._collect(case.body)))
        self.operations.append(Match(node.subject, tuple(cases)))


def _joined(operations: Iterable[Operation]) -> Operations:
    """Return operations outside of functions, with one for all that bind names one after the other."""
    found: list[Operation] = []
    values: dict[str, object] = {}
    for each in operations:
        if isinstance(each, Bind):
            new = each.values
        elif isinstance(each, Define) and each.is_plain:
            new = {each.name: each}
        else:
            values = {}
            found.append(each)
            continue
        if not values:
            found.append(Bind(values))
        values |= new
    return tuple(found)


def _names(target: ast.expr) -> Iterator[ast.Name]:
    """Yield the names that an assignment to a target binds."""
    if isinstance(target, ast.Name):
        yield target
    elif isinstance(target, ast.Tuple | ast.List):
        for each in target.elts:
            yield from _names(each)
    elif isinstance(target, ast.Starred):
        yield from _names(target.value)


def _walruses(node: ast.expr) -> list[ast.expr]:
    return [each.target for each in trees.walk(node) if isinstance(each, ast.NamedExpr)]


def _loaded(target: ast.expr) -> ast.expr:
    """Return the expression of a target's value."""
    if isinstance(target, ast.Name):
        return ast.copy_location(ast.Name(target.id, ast.Load()), target)
    if isinstance(target, ast.Attribute):
        return ast.copy_location(ast.Attribute(target.value, target.attr, ast.Load()), target)
    return target


def _is_literal(node: ast.expr) -> bool:
    """Tell whether an expression is made of nothing but constants, displays and builtin exceptions."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Name):
        return is_exception(node.id)
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return all(map(_is_literal, node.elts))
    if isinstance(node, ast.Dict):
        return all(key is not None and _is_literal(key) for key in node.keys) and all(map(_is_literal, node.values))
    return False


def _strings(node: ast.expr) -> list[str] | None:
    """Return the strings of a literal list, tuple or set; None if it is anything else."""
    if not isinstance(node, ast.List | ast.Tuple | ast.Set):
        return None
    strings = [each.value for each in node.elts if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return strings if len(strings) == len(node.elts) else None
