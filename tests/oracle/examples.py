"""The examples of import-linter's documentation, with programs of our own, for which the verdict is known."""

from __future__ import annotations

from typing import NamedTuple

from .cases import Case, Table, program
from .peer import Verdict

KEPT, BROKEN, UNUSABLE = Verdict.KEPT, Verdict.BROKEN, Verdict.UNUSABLE


class Example(NamedTuple):
    name: str
    verdict: Verdict
    case: Case


def example(
    name: str, verdict: Verdict, lines: str, contract: Table, **session: str | bool | tuple[str, ...]
) -> Example:
    """Return an example whose program is written as `importer -> imported`, separated by commas."""
    settings: Table = {} if "root_packages" in session else {"root_package": "mypackage"}
    tables = ({"id": "one", "name": "one", **contract},)
    case = Case(program(*(line.strip() for line in lines.split(","))), {**settings, **session}, tables)
    return Example(name, verdict, case)


def layers(*lines: str, **options: bool | tuple[str, ...]) -> Table:
    return {"type": "layers", "layers": lines, **options}


THREE = layers("mypackage.high", "mypackage.medium", "mypackage.low")
DOWNWARD = "mypackage.high.a -> mypackage.medium, mypackage.medium -> mypackage.low.b, mypackage.high -> mypackage.low"
FAMILIES = "mypackage.foo.high -> mypackage.foo.low, mypackage.bar.high -> mypackage.bar.medium, mypackage.bar.low"
FAMILY_LAYERS = layers("high", "(medium)", "low", containers=("mypackage.foo", "mypackage.bar"))
COLOURS = layers("mypackage.high", "mypackage.blue | mypackage.green | mypackage.yellow", "mypackage.low")
FRIENDS = layers("mypackage.high", "mypackage.blue : mypackage.green : mypackage.yellow", "mypackage.low")
COLOUR_MODULES = "mypackage.high, mypackage.blue, mypackage.green, mypackage.yellow, mypackage.low"

LAYERS = (
    example("layers, downward", KEPT, DOWNWARD, THREE),
    example("layers, upward", BROKEN, f"{DOWNWARD}, mypackage.low.b -> mypackage.high.a", THREE),
    example(
        "layers, upward by way of a module that is no layer",
        BROKEN,
        f"{DOWNWARD}, mypackage.low -> mypackage.utils, mypackage.utils -> mypackage.high",
        THREE,
    ),
    example("layers, one is missing", UNUSABLE, "mypackage.high -> mypackage.low", THREE),
    example(
        "layers, the missing one is optional",
        KEPT,
        "mypackage.high -> mypackage.low",
        layers("mypackage.high", "(mypackage.medium)", "mypackage.low"),
    ),
    example(
        "layers are root packages",
        BROKEN,
        "high -> medium, medium -> low, low.x -> high.y",
        layers("high", "medium", "low"),
        root_packages=("high", "medium", "low"),
    ),
    example("layers in containers", KEPT, FAMILIES, FAMILY_LAYERS),
    example(
        "containers do not see each other", KEPT, f"{FAMILIES}, mypackage.foo.low -> mypackage.bar.high", FAMILY_LAYERS
    ),
    example(
        "layers in containers, upward", BROKEN, f"{FAMILIES}, mypackage.bar.low -> mypackage.bar.high", FAMILY_LAYERS
    ),
    example("exhaustive, all are listed", KEPT, FAMILIES, {**FAMILY_LAYERS, "exhaustive": True}),
    example(
        "exhaustive, one is not listed",
        BROKEN,
        f"{FAMILIES}, mypackage.foo.extra",
        {**FAMILY_LAYERS, "exhaustive": True},
    ),
    example(
        "exhaustive, the other one is ignored",
        KEPT,
        f"{FAMILIES}, mypackage.foo.utils",
        {**FAMILY_LAYERS, "exhaustive": True, "exhaustive_ignores": ("utils",)},
    ),
    example("exhaustive without containers", UNUSABLE, DOWNWARD, {**THREE, "exhaustive": True}),
    example("siblings are independent", BROKEN, f"{COLOUR_MODULES}, mypackage.blue -> mypackage.green", COLOURS),
    example("siblings may import each other", KEPT, f"{COLOUR_MODULES}, mypackage.blue -> mypackage.green", FRIENDS),
    example("siblings may not look up", BROKEN, f"{COLOUR_MODULES}, mypackage.blue -> mypackage.high", FRIENDS),
    example(
        "separators are mixed",
        UNUSABLE,
        COLOUR_MODULES,
        layers("mypackage.high", "mypackage.blue | mypackage.green : mypackage.yellow", "mypackage.low"),
    ),
)

