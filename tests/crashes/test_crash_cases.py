"""Programs of which CPython 3.13 says what crashes: no false alarm, and what is missed is listed here.

Run `python -m tests.crashes.test_crash_cases` to see the false alarms and misses. Each folder `cases/KIND/FORM` has a
program and `truth.json`, the last line of the traceback by the module that is imported first. `siblings.json` has many
small programs of the package p with the modules that crash.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from import_contracts.crashes import calls
from import_contracts.crashes.bodies import CodeCache
from import_contracts.crashes.model import ImportModel, possible_imports
from import_contracts.crashes.modules import Modules
from import_contracts.crashes.search import Attempt, search_crashes, try_entries
from import_contracts.reading.source.text import Source
from tests.support.crashes import Found, predict, read

HERE = Path(__file__).parent / "cases"
CASES = sorted(path.parent.relative_to(HERE).as_posix() for path in HERE.glob("*/*/truth.json"))
SIBLINGS = json.loads((HERE / "siblings.json").read_text(encoding="utf-8"))
# Files found by their names.
MISSED = {"computed-module-names/E4b"}
# How many crashes of the siblings are missed: nothing in the text makes them certain, or they are not worth following.
MOST_MISSED = 45


def program(folder: Path) -> Found:
    """Return the packages and modules in a folder."""
    packages = [read(folder, each.name) for each in sorted(folder.iterdir()) if each.is_dir()]
    modules = [
        Source(each.stem, each.name, is_package=False, text=each.read_text(encoding="utf-8"))
        for each in sorted(folder.glob("*.py"))
    ]
    sources = [source for each in packages for source in each.sources]
    return Found((*sources, *modules), frozenset().union(*(each.namespaces for each in packages)))


def truth(case: str) -> dict[str, str]:
    """Return what CPython says, by the module that is imported first; without the path behind it."""
    told = json.loads((HERE / case / "truth.json").read_text(encoding="utf-8"))
    return {module: error for module, error in told["modules"].items() if error}


def model_of(sources: Sequence[Source]) -> ImportModel:
    by_module = {source.module: source for source in sources}
    imports = {module: possible_imports(source, by_module) for module, source in by_module.items()}
    return ImportModel(by_module, imports, (3, 13))


def sibling(files: dict[str, str]) -> Found:
    names = {path: path.removesuffix(".py").replace("/", ".").removesuffix(".__init__") for path in files}
    sources = [Source(names[path], path, path.endswith("__init__.py"), text) for path, text in files.items()]
    return Found(tuple(sources), frozenset())


@pytest.mark.parametrize("case", CASES)
def test_what_crashes_is_found_and_nothing_else(case: str) -> None:
    found = predict(program(HERE / case), (3, 13)).keys()
    assert found <= truth(case).keys()
    assert (found == truth(case).keys()) == (case not in MISSED)


@pytest.mark.parametrize("case", CASES)
def test_the_messages_are_those_of_cpython(case: str) -> None:
    for module, crash in predict(program(HERE / case), (3, 13)).items():
        told, origin = truth(case)[module], crash.message.rpartition(" (")[2].removesuffix(")")
        is_note = told.startswith("Error calling __set_name__")  # below the message
        assert is_note or told in {crash.message_at_root, crash.message, crash.message.removesuffix(f" ({origin})")}


@pytest.mark.parametrize("kind", sorted({each["kind"] for each in SIBLINGS}))
def test_a_search_before_an_edit_changes_nothing_in_the_search_after_it(kind: str) -> None:
    for each in SIBLINGS:
        if each["kind"] != kind:
            continue
        found = sibling(each["files"])
        before = search_crashes(model_of(found.sources))
        for source in found.sources:
            after = model_of(edited(found.sources, {source.module}))
            assert before.world
            again = search_crashes(replace(after, like=before.world.model), before=[before])
            assert again == search_crashes(after), (each["files"], source.module)


@pytest.mark.parametrize("kind", sorted({each["kind"] for each in SIBLINGS}))
def test_what_is_tried_is_the_same_whatever_was_searched_and_tried_before(kind: str) -> None:
    for each in SIBLINGS:
        if each["kind"] != kind:
            continue
        found = sibling(each["files"])
        first = search_crashes(model_of(found.sources))
        assert first.world
        like = first.world.model
        all_edited = edited(found.sources, {source.module for source in found.sources[:3]})
        later = search_crashes(replace(model_of(all_edited), like=like), before=[first])
        for source in found.sources[:3]:
            model = model_of(edited(found.sources, {source.module for source in found.sources[:3]} - {source.module}))
            attempt = Attempt(replace(model, like=like), CodeCache(), [first, later])
            for module in sorted(model.sources):
                tried = attempt.tried([module])
                fresh = try_entries(replace(model, like=like), [module], CodeCache(), [first])
                assert tried == fresh, (each["files"], source.module, module)
            again = search_crashes(replace(model, like=like), before=[first, later])
            assert again.crashes == search_crashes(model).crashes, (each["files"], source.module)


@pytest.mark.parametrize("kind", sorted({each["kind"] for each in SIBLINGS}))
def test_a_crash_that_is_known_is_as_if_it_was_followed_again(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = [sibling(each["files"]) for each in SIBLINGS if each["kind"] == kind]
    models = [model_of([*found.sources, *failing_users(found)]) for found in programs]
    known = [search_crashes(model) for model in models]
    monkeypatch.setattr(Modules, "known_crash", lambda *_: None)
    for model, found in zip(models, known, strict=True):
        followed = search_crashes(model)
        crashes = {replace(crash, works_from=None) for crash in found.crashes}
        again = {replace(crash, works_from=None) for crash in followed.crashes}
        assert again <= crashes, found
        assert found.untried == followed.untried
        # What an importer has changed may make it uncertain for those that come later, though it happens to them too.
        stacks = {crash.stack for crash in found.crashes}
        assert all(crash.stack[1:] in stacks for crash in crashes - again), found


def failing_users(found: Found) -> list[Source]:
    """Return modules outside the cycles of a program, each of which imports one of its modules in some way."""
    ways = (
        "import {0}",
        "from {0} import *",
        "try:\n    import {0}\nexcept ImportError:\n    import q_seen",
        "try:\n    import {0}\nfinally:\n    import q_seen",
        "import {1}\nimport {0}",
        "def f():\n    import {0}\nf()",
        "class A:\n    import {0}",
    )
    names = [source.module for source in found.sources]
    users = [Source("q_seen", "q_seen.py", is_package=False, text="")]
    for number, (name, other) in enumerate(zip(names, [*names[1:], names[0]], strict=True)):
        for way, text in enumerate(ways):
            module = f"q{number}_{way}"
            users.append(Source(module, f"{module}.py", is_package=False, text=text.format(name, other)))
    return users


def edited(sources: Sequence[Source], modules: set[str]) -> list[Source]:
    """Return sources of which some modules have no import statements at the start of a line."""
    return [
        replace(
            each, text="\n".join(line for line in each.text.split("\n") if not line.startswith(("from ", "import ")))
        )
        if each.module in modules
        else each
        for each in sources
    ]


@pytest.mark.parametrize("edited", ["changer", "one", "peer"])
def test_what_a_module_no_longer_changes_elsewhere_is_known_again(edited: str) -> None:
    files = {
        "base.py": "flag = False\n",
        "changer.py": "import base, peer\nbase.flag = True\n",
        "peer.py": "import changer\n",
        "one.py": "import base\nif not base.flag:\n    import two\nA = 1\n",
        "two.py": "from one import A\n",
    }
    before = search_crashes(model_of(sibling(files).sources))
    assert not before.crashes
    text = {"changer": "import base, peer\n", "one": files["one.py"] + "# new\n", "peer": ""}[edited]
    after = model_of(sibling({**files, f"{edited}.py": text}).sources)
    assert before.world
    again = [search_crashes(replace(after, like=before.world.model), before=[before]) for _ in range(2)]
    assert again == [search_crashes(after)] * 2
    assert bool(again[0].crashes) == (edited != "one")


def test_what_a_module_changes_elsewhere_is_not_known_only_by_those_that_come_after_it() -> None:
    files = {
        "base.py": "flag = False\n",
        "one.py": "import base\nif not base.flag:\n    import two\nA = 1\n",
        "two.py": "from one import A\n",
        "x_changer.py": "import base, x_peer\nbase.flag = True\n",
        "x_peer.py": "import x_changer\n",
    }
    search = search_crashes(model_of(sibling(files).sources))
    for edit in ("# once\n", "# twice\n"):
        files["one.py"] += edit
        after = model_of(sibling(files).sources)
        assert search.world
        search = search_crashes(replace(after, like=search.world.model), before=[search])
        assert search == search_crashes(after)
        assert search.crashes


@pytest.mark.parametrize("kind", sorted({each["kind"] for each in SIBLINGS}))
def test_no_false_alarm(kind: str) -> None:
    for each in SIBLINGS:
        if each["kind"] == kind:
            assert predict(sibling(each["files"]), (3, 13)).keys() <= set(each["crashes"]), each["files"]


@pytest.mark.parametrize("kind", sorted({each["kind"] for each in SIBLINGS}))
def test_calls_that_are_remembered_from_the_first_on_change_nothing(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = [sibling(each["files"]) for each in SIBLINGS if each["kind"] == kind]
    followed = [predict(program, (3, 13)).keys() for program in programs]
    monkeypatch.setattr(calls, "_MOST_EXACT_CALLS", 0)
    for program, found in zip(programs, followed, strict=True):
        assert predict(program, (3, 13)).keys() == found, program.sources


def test_most_crashes_are_found() -> None:
    crashes = sum(len(each["crashes"]) for each in SIBLINGS)
    found = sum(len(predict(sibling(each["files"]), (3, 13))) for each in SIBLINGS)
    assert crashes - MOST_MISSED <= found <= crashes


def main() -> None:
    """Print the false alarms and misses."""
    asked = [(case, program(HERE / case), set(truth(case))) for case in CASES]
    asked += [(str(each["files"]), sibling(each["files"]), set(each["crashes"])) for each in SIBLINGS]
    for name, found, crashing in asked:
        predicted = predict(found, (3, 13)).keys()
        for word, modules in (("FALSE", predicted - crashing), ("MISSED", crashing - predicted)):
            for module in sorted(modules):
                print(word, module, name)  # noqa: T201 - a command


if __name__ == "__main__":
    main()
