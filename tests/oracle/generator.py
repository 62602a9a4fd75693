"""Random cases: a random program, and contracts of every type that speak of it with every option.

What import-linter and this project answer differently on purpose is in `differences`; nothing here draws it.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

from .cases import Case, Table, Value
from .programs import EXTERNALS, Program, extended, random_program

if TYPE_CHECKING:
    from collections.abc import Callable

    Draw = Callable[[random.Random, Program], Table]
    Mutation = Callable[[random.Random, Table], None]

LISTS = {
    "layers": ("layers", "containers", "exhaustive_ignores", "ignore_imports"),
    "independence": ("modules", "ignore_imports"),
    "forbidden": ("source_modules", "forbidden_modules", "ignore_imports"),
    "protected": ("protected_modules", "allowed_importers", "ignore_imports"),
    "private_modules": ("packages_with_private_modules", "ignore_imports"),
    "acyclic_siblings": ("ancestors", "skip_descendants", "ignore_imports"),
}
REQUIRED = (
    "layers",
    "modules",
    "source_modules",
    "forbidden_modules",
    "protected_modules",
    "allowed_importers",
    "ancestors",
)
LISTED = (*REQUIRED, "packages_with_private_modules")
MORE_PLACES = ("more.toml", "more/pyproject.toml", "more.ini", "more/.importlinter", "more.cfg")
ODD_FILES = ("nowhere.toml", "p", "more", "p/__init__.py")
PLACES = (".importlinter", "setup.cfg", "pyproject.toml", "pyproject.toml")
ODD_TARGETS = ("django.*", "q", "ns.*")
IMPORTS_OF_NOTHING = ("import p.no.where", "from p.nowhere import x", "import q.no.where", "from .no.where import x")
ODD_IGNORES = ("p.nowhere -> p", "p.* -> nowhere", "p -> p.a.b.c", "nowhere -> gone", "** -> django")
ODD_ROOTS: tuple[Value, ...] = (
    ("nowhere",),
    ("p.a",),
    ("ns",),
    ("p", "p"),
    ("p", "nowhere"),
    (),
    ("p", "p.a"),
    ("json",),
)
ODD_PACKAGES = (
    "nowhere",
    "p.nowhere",
    "p.nowhere.*",
    "p.*",
    "p.**",
    "p._private",
    "p.__main__",
    "**",
    "_p",
    "ns",
    "p.a.*",
)
WRONG_EXPRESSIONS = ("p.a**", "p.**.*", "p.**.**", "**a", "p..a", "", "p a", "p.*.**", "**", "*", "p.a.", ".p")
WRONG_IGNORES = (
    "p.a => p.b",
    "p.a",
    "p.a -> p.b -> p.c",
    "p.a** -> p.b",
    "p.** -> p.**.*",
    "p.a->p.b",
    "-> p.a",
    "p.a ->",
)
WRONG_BOOLEANS: tuple[Value, ...] = ("yes", "1", "maybe", "", 1, 0, ("True",), "no", "on")
ALERTING = ("none", "none", "none", "warn", "warn", "warn", "error")
WORD_BOOLEANS = ("True", "true", "TRUE", "False", "false", "fAlse")


def random_case(seed: str) -> Case:
    rng = random.Random(seed)  # noqa: S311  (cases are to be the same again, not hard to guess)
    program = random_program(rng)
    contracts = tuple(random_contract(rng, program, number) for number in range(rng.choice([1, 1, 1, 2, 3])))
    session = random_session(rng, program, contracts)
    modules = dict(program.modules)
    has_an_import_of_nothing = "include_external_packages" not in session and rng.random() < 0.05
    if has_an_import_of_nothing:
        modules = extended(modules, rng.choice(program.names), rng.choice(IMPORTS_OF_NOTHING))
    case = Case(modules, session, contracts, rng.choice(PLACES))
    case = misconfigured(rng, case) if rng.random() < 0.07 else case
    case = with_decoy(rng, case) if rng.random() < 0.04 else case
    # Another configuration may include external packages.
    return with_arguments(rng, program, case) if rng.random() < 0.25 and not has_an_import_of_nothing else case


def random_session(rng: random.Random, program: Program, contracts: tuple[Table, ...]) -> Table:
    needs_externals = any(name in str(contracts) for name in EXTERNALS)
    externals = rng.random() < (0.97 if needs_externals else 0.15)
    roots = program.roots if externals or rng.random() < 0.97 else program.roots[:1]
    session: Table = {"root_package": roots[0]} if len(roots) == 1 and rng.random() < 0.6 else {"root_packages": roots}
    if externals:
        session["include_external_packages"] = random_session_boolean(rng, likely=True)
    if rng.random() < 0.3:
        session["exclude_type_checking_imports"] = random_session_boolean(rng, likely=rng.random() < 0.7)
    return session


def random_session_boolean(rng: random.Random, *, likely: bool) -> Value:
    if rng.random() < 0.75:
        return likely
    likely_words = ["True", "true"] if likely else ["False", "false", "no"]
    return rng.choice([*likely_words * 4, "yes", "1", "no", "0", "", "on", "False", "True"])


def random_contract(rng: random.Random, program: Program, number: int) -> Table:
    kind = rng.choice(list(LISTS))
    options = DRAWS[kind](rng, program)
    add_ignores(rng, program, options)
    for key in LISTS[kind]:
        options = {**options, key: random_list_form(rng, options[key])} if key in options else options
    if rng.random() < 0.06:
        options["broken_contract_guidance"] = "Ask the owners."
    name = rng.choice(["one", "a longer name", "Name: with a colon", "name KEPT by nobody", "naïve → name"])
    return {"id": f"c{number}", "name": f"{name} {number}", "type": kind, **options}


def random_list_form(rng: random.Random, value: Value) -> Value:
    """Return a list of one as a string now and then."""
    assert isinstance(value, tuple)
    return value[0] if len(value) == 1 and rng.random() < 0.4 else value


def layers(rng: random.Random, program: Program) -> Table:
    draw = rng.random()
    if draw < 0.45 and program.packages:
        return container_layers(rng, program)
    if draw < 0.75 and program.packages:
        return {"layers": layer_lines(rng, program.children(random_package(rng, program))), **exhaustive(rng, 0.03, [])}
    drawn = tuple(some(rng, program.names, 6))
    return {"layers": layer_lines(rng, list(without_nested(drawn) if rng.random() < 0.8 else drawn))}


def random_package(rng: random.Random, program: Program) -> str:
    """Return a package, more likely one with many children."""
    return max(rng.choices(program.packages, k=2), key=lambda name: len(program.children(name)))


def container_layers(rng: random.Random, program: Program) -> Table:
    containers = sorted({random_package(rng, program) for _ in range(rng.choice([1, 1, 2]))})
    relative = {child.removeprefix(f"{c}.") for c in containers for child in program.children(c)}
    if rng.random() < 0.15:
        relative |= {
            n.removeprefix(f"{c}.") for c in containers for n in some(rng, program.names, 3) if n.startswith(f"{c}.")
        }
    shown = sorted(relative) if rng.random() < 0.5 else some(rng, sorted(relative), 5)
    alone = len(containers) == 1
    shown = [name if alone or rng.random() < 0.03 else f"({name})" for name in shown]
    wild = [maybe_wild(rng, container, 0 if alone else 0.2) for container in containers]
    if rng.random() < 0.04:
        wild.append(rng.choice(["nowhere", "django", "p.nowhere", "p.*.nowhere", "q", "ns", "ns.*", "*"]))
    rest = sorted(relative - {name.strip("()") for name in shown})
    return {"layers": layer_lines(rng, shown), "containers": tuple(wild), **exhaustive(rng, 0.45, rest)}


def exhaustive(rng: random.Random, rate: float, rest: list[str]) -> Table:
    options: Table = {}
    if rng.random() < rate:
        options["exhaustive"] = random_boolean(rng, likely=True)
    if rng.random() < rate:
        ignores = tuple([*rest, *(["nowhere"] if rng.random() < 0.2 else [])] if rng.random() < 0.7 else rest[:1])
        options |= {"exhaustive_ignores": ignores} if ignores else {}
    return options


def layer_lines(rng: random.Random, names: list[str]) -> tuple[str, ...]:
    """Return the names as layers, often with several to a line, mostly such that what tidy programs do is allowed."""
    names = sorted(names, key=lambda name: name.strip("()"))
    if rng.random() < 0.5:
        rng.shuffle(names)
    lines: list[str] = []
    while names:
        size = rng.choice([1, 1, 1, 1, 2, 3])
        lines.append(layer_line(rng, names[:size]))
        names = names[size:]
    if rng.random() < 0.03:
        lines.append(rng.choice(["nowhere", "p.nowhere", "(nowhere)", "(p.nowhere) | (p.gone)", "(p.a | p.b)"]))
    if lines and rng.random() < 0.04:
        lines.append(rng.choice(lines))
    return tuple(lines)


def layer_line(rng: random.Random, names: list[str]) -> str:
    marked = [f"({name})" if "(" not in name and rng.random() < 0.08 else name for name in names]
    return rng.choice([" | ", " : ", "|", ":", " |  "]).join(marked)


def independence(rng: random.Random, program: Program) -> Table:
    drawn = tuple(name.replace("**", "*") for name in expressions(rng, program, 5))
    return {"modules": without_nested(drawn) if rng.random() < 0.85 else drawn}


def without_nested(names: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out what lies in another of the names, which this contract refuses."""
    return tuple(name for name in dict.fromkeys(names) if not any(name.startswith(f"{other}.") for other in names))


