"""What Django imports when it is set up: the settings, the installed applications and their models, and the URLs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

from import_contracts.entries.closure import Closure, Project
from import_contracts.graph.names import absolute
from import_contracts.reading.source.trees import parse

_MODULE = re.compile(r"""['"]DJANGO_SETTINGS_MODULE['"]\]?\s*[,=]\s*['"]([\w.]+)['"]""")
_MOST_STARS = 10


def settings_module(text: str) -> str:
    """Return the settings that a file such as manage.py or wsgi.py names; "" if it names none."""
    found = _MODULE.search(text)
    return found[1] if found else ""


def imports(settings: str, closure: Closure, project: Project, *, with_urls: bool) -> Iterator[str]:
    """Yield the modules of the program that Django imports, in order, as `django.apps.registry.Apps.populate` does.

    A list of applications counts as far as it is written out in the settings. With the URLs, as for the checks that
    most commands of manage.py begin with.
    """
    if settings not in closure:
        return
    yield settings
    values = _values(settings, closure, project, 0)
    written = values.get("INSTALLED_APPS")
    entries = written if isinstance(written, tuple) else ()
    apps = []
    for entry in entries:
        app = entry
        while app and app not in closure:
            app = app.rpartition(".")[0]
        if app:
            app = app.removesuffix(".apps") if app != entry else app
            apps.append(app)
            yield app
            yield from [f"{app}.apps"] if f"{app}.apps" in closure else []
    yield from (f"{app}.models" for app in apps if f"{app}.models" in closure)
    urls = values.get("ROOT_URLCONF")
    if with_urls and isinstance(urls, str) and urls in closure:
        yield urls


_Value = str | tuple[str, ...] | None


def _values(module: str, closure: Closure, project: Project, depth: int) -> dict[str, _Value]:
    """Return the texts, and the lists of texts, that a module binds at its top level."""
    located = closure.find(module)
    text = project.text(located.path) if located and located.path else None
    try:
        tree = parse(text or "")
        return _bound(tree.body, module, closure, project, depth)
    except (SyntaxError, RecursionError):
        return {}


def _bound(
    statements: Iterable[ast.stmt], module: str, closure: Closure, project: Project, depth: int
) -> dict[str, _Value]:
    values: dict[str, _Value] = {}
    for node in statements:
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*" and depth < _MOST_STARS:
            base = absolute(node.level, node.module or "", module, is_package=_is_package(module, closure))
            values |= _values(base or "", closure, project, depth + 1)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    values[target.id] = _value(node.value, values)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            values[node.target.id] = _sum(values.get(node.target.id), _value(node.value, values))
    return values


def _is_package(module: str, closure: Closure) -> bool:
    located = closure.find(module)
    return bool(located and located.places)


def _value(node: ast.expr, values: Mapping[str, _Value]) -> _Value:
    match node:
        case ast.Constant(str(text)):
            return text
        case ast.Name(name):
            return values.get(name)
        case ast.List(items) | ast.Tuple(items):
            found: _Value = ()
            for item in items:
                value = _value(item.value if isinstance(item, ast.Starred) else item, values)
                found = _sum(found, value if isinstance(item, ast.Starred) or value is None else (str(value),))
            return found
        case ast.BinOp(left, ast.Add(), right):
            return _sum(_value(left, values), _value(right, values))
    return None


def _sum(left: _Value, right: _Value) -> _Value:
    """Return two lists together; what is unknown in a list is left out of it."""
    lists = [each for each in (left, right) if isinstance(each, tuple)]
    return tuple(text for each in lists for text in each) if lists else None