INDEPENDENT: Table = {
    "type": "independence",
    "modules": ("mypackage.foo", "mypackage.bar", "mypackage.baz"),
    "ignore_imports": ("mypackage.bar.green -> mypackage.utils", "mypackage.baz.blue -> mypackage.foo.purple"),
}
IGNORED = (
    "mypackage.bar.green -> mypackage.utils, mypackage.utils -> mypackage.foo.purple,"
    "mypackage.baz.blue -> mypackage.foo.purple"
)

INDEPENDENCE = (
    example("independent but for what is ignored", KEPT, IGNORED, INDEPENDENT),
    example(
        "not independent, by way of another", BROKEN, f"{IGNORED}, mypackage.bar.red -> mypackage.utils", INDEPENDENT
    ),
    example("an ignore that nothing matches", UNUSABLE, "mypackage.foo, mypackage.bar, mypackage.baz", INDEPENDENT),
)

INTERNAL: Table = {
    "type": "forbidden",
    "source_modules": ("mypackage.one", "mypackage.two", "mypackage.three.blue"),
    "forbidden_modules": ("mypackage.four", "mypackage.five.green"),
    "ignore_imports": ("mypackage.one.green -> mypackage.utils", "mypackage.two -> mypackage.four"),
}
EXTERNAL: Table = {
    "type": "forbidden",
    "source_modules": ("mypackage.one", "mypackage.two"),
    "forbidden_modules": ("mypackage.three", "django", "requests"),
    "ignore_imports": ("mypackage.one.green -> sqlalchemy",),
}
NUMBERS = (
    "mypackage.one.green -> mypackage.utils, mypackage.utils -> mypackage.four, mypackage.two -> mypackage.four,"
    "mypackage.three.blue, mypackage.three.red -> mypackage.four, mypackage.five.green"
)
STACK = "mypackage.one.green, mypackage.two, mypackage.three"


def with_external(found: Example, importer: str, *statements: str) -> Example:
    """Return the example with imports of what is no part of its program."""
    module = found.case.modules[importer]
    longer = type(module)((*module.imports, *statements), module.package)
    modules = {**found.case.modules, importer: longer}
    return found._replace(case=Case(modules, found.case.session, found.case.contracts))


FORBIDDEN = (
    example("forbidden but for what is ignored", KEPT, NUMBERS, INTERNAL),
    example("forbidden, a descendant", BROKEN, f"{NUMBERS}, mypackage.one.blue -> mypackage.five.green", INTERNAL),
    example("forbidden, a chain", BROKEN, f"{NUMBERS}, mypackage.two -> mypackage.utils", INTERNAL),
    example(
        "forbidden, a chain, which is allowed",
        KEPT,
        f"{NUMBERS}, mypackage.two -> mypackage.utils",
        {**INTERNAL, "allow_indirect_imports": True},
    ),
    example(
        "forbidden, a descendant, but not as packages",
        KEPT,
        f"{NUMBERS}, mypackage.one.blue -> mypackage.five.green",
        {**INTERNAL, "as_packages": False},
    ),
    with_external(
        example("externals, one is ignored", KEPT, STACK, EXTERNAL, include_external_packages=True),
        "mypackage.one.green",
        "import sqlalchemy.orm",
    ),
    with_external(
        example("externals, one is forbidden", BROKEN, STACK, EXTERNAL, include_external_packages=True),
        "mypackage.one.green",
        "import sqlalchemy",
        "from django.db import models",
    ),
    example("externals, not in the graph", UNUSABLE, STACK, EXTERNAL),
)

SIMPLE: Table = {
    "type": "protected",
    "protected_modules": ("mypackage.protected", "mypackage.also_protected"),
    "allowed_importers": ("mypackage.allowed", "mypackage.also_allowed"),
}
MODELS: Table = {
    "type": "protected",
    "protected_modules": ("mypackage.**.models",),
    "allowed_importers": ("mypackage.colors.*",),
    "ignore_imports": (
        "mypackage.one.green -> mypackage.one.models",
        "mypackage.colors.red.foo -> mypackage.three.models",
    ),
    "as_packages": False,
}
GUARDED = (
    "mypackage.allowed.x -> mypackage.protected, mypackage.also_allowed -> mypackage.also_protected.yellow,"
    "mypackage.protected.green -> mypackage.protected.blue, mypackage.red"
)
RAINBOW = (
    "mypackage.one.green -> mypackage.one.models, mypackage.colors.red.foo -> mypackage.three.models,"
    "mypackage.colors.blue -> mypackage.one.models"
)