def forbidden(rng: random.Random, program: Program) -> Table:
    targets = list(expressions(rng, program, 3))
    if rng.random() < 0.35:
        targets += some(rng, [*EXTERNALS, "nowhere_external"], 2)
    if rng.random() < 0.04:
        targets.append(rng.choice(ODD_TARGETS))
    options: Table = {"source_modules": expressions(rng, program, 3), "forbidden_modules": tuple(targets)}
    return options | maybe_boolean(rng, "allow_indirect_imports", 0.3) | maybe_boolean(rng, "as_packages", 0.35)


def protected(rng: random.Random, program: Program) -> Table:
    targets = list(expressions(rng, program, 2))
    used = [imported for _, imported in program.pairs if imported in EXTERNALS]
    if used and rng.random() < 0.3:
        targets.append(rng.choice(used))
    if rng.random() < 0.03:
        targets.append(rng.choice([*EXTERNALS, "*"]))
    allowed = list(expressions(rng, program, 3 if rng.random() < 0.7 else 8))
    options: Table = {"protected_modules": tuple(targets), "allowed_importers": tuple(allowed)}
    return options | maybe_boolean(rng, "as_packages", 0.35)


def private_modules(rng: random.Random, program: Program) -> Table:
    if rng.random() < 0.4:
        return {}
    public = [name for name in program.names if not any(part.startswith("_") for part in name.split("."))]
    pool = public if public and rng.random() < 0.9 else program.names
    packages = [maybe_wild(rng, name, 0.15) for name in some(rng, pool, 3)]
    if rng.random() < 0.05:
        packages.append(rng.choice([*EXTERNALS, *ODD_PACKAGES]))
    return {"packages_with_private_modules": tuple(packages)}


