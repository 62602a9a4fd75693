"""Small projects with a configuration of tach: some for one rule each, and any number of random ones.

A project is a dictionary of files. In each file, no two statements import the same module, so a line says which import
is meant.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

Files = dict[str, str]


def _project(toml: str, modules: Sequence[str], **texts: str) -> Files:
    """Return a project; the text of ``app.a.x`` is given as ``app_a_x``."""
    names = {outer for name in modules for outer in _around(name)} | set(modules)
    packages = {name.rpartition(".")[0] for name in names}
    files = {"tach.toml": toml}
    for name in sorted(names):
        path = name.replace(".", "/") + ("/__init__.py" if name in packages else ".py")
        files[path] = texts.get(name.replace(".", "_"), "")
    return files


def _around(name: str) -> Iterable[str]:
    while name := name.rpartition(".")[0]:
        yield name


_SHOP = ("app.a.x", "app.a.y", "app.b.x", "app.c")
_LAYERS = """layers = ["top", {name = "middle", closed = true}, "low"]
[[modules]]
path = "app.a"
layer = "top"
[[modules]]
path = "app.b"
layer = "middle"
[[modules]]
path = "app.c"
layer = "low"
"""

PROJECTS: dict[str, Files] = {
    "depends_on": _project(
        '[[modules]]\npath = "app.a"\ndepends_on = ["app.b"]\n[[modules]]\npath = "app.b"\ndepends_on = []\n'
        '[[modules]]\npath = "app.c"\n',
        _SHOP,
        app_a_x="import app.b.x\nfrom app import c\nimport app.a.y\nimport app\n",
        app_b_x="from app.a.x import thing\nimport app.c\n",
        app_c="import app.a.x\n",
        app="import app.a.x\n",
    ),
    "deprecated": _project(
        '[[modules]]\npath = "app.a"\ndepends_on = [{path = "app.b", deprecated = true}]\n[[modules]]\npath = "app.b"'
        "\n",
        _SHOP,
        app_a_x="import app.b.x\n",
    ),
    "cannot_depend_on": _project(
        '[[modules]]\npath = "app.a"\ncannot_depend_on = ["app.c"]\n[[modules]]\npath = "app.b"\n'
        '[[modules]]\npath = "app.c"\n',
        _SHOP,
        app_a_x="import app.b.x\nimport app.c\n",
        app_b_x="import app.c\n",
    ),
    "utility": _project(
        '[[modules]]\npath = "app.a"\ndepends_on = []\n[[modules]]\npath = "app.b"\nutility = true\ndepends_on = []\n'
        '[[modules]]\npath = "app.c"\ndepends_on = []\n',
        _SHOP,
        app_a_x="import app.b.x\nimport app.c\n",
        app_b_x="import app.c\n",
    ),
    "unchecked": _project(
        '[[modules]]\npath = "app.a"\ndepends_on = []\n'
        '[[modules]]\npath = "app.b"\nunchecked = true\ndepends_on = []\n',
        _SHOP,
        app_a_x="import app.b.x\n",
        app_b_x="import app.a.x\n",
    ),
    "visibility": _project(
        '[[modules]]\npath = "app.a"\n[[modules]]\npath = "app.b"\nvisibility = []\n', _SHOP, app_a_x="import app.b.x\n"
    ),
    "nested": _project(
        '[[modules]]\npath = "app"\ndepends_on = ["app.a"]\n[[modules]]\npath = "app.a"\ndepends_on = []\n'
        '[[modules]]\npath = "app.a.x"\ndepends_on = ["app"]\n',
        _SHOP,
        app="import app.a.x\nimport app.a.y\n",
        app_a="import app.a.x\nimport app.c\n",
        app_a_x="import app.c\nimport app.a.y\n",
        app_b_x="from app.a.x import thing\nimport app.c\n",
    ),
    "globs": _project(
        '[[modules]]\npath = "app.*"\ndepends_on = ["app.c"]\n[[modules]]\npath = "app.c"\ndepends_on = ["app.**"]\n',
        _SHOP,
        app_a_x="import app.b.x\nimport app.c\n",
        app_c="import app.a.x\n",
    ),
    "bulk": _project(
        '[[modules]]\npaths = ["app.a", "app.b"]\ndepends_on = ["app.c"]\n[[modules]]\npath = "app.c"\n',
        _SHOP,
        app_a_x="import app.b.x\nimport app.c\n",
    ),
    "layers": _project(
        _LAYERS,
        _SHOP,
        app_a_x="import app.b.x\nimport app.c\n",
        app_b_x="import app.a.x\nimport app.c\n",
        app_c="import app.a.x\nimport app.b.x\n",
    ),
    "layers and depends_on": _project(
        "layers_explicit_depends_on = true\n" + _LAYERS.replace('layer = "top"', 'layer = "top"\ndepends_on = []'),
        _SHOP,
        app_a_x="import app.b.x\nimport app.c\n",
        app_b_x="import app.c\n",
    ),
    "layers inside each other": _project(
        'layers = ["top", "low"]\n[[modules]]\npath = "app"\nlayer = "top"\n'
        '[[modules]]\npath = "app.a"\nlayer = "low"\n'
        '[[modules]]\npath = "app.b"\ncannot_depend_on = ["app.c"]\n[[modules]]\npath = "app.c"\n',
        _SHOP,
        app="import app.a.x\nimport app.c\n",
        app_a_x="import app\nimport app.b.x\nimport app.c\n",
        app_b_x="import app\nimport app.c\n",
    ),
    "type checking": _project(
        '[[modules]]\npath = "app.a"\ndepends_on = []\n[[modules]]\npath = "app.b"\n',
        _SHOP,
        app_a_x="from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import app.b\ndef f():\n    import app.b.x\n",
    ),
    "type checking counts": _project(
        'ignore_type_checking_imports = false\n[[modules]]\npath = "app.a"\ndepends_on = []\n'
        '[[modules]]\npath = "app.b"\n',
        _SHOP,
        app_a_x="from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import app.b\n",
    ),
    "interface": _project(
        '[[modules]]\npath = "app.a"\n[[modules]]\npath = "app.b"\n[[modules]]\npath = "app.c"\n'
        '[[interfaces]]\nexpose = ["place", "x.*"]\nfrom = ["app.a"]\n',
        (*_SHOP, "app.d", "app.e"),
        app_c="import app.a\nimport app.a.x\nimport app.a.y\nprint(app.a.secret)\n",
        app_b_x="from app.a import place\nfrom app.a.x import anything\n",
        app_b="from app.a import secret\n",
        app_d="from app.a import secret\n",
    ),
    "interface of some": _project(
        '[[modules]]\npath = "app.a"\n[[modules]]\npath = "app.b"\n[[modules]]\npath = "app.c"\n'
        '[[interfaces]]\nexpose = ["place"]\nfrom = ["app.a"]\n'
        '[[interfaces]]\nexpose = ["(open|close)_it"]\nfrom = ["app.a"]\nvisibility = ["app.b"]\nexclusive = true\n',
        _SHOP,
        app_b_x="from app.a import open_it\n",
        app_b="from app.a import place\n",
        app_c="from app.a import open_it\n",
    ),
    "interface of names in modules": _project(
        '[[modules]]\npath = "app.a"\n[[modules]]\npath = "app.b"\n'
        '[[interfaces]]\nexpose = ["x", "y.place"]\nfrom = ["app.a"]\n',
        _SHOP,
        app_a="from app.a.y import place\n",
        app_b="from app.a import x\nx.anything()\nfrom app.a.y import place\n",
        app_b_x="from app.a.x import anything\nfrom app.a import place\nimport app.a.y\n",
    ),
    "ignored": _project(
        '[[modules]]\npath = "app.a"\ndepends_on = []\n[[modules]]\npath = "app.b"\n[[modules]]\npath = "app.c"\n'
        '[[interfaces]]\nexpose = ["place"]\nfrom = ["app.c"]\n',
        _SHOP,
        app_a_x="import app.b.x  # tach-ignore(old)\n# tach-ignore\nimport app.c\nimport app.b  # tach-ignore other\n",
        app_a_y="from app import (\n    b,  # tach-ignore\n    a,\n)\n",
        app_b_x="from app.c import secret  # tach-ignore secret\n",
    ),
    "excluded": _project(
        'exclude = ["**/tests", "app/b/skip.py"]\n[[modules]]\npath = "app.a"\ndepends_on = []\n'
        '[[modules]]\npath = "app.b"\n'
        "depends_on = []\n",
        (*_SHOP, "app.a.tests.one", "app.b.tests.two", "app.b.skip"),
        app_a_tests_one="import app.b.x\n",
        app_a_x="import app.b.tests.two\nimport app.b.skip\n",
        app_b_skip="import app.a\n",
    ),
    "excluded from a glob": _project(
        'exclude = ["**/sub"]\n[[modules]]\npath = "app.a"\ndepends_on = []\n[[modules]]\npath = "app.a.{sub,x}"\n'
        '[[modules]]\npath = "app.b"\ndepends_on = []\n[[modules]]\npath = "app.b.sub"\n',
        (*_SHOP, "app.a.sub.one", "app.b.sub.one"),
        app_a="from app.a.sub import thing\nimport app.a.x\n",
        app_b="from app.b.sub import thing\nimport app.a.sub\n",
    ),
    "domains": _project(
        '[[modules]]\npath = "app.c"\ndepends_on = []\n',
        _SHOP,
        app_a_x="import app.b.x\nimport app.a.y\nimport app.c\n",
        app_a_y="import app.b\n",
        app_b_x="from app.a import secret\nimport app.a.x\n",
        app_c="import app.a\n",
    )
    | {
        "app/a/tach.domain.toml": '[root]\ndepends_on = ["//app.b"]\n[[modules]]\npath = "y"\ndepends_on = []\n'
        '[[interfaces]]\nexpose = ["place"]\nfrom = ["<domain_root>"]\n',
        "app/b/tach.domain.toml": '[root]\ndepends_on = ["//app.a"]\n',
    },
    "packages of their own": {
        "tach.toml": 'source_roots = ["one/src", "two/src"]\n[[modules]]\npath = "one"\ndepends_on = []\n'
        '[[modules]]\npath = "two"\ndepends_on = []\n[[modules]]\npath = "two.inner"\ndepends_on = []\n',
        "one/pyproject.toml": "[project]\nname = 'one'\nversion = '1'\n",
        "two/pyproject.toml": "[project]\nname = 'two'\nversion = '1'\n",
        "one/src/one/__init__.py": "import two\n",
        "two/src/two/__init__.py": "import one\nimport two.inner\n",
        "two/src/two/inner.py": "import one\nimport two\n",
    },
    "a folder without __init__.py": {
        "tach.toml": '[[modules]]\npath = "app.a"\ndepends_on = []\n[[modules]]\npath = "app.b"\ndepends_on = []\n',
        "app/__init__.py": "",
        "app/a/__init__.py": "import app.b.y\n",
        "app/a/x.py": "import app.b.deep.z\n",
        "app/b/y.py": "import app.a\n",
        "app/b/deep/z.py": "import app.a.x\n",
    },
}

_NAMES = ("place", "secret", "x")
_EXPOSED = ("place", "x", "x.*", r"y\.place", "s.*", "(place|other)", "sub.*", ".*")
_ALL = tuple(f"app.{inner}" for inner in ("a", "a.x", "a.y", "a.sub", "a.sub.x", "b", "b.x", "b.y", "c", "c.x", "d"))


_PACKAGES = {name for each in _ALL for name in _around(each)}
_EXCLUDED = ("**/y.py", "app/a/sub", "**/sub", "app/c", "app/b/x.py", "app/d.py", "**/x*")
_WRAPPED = (
    *["{}\n"] * 6,
    "if TYPE_CHECKING:\n    {}\n",
    "def later():\n    {}\n",
    "try:\n    {}\nexcept ImportError:\n    pass\n",
)


def random_project(seed: str) -> Files:
    """Return a random project; the same seed gives the same one."""
    pick = random.Random(seed)  # noqa: S311 - no secret
    parts = sorted(pick.sample(("app", *_ALL), pick.randint(3, 7)))
    layers = [f"l{number}" for number in range(pick.choice((0, 2, 3)))]
    of_domain = [part for part in parts if part == "app.b" or part.startswith("app.b.")] if pick.random() < 0.2 else []
    lines = [f"layers = [{', '.join(_layer(each, pick) for each in layers)}]"] if layers else []
    lines += ["layers_explicit_depends_on = true"] if pick.random() < 0.2 else []
    lines += ["ignore_type_checking_imports = false"] if pick.random() < 0.2 else []
    lines += [f"exclude = {pick.sample(_EXCLUDED, 2)!r}"] if pick.random() < 0.15 else []
    for part in parts:
        if part not in of_domain:
            lines += ["[[modules]]", f'path = "{_path(part, parts, pick)}"', *_rules(pick, parts, layers)]
    for _ in range(pick.choice((0, 1, 2))):
        exposed = pick.sample(_EXPOSED, pick.randint(1, 3))
        lines += ["[[interfaces]]", f"expose = {[*exposed]!r}", f'from = ["{pick.choice(parts)}"]']
        lines += [f"visibility = {pick.sample(parts, 2)!r}"] if pick.random() < 0.3 else []
        lines += ["exclusive = true"] if pick.random() < 0.2 else []
    modules = ("app", *_ALL)
    texts = {each.replace(".", "_"): _text(pick, each) for each in modules}
    files = _project("\n".join(lines) + "\n", modules, **texts)
    return {**files, "app/b/tach.domain.toml": _domain(pick, of_domain, parts)} if of_domain else files


def _domain(pick: random.Random, inside: Sequence[str], parts: Sequence[str]) -> str:
    """Return the domain of ``app.b``, for some of the modules inside it."""
    lines = []
    for part in inside:
        lines += ["[root]"] if part == "app.b" else ["[[modules]]", f'path = "{part.removeprefix("app.b.")}"']
        lines += [f"depends_on = {['//' + each for each in pick.sample(parts, pick.randint(0, 2))]!r}"]
    if "app.b" in inside and pick.random() < 0.4:
        lines += ["[[interfaces]]", f"expose = {pick.sample(_EXPOSED, 2)!r}", 'from = ["<domain_root>"]']
    return "\n".join(lines) + "\n"


def _layer(name: str, pick: random.Random) -> str:
    return f'{{name = "{name}", closed = true}}' if pick.random() < 0.3 else f'"{name}"'


def _path(part: str, parts: Sequence[str], pick: random.Random) -> str:
    """Return a module, or now and then a glob that matches none of the others, which tach would refuse."""
    parent, _, last = part.rpartition(".")
    globs = [f"{parent}.{{{last},other}}"]
    globs += [f"{part}.*", f"{part}.**"] if not any(each.startswith(f"{part}.") for each in parts) else []
    return pick.choice(globs) if parent and pick.random() < 0.1 else part


def _wild(part: str, pick: random.Random) -> str:
    """Return a module, or now and then a glob."""
    parent, _, last = part.rpartition(".")
    globs = (f"{parent}.*", f"{part}.*", f"{part}.**", f"{parent}.{last[0]}*", f"{parent}.{{{last},other}}")
    return pick.choice(globs) if parent and pick.random() < 0.1 else part


def _rules(pick: random.Random, parts: Sequence[str], layers: Sequence[str]) -> list[str]:
    lines = []
    if pick.random() < 0.7:
        lines.append(
            f"depends_on = [{', '.join(_dependency(each, pick) for each in pick.sample(parts, pick.randint(0, 3)))}]"
        )
    if pick.random() < 0.3:
        lines.append(f'cannot_depend_on = ["{_wild(pick.choice(parts), pick)}"]')
    if layers and pick.random() < 0.7:
        lines.append(f'layer = "{pick.choice(layers)}"')
    lines += [f"{key} = true" for key in ("utility", "unchecked") if pick.random() < 0.12]
    return lines


def _dependency(part: str, pick: random.Random) -> str:
    item = f'"{_wild(part, pick)}"'
    return f"{{path = {item}, deprecated = true}}" if pick.random() < 0.1 else item


def _text(pick: random.Random, module: str) -> str:
    text = "from typing import TYPE_CHECKING\n"
    for target in pick.sample([each for each in _ALL if each != module], pick.randint(0, 4)):
        line = pick.choice(_forms(module, target)).format(pick.choice(_NAMES[:2]))
        comment = pick.choice(("", "", "", "", "", "", "  # tach-ignore", "  # tach-ignore(why) place"))
        text += pick.choice(_WRAPPED).format(f"{line}{comment}")
    return text


def _forms(module: str, target: str) -> list[str]:
    """Return ways to import a module, or a name in it, from another one."""
    parent, _, last = target.rpartition(".")
    forms = [f"import {target}", f"import {target} as it", f"from {parent} import {last}", f"from {target} import {{}}"]
    here = module.split(".") if module in _PACKAGES else module.split(".")[:-1]
    there = target.split(".")
    for level in range(1, len(here) + 1):
        base = here[: len(here) - level + 1]
        if there[: len(base)] == base and len(there) > len(base):
            *outer, name = there[len(base) :]
            dots = "." * level
            forms += [
                f"from {dots}{'.'.join(outer)} import {name}",
                f"from {dots}{'.'.join([*outer, name])} import {{}}",
            ]
    return forms