PROTECTED = (
    example("protected, imported by the allowed", KEPT, GUARDED, SIMPLE),
    example("protected, imported by another", BROKEN, f"{GUARDED}, mypackage.red -> mypackage.protected.blue", SIMPLE),
    example(
        "protected, imported by another protected one",
        BROKEN,
        f"{GUARDED}, mypackage.also_protected.yellow -> mypackage.protected.blue",
        SIMPLE,
    ),
    example("protected models", KEPT, RAINBOW, MODELS),
    example(
        "protected models, imported by a grandchild",
        BROKEN,
        f"{RAINBOW}, mypackage.colors.red.bar -> mypackage.one.models",
        MODELS,
    ),
)

RING = (
    "mypackage.blue.one -> mypackage.green, mypackage.green -> mypackage.red.x, mypackage.red -> mypackage.yellow,"
    "mypackage.yellow -> mypackage.blue.two"
)
INNER = "mypackage.blue.one -> mypackage.blue.two, mypackage.blue.two.deep -> mypackage.blue.one.deep"
MINIMAL: Table = {"type": "acyclic_siblings", "ancestors": ("mypackage",)}
MORE: Table = {
    "type": "acyclic_siblings",
    "ancestors": ("mypackage.foo", "mypackage.bar.*"),
    "depth": 5,
    "skip_descendants": ("mypackage.foo.purple", "mypackage.foo.**.orange"),
    "ignore_imports": ("mypackage.foo.blue.one -> mypackage.foo.green.two",),
}
GARDEN = (
    "mypackage.foo.blue.one -> mypackage.foo.green.two, mypackage.foo.green -> mypackage.foo.blue,"
    "mypackage.foo.purple.a -> mypackage.foo.purple.b, mypackage.foo.purple.b -> mypackage.foo.purple.a,"
    "mypackage.foo.red.orange.a -> mypackage.foo.red.orange.b,"
    "mypackage.foo.red.orange.b -> mypackage.foo.red.orange.a,"
    "mypackage.bar.leaf.a -> mypackage.bar.leaf.b"
)

ACYCLIC_SIBLINGS = (
    example("siblings in a ring", BROKEN, RING, MINIMAL),
    example("siblings in a ring, depth 0", BROKEN, RING, {**MINIMAL, "depth": 0}),
    example("grandchildren in a ring", BROKEN, INNER, MINIMAL),
    example("grandchildren in a ring, depth 0", KEPT, INNER, {**MINIMAL, "depth": 0}),
    example("grandchildren in a ring, depth 1", BROKEN, INNER, {**MINIMAL, "depth": 1}),
    example("rings that are skipped or ignored", KEPT, GARDEN, MORE),
    example(
        "a ring below a wildcard",
        BROKEN,
        f"{GARDEN}, mypackage.bar.leaf.b -> mypackage.bar.leaf.a",
        MORE,
    ),
)

PRIVATE: Table = {"type": "private_modules"}
GREEN: Table = {"type": "private_modules", "packages_with_private_modules": ("mypackage.green",)}
INSIDE = "mypackage._a -> mypackage.b, mypackage.b.c -> mypackage._a.d, mypackage.green -> mypackage.green._e"
OUTSIDE = "mypackage.blue -> mypackage.green._e.f"

PRIVATE_MODULES = (
    example("private modules, imported inside their package", KEPT, INSIDE, PRIVATE),
    example("private modules, imported from outside", BROKEN, OUTSIDE, PRIVATE),
    example("private modules inside one another", BROKEN, "mypackage.blue -> mypackage._a._b", PRIVATE),
    example("private modules of one package", BROKEN, OUTSIDE, GREEN),
    example("private modules of another package", KEPT, f"mypackage.green, {OUTSIDE.replace('green', 'red')}", GREEN),
    example(
        "private modules, ignored", KEPT, OUTSIDE, {**PRIVATE, "ignore_imports": "mypackage.blue -> mypackage.green.**"}
    ),
    example(
        "private modules of a private package",
        UNUSABLE,
        OUTSIDE,
        {**PRIVATE, "packages_with_private_modules": ("mypackage.green._e",)},
    ),
    example(
        "private modules, a wildcard matches a private one",
        UNUSABLE,
        OUTSIDE,
        {**PRIVATE, "packages_with_private_modules": ("mypackage.green.*",)},
    ),
)

EXAMPLES = (*LAYERS, *INDEPENDENCE, *FORBIDDEN, *PROTECTED, *PRIVATE_MODULES, *ACYCLIC_SIBLINGS)