def acyclic_siblings(rng: random.Random, program: Program) -> Table:
    pool = list(program.roots) if rng.random() < 0.6 else [*program.names[:3], *program.packages]
    ancestors = tuple(maybe_wild(rng, name, 0.2) for name in some(rng, pool, 2))
    options: Table = {"ancestors": tuple(dict.fromkeys(ancestors))}
    if rng.random() < 0.4:
        options["depth"] = rng.choice([0, 1, 2, 10, "0", "1", " 2 ", "+1", "01"])
    if rng.random() < 0.4:
        below = [name for name in program.packages if name not in ancestors] or program.names
        options["skip_descendants"] = tuple(maybe_wild(rng, name, 0.3) for name in some(rng, below, 2))
    if rng.random() < 0.03:
        options["ancestors"] = (*ancestors, rng.choice(["django", "ns", "nowhere", "nowhere.*"]))
    return options


DRAWS: dict[str, Draw] = {
    "layers": layers,
    "independence": independence,
    "forbidden": forbidden,
    "protected": protected,
    "private_modules": private_modules,
    "acyclic_siblings": acyclic_siblings,
}


def expressions(rng: random.Random, program: Program, most: int) -> tuple[str, ...]:
    """Return modules, or expressions for them: siblings, or any; a missing one is rare."""
    pool = program.children(random_package(rng, program)) if program.packages and rng.random() < 0.6 else program.names
    drawn = [maybe_wild(rng, name, 0.15) for name in some(rng, pool, most)]
    if rng.random() < 0.02:
        drawn.append(rng.choice(["nowhere", "p.nowhere", "p.nowhere.*", "nowhere.**", "p.a.b.c.d.e", "ns"]))
    if rng.random() < 0.03:
        drawn.append(drawn[0])
    return tuple(drawn)


def some(rng: random.Random, pool: list[str], most: int) -> list[str]:
    pool = sorted(set(pool))
    return rng.sample(pool, min(len(pool), rng.randint(1, most)))


def maybe_wild(rng: random.Random, name: str, rate: float) -> str:
    if rng.random() >= rate:
        return name
    parts = name.split(".")
    draw = rng.random()
    if draw < 0.25:
        return ".".join([*parts, rng.choice(["*", "*", "*", "*", "**", "*.*", "**.a", "*.a"])])
    place = rng.randrange(len(parts)) if draw < 0.35 else len(parts) - 1
    return ".".join([*parts[:place], rng.choice(["*", "*", "*", "**"]), *parts[place + 1 :]])


def maybe_boolean(rng: random.Random, key: str, rate: float) -> Table:
    return {key: random_boolean(rng, likely=rng.random() < 0.5)} if rng.random() < rate else {}


def random_boolean(rng: random.Random, *, likely: bool) -> Value:
    return likely if rng.random() < 0.7 else rng.choice(WORD_BOOLEANS)


def add_ignores(rng: random.Random, program: Program, options: Table) -> None:
    if rng.random() < 0.25:
        pairs = list(dict.fromkeys(program.pairs)) or [("p", "p")]
        drawn = rng.sample(pairs, min(len(pairs), rng.choice([1, 1, 2, 3, 8])))
        ignores = [random_ignore(rng, importer, imported) for importer, imported in drawn]
        if rng.random() < 0.06:
            ignores.append(rng.choice(ODD_IGNORES))
        if rng.random() < 0.05:
            ignores.append(ignores[0])
        options["ignore_imports"] = tuple(ignores)
    sure = all("*" not in str(ignore) for ignore in as_tuple(options.get("ignore_imports", ())))
    if rng.random() < (0.1 if sure else 0.8):
        options["unmatched_ignore_imports_alerting"] = rng.choice(ALERTING)


def as_tuple(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else (value,)


def random_ignore(rng: random.Random, importer: str, imported: str) -> str:
    arrow = rng.choice([" -> ", " -> ", " -> ", "  ->   "])
    return f"{maybe_wild(rng, importer, 0.2)}{arrow}{maybe_wild(rng, imported, 0.2)}"


def with_arguments(rng: random.Random, program: Program, case: Case) -> Case:
    """Return the case with one or several configurations that are named as arguments, and perhaps some contracts."""
    more = tuple(
        random_companion(rng, program, case, place) for place in rng.sample(MORE_PLACES, rng.choice([0, 1, 1, 2]))
    )
    places = [each.place for each in (case, *more)]
    rng.shuffle(places)
    places += [rng.choice(places)] if rng.random() < 0.1 else []
    places += [rng.choice(ODD_FILES)] if rng.random() < 0.05 else []
    arguments = [f"./{place}" if rng.random() < 0.1 else place for place in places]
    if rng.random() < 0.15:
        arguments.insert(0, f"--config={arguments.pop()}")
    if rng.random() < 0.3:
        arguments += [
            f"--contract={random_choice(rng, each)}"
            for each in rng.sample((case, *more), rng.choice([1, 1, len(more) + 1]))
        ]
    return replace(case, more=more, arguments=tuple(arguments))


def random_companion(rng: random.Random, program: Program, case: Case, place: str) -> Case:
    """Return a configuration beside that of a case, about the same program or a part of it."""
    first = rng.choice([0, 0, 5])
    contracts = tuple(random_contract(rng, program, first + number) for number in range(rng.choice([1, 1, 2])))
    session = dict(case.session) if rng.random() < 0.5 else random_session(rng, program, contracts)
    companion = Case(case.modules, session, contracts, place)
    return misconfigured(rng, companion) if rng.random() < 0.04 else companion


def random_choice(rng: random.Random, case: Case) -> str:
    """Return an id of a case's contracts, or one that is qualified with its file; a missing one is rare."""
    id_ = rng.choice([str(each.get("id")) for each in case.contracts])
    id_ = rng.choice(["nothing", f"nowhere.toml:{id_}"]) if rng.random() < 0.05 else id_
    return f"{case.place}:{id_}" if rng.random() < 0.6 else id_


def misconfigured(rng: random.Random, case: Case) -> Case:
    """Return the case with one thing in it wrong, or at least unusual."""
    if rng.random() < 0.2:
        session = dict(case.session)
        rng.choice(SESSION_MUTATIONS)(rng, session)
        return replace(case, session=session)
    number = rng.randrange(len(case.contracts))
    contract = dict(case.contracts[number])
    rng.choice(MUTATIONS)(rng, contract)
    return replace(case, contracts=(*case.contracts[:number], contract, *case.contracts[number + 1 :]))


def drop_required(rng: random.Random, contract: Table) -> None:
    contract.pop(rng.choice([key for key in REQUIRED if key in contract] or ["name"]))


def empty_list(rng: random.Random, contract: Table) -> None:
    contract[rng.choice(listed(contract))] = rng.choice([(), "", ("",)])


def listed(contract: Table) -> list[str]:
    """Return the keys of a contract that have lists, or one that could be there."""
    return [key for key in LISTED if key in contract] or [LISTED[-1]]


def drop_head(rng: random.Random, contract: Table) -> None:
    del contract[rng.choice(["name", "type"])]


def unknown_type(rng: random.Random, contract: Table) -> None:
    contract["type"] = rng.choice(["layer", "Layers", "", "forbidden ", "import_linter", 3])


def unknown_key(rng: random.Random, contract: Table) -> None:
    contract[rng.choice(["ignored_imports", "layer", "colour", "module"])] = rng.choice(
        ["p.a", ("p.a", "p.b"), True, 3]
    )


def wrong_expression(rng: random.Random, contract: Table) -> None:
    keys = [key for key in listed(contract) if key != "layers"] or ["containers"]
    contract[rng.choice(keys)] = tuple(rng.sample(WRONG_EXPRESSIONS, 1))


def wrong_ignore(rng: random.Random, contract: Table) -> None:
    contract["ignore_imports"] = (rng.choice(WRONG_IGNORES),)


def wrong_alerting(rng: random.Random, contract: Table) -> None:
    contract["unmatched_ignore_imports_alerting"] = rng.choice(["WARN", "off", ("none",), True])


def wrong_boolean(rng: random.Random, contract: Table) -> None:
    contract[rng.choice(["as_packages", "exhaustive", "allow_indirect_imports"])] = rng.choice(WRONG_BOOLEANS)


def wrong_depth(rng: random.Random, contract: Table) -> None:
    contract["depth"] = rng.choice([-1, "-1", "x", "", "1.5", True, (1,), ("1",)])


def mixed_separators(_: random.Random, contract: Table) -> None:
    contract["layers"] = ("p.a | p.b : p.c",)


def repeated_in_layer(rng: random.Random, contract: Table) -> None:
    contract["layers"] = (rng.choice(["p.a | p.a", "(p.a) : p.a", "p.a |", "| p.a", "p.a || p.b", "(p.a", "p.a)"]),)


def list_for_word(rng: random.Random, contract: Table) -> None:
    contract["type"] = rng.choice([("one", "two"), 3, True, ""])


def numbers_in_list(rng: random.Random, contract: Table) -> None:
    contract[rng.choice(listed(contract))] = rng.choice([("p.a", 3), 3])


def odd_id(rng: random.Random, contract: Table) -> None:
    contract["id"] = rng.choice(["c0", "c1", "c:d", "c0:", "a b", "ä"])


MUTATIONS: tuple[Mutation, ...] = (
    drop_required,
    empty_list,
    drop_head,
    unknown_type,
    unknown_key,
    wrong_expression,
    wrong_ignore,
    wrong_alerting,
    wrong_boolean,
    wrong_depth,
    mixed_separators,
    repeated_in_layer,
    list_for_word,
    numbers_in_list,
    odd_id,
)


def no_roots(_: random.Random, session: Table) -> None:
    session.pop("root_package", None)
    session.pop("root_packages", None)


def wrong_root(rng: random.Random, session: Table) -> None:
    no_roots(rng, session)
    session["root_packages"] = rng.choice(ODD_ROOTS)


def both_roots(_: random.Random, session: Table) -> None:
    no_roots(_, session)
    session |= {"root_package": "p", "root_packages": ("q",)}


def unknown_session_key(rng: random.Random, session: Table) -> None:
    session[rng.choice(["colour", "root_module", "include_external_package"])] = "x"


SESSION_MUTATIONS: tuple[Mutation, ...] = (no_roots, wrong_root, wrong_root, both_roots, unknown_session_key)


def with_decoy(rng: random.Random, case: Case) -> Case:
    """Return the case beside another file where a configuration could be, without one or with a different one."""
    if case.place == "setup.cfg":
        return case
    other = "[importlinter]\nroot_package = nowhere\n" if rng.random() < 0.3 else "[metadata]\nname = decoy\n"
    return replace(case, files={"setup.cfg": other})
