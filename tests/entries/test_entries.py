"""Commands that start a program: what is predicted of them is what CPython and pytest do."""

from __future__ import annotations

import ast
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import import_contracts.judging.entries as reporting
from import_contracts import find_cycles
from import_contracts.crashes.entries import EntryRun, follow
from import_contracts.entries import collection
from import_contracts.problems import UserError
from import_contracts.reading.files.program_text import Entry
from import_contracts.reading.source.trees import parse as parse_module
from import_contracts.reading.spelling import How, parse
from tests.support.arranging import configuration, contract, lint, write
from tests.support.started import mistakes, predicted, program, truth

# shop.users can be imported after shop.orders, but not before it.
SHOP = {
    ".git/HEAD": "",
    "shop/__init__.py": "",
    "shop/orders.py": "from shop.users import User\n\n\nclass Order: ...\n",
    "shop/users.py": "from shop import orders\n\n\nclass User: ...\n",
}
CANNOT = "cannot import name 'User' from partially initialized module 'shop.users'"
HERE = {"pytest.ini": "[pytest]\npythonpath = .\n"}
TEST = "\n\ndef test() -> None: ...\n"


def entries(folder: Path, files: dict[str, str], *given: str) -> dict[str, Any]:
    """Return the entries of the JSON report about a program, by their spelling."""
    write(folder, files)
    run = lint(folder, "cycles", "--format", "json", *(word for each in given for word in ("--entry", each)))
    assert run.status == 0, run.err
    return {each["entry"]: each for each in json.loads(run.out).get("entries", ())}


def failures(folder: Path, files: dict[str, str], *given: str) -> dict[str, dict[str, str]]:
    """Return for each entry the parts that fail, each with the message."""
    found = entries(folder, files, *given)
    return {name: {each["part"]: each["message"] for each in entry["failures"]} for name, entry in found.items()}


# --- CPython and pytest say the same -----------------------------------------------------------------------------

PROGRAMS = {
    "a file that is run is there twice": (
        {"app.py": "from models import User\n\ndb = 1\n", "models.py": "from app import db\n\nclass User: ...\n"},
        ["python app.py", "python models.py"],
    ),
    "a file that guards itself works": (
        {
            "app.py": "db = 1\nif __name__ == '__main__':\n    import models\n",
            "models.py": "from app import db\n\nclass User: ...\n",
        },
        ["python app.py"],
    ),
    "a file hides a module of the standard library": (
        {"random.py": "import random\n\nprint(random.randint(1, 6))\n", "main.py": "import random\n"},
        ["python random.py", "python main.py"],
    ),
    "but not one that is imported before": (
        {"time.py": "import app\n", "app.py": "import time\ntime.x = 1\n"},
        ["python app.py"],
    ),
    "the path begins with the folder of the file": (
        {**SHOP, "shop/run.py": "import shop.orders\n"},
        ["python shop/run.py"],
    ),
    "unless it is changed": (
        {**SHOP, "shop/run.py": "import sys\nsys.path.insert(0, '.')\nimport shop.orders\n"},
        ["python shop/run.py"],
    ),
    "a file has no package": (
        {**SHOP, "shop/run.py": "from . import orders\n"},
        ["python shop/run.py", "python -m shop.run"],
    ),
    "a file that may have none": (
        {**SHOP, "shop/run.py": "try:\n    from . import orders\nexcept ImportError:\n    import users\n"},
        ["python shop/run.py", "python -m shop.run"],
    ),
    "a package runs before its module": (
        {**SHOP, "shop/__init__.py": "from shop import users\n", "shop/run.py": ""},
        ["python -m shop.run"],
    ),
    "a function that is called imports": (
        {**SHOP, "shop/__main__.py": "def main():\n    from shop import users\n\n\nmain()\n"},
        ["python -m shop"],
    ),
    "servers import the module": (
        {**SHOP, "shop/wsgi.py": "from shop import users\napplication = 1\n"},
        ["shop.wsgi:application"],
    ),
    "one interpreter for all tests": (
        {
            **SHOP,
            **HERE,
            "tests/test_api.py": f"import shop.orders{TEST}",
            "tests/test_users.py": f"import shop.users{TEST}",
        },
        ["python -m pytest"],
    ),
    "what fails is imported again": (
        {**SHOP, **HERE, "tests/test_a.py": f"import shop.users{TEST}", "tests/test_b.py": f"import shop.users{TEST}"},
        [],
    ),
    "what was loaded before a failure stays": (
        {
            **HERE,
            ".git/HEAD": "",
            "shop/__init__.py": "",
            "shop/a.py": "from shop import b\nX = 1\n",
            "shop/b.py": "import shop.c\nfrom shop.a import X\n",
            "shop/c.py": "",
            "tests/test_a.py": f"import shop.a{TEST}",
            "tests/test_b.py": f"import shop.c{TEST}",
            "tests/test_c.py": f"import shop.b{TEST}",
        },
        [],
    ),
    "conftest.py comes before the tests": (
        {
            **SHOP,
            **HERE,
            "tests/conftest.py": "import shop.orders\n",
            "tests/test_users.py": f"import shop.users{TEST}",
        },
        ["pytest tests"],
    ),
    "conftest.py in a folder that is searched later": (
        {
            **SHOP,
            **HERE,
            "tests/test_a.py": f"import shop{TEST}",
            "tests/unit/conftest.py": "import shop.users\n",
            "tests/unit/test_b.py": f"import shop{TEST}",
        },
        ["pytest tests/unit", "pytest tests/test_a.py"],
    ),
    "plugins that conftest.py names": (
        {**SHOP, **HERE, "conftest.py": "pytest_plugins = ['shop.users']\n", "tests/test_a.py": TEST},
        [],
    ),
    "the root is not on the path": ({**SHOP, "tests/test_a.py": f"import shop.orders{TEST}"}, ["python -m pytest"]),
    "a conftest.py in the root puts it there": (
        {**SHOP, "conftest.py": "", "tests/test_a.py": f"import shop.orders{TEST}"},
        [],
    ),
    "so does a package of tests": (
        {**SHOP, "tests/__init__.py": "", "tests/test_a.py": f"import shop.orders{TEST}"},
        ["pytest tests/test_a.py::test"],
    ),
    "two test files of one name": (
        {**SHOP, **HERE, "tests/a/test_x.py": TEST, "tests/b/test_x.py": f"import shop.users{TEST}"},
        [],
    ),
    "two packages of tests of one name": (
        {
            **SHOP,
            "a-b/tests/__init__.py": "",
            "a-b/tests/test_x.py": TEST,
            "c-d/tests/__init__.py": "",
            "c-d/tests/test_y.py": TEST,
        },
        [],
    ),
    "two test files of one name with importlib": (
        {
            **SHOP,
            "pytest.ini": "[pytest]\npythonpath = .\naddopts = --import-mode=importlib\n",
            "tests/a/test_x.py": TEST,
            "tests/b/test_x.py": f"import shop.users{TEST}",
        },
        [],
    ),
    "a module that shares a folder with a test": (
        {
            **SHOP,
            **HERE,
            "tests/helpers.py": "import shop.orders\n",
            "tests/test_a.py": f"import helpers\nimport shop.users{TEST}",
        },
        [],
    ),
    "settings in pyproject.toml": (
        {
            **SHOP,
            "pyproject.toml": (
                '[tool.pytest.ini_options]\npythonpath = ["."]\ntestpaths = ["checks"]\npython_files = "check_*.py"\n'
            ),
            "checks/check_b.py": f"import shop.orders{TEST}",
            "checks/check_c.py": f"import shop.users{TEST}",
            "tests/test_a.py": f"import shop.users{TEST}",
        },
        ["pytest tests/test_a.py"],
    ),
    "folders that match a pattern": (
        {
            **SHOP,
            "pytest.ini": "[pytest]\npythonpath = .\ntestpaths = p*/tests q/**\n",
            "pb/tests/test_a.py": f"import shop.users{TEST}",
            "pa/tests/test_b.py": f"import shop.orders{TEST}",
            "q/deep/test_c.py": f"import shop.users{TEST}",
            "tests/test_d.py": f"import shop.users{TEST}",
        },
        [],
    ),
    "files that are left out": (
        {
            **SHOP,
            "setup.cfg": "[tool:pytest]\npythonpath = .\nnorecursedirs = old\naddopts = --ignore=tests/test_d.py -ra\n",
            "conftest.py": "collect_ignore = ['tests/test_c.py']\n",
            "tests/test_c.py": f"import shop.users{TEST}",
            "tests/test_d.py": f"import shop.users{TEST}",
            "tests/old/test_e.py": f"import shop.users{TEST}",
            "tests/test_f.py": f"import shop.orders{TEST}",
        },
        [],
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("about", PROGRAMS)
def test_a_command_fails_where_cpython_does(about: str, tmp_path: Path) -> None:
    files, given = PROGRAMS[about]
    folder = write(tmp_path / "project", {".git/HEAD": "", **files})
    found = predicted(folder, ["shop"] if "shop/__init__.py" in files else [path[:-3] for path in files], given)
    assert given == list(found)[: len(given)]
    for spelling, entry in found.items():
        ours = [each.part if "pytest" in spelling else "" for each in entry.failures]
        assert sorted(truth(folder, spelling)) == sorted(ours), spelling


def test_folders_that_are_nested_too_deeply_or_too_many_are_no_tests(tmp_path: Path) -> None:
    deep = "tests/" + "a/" * 120
    assert failures(tmp_path, {**SHOP, f"{deep}test_a.py": "import shop.users\n"}) == {}


def test_what_is_outside_the_repository_is_not_looked_at(tmp_path: Path) -> None:
    outside = {"secret/test_a.py": "import shop.users\n", "secret/conftest.py": "import shop.users\n"}
    write(tmp_path, outside)
    settings = f"[pytest]\ntestpaths = ../secret {tmp_path}/secret\npythonpath = ../secret\naddopts = ../secret\n"
    assert failures(tmp_path / "shop", {**SHOP, "pytest.ini": settings}) == {}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_programs_at_random_fail_where_they_do_with_cpython(seed: int) -> None:
    assert list(mistakes(random.Random(seed), verbose=True)) == []  # noqa: S311 - the same ones each time


@pytest.mark.parametrize("seed", range(30))
def test_what_was_found_out_for_other_entries_changes_nothing(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed: list[Entry] = []

    def twice(entries: Sequence[Entry], *about: Any) -> list[EntryRun]:
        found = follow(entries, *about)
        assert found == [follow([entry], *about)[0] for entry in entries]
        followed.extend(entries)
        return found

    monkeypatch.setattr(reporting, "follow", twice)
    dice = random.Random(seed)  # noqa: S311 - the same ones each time
    predicted(write(tmp_path, {".git/HEAD": "", **program(dice)}), ["shop"])
    assert followed


def test_a_script_is_a_file_that_does_something_only_if_it_is_started(tmp_path: Path) -> None:
    scripts = {
        "plain.py": "if __name__ == '__main__':\n    import shop\n",
        "turned.py": "import sys\n\nif '__main__' == __name__ and sys.argv: import shop\n",
        "other.py": "if __name__ != '__main__':\n    x = 1\nelse:\n    import shop\n",
        "text.py": '"""\nif __name__ == "__main__": import shop\n"""\n',
        "function.py": "def run():\n    if __name__ == '__main__':\n        import shop\n",
    }
    assert [*entries(tmp_path, {**SHOP, **scripts})] == ["python other.py", "python plain.py", "python turned.py"]


def test_a_conftest_is_read_once_for_all_test_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def parse_noted(text: str) -> ast.Module:
        read.append(text)
        return parse_module(text)

    monkeypatch.setattr(collection, "parse", parse_noted)
    tests = {f"tests/test_{number}.py": "import shop.users\n" for number in range(4)}
    ignoring = "collect_ignore = ['test_3.py']\n"
    found = entries(tmp_path, {**SHOP, **HERE, **tests, "tests/conftest.py": ignoring})
    assert [f"pytest tests/test_{number}.py" in found for number in range(4)] == [True, True, True, False]
    assert read == [ignoring]


# --- what is said ------------------------------------------------------------------------------------------------


def test_the_report_says_why_one_command_fails_and_another_works(tmp_path: Path) -> None:
    tests = {"tests/test_api.py": "import shop.orders\n", "tests/test_users.py": "import shop.users\n"}
    main = {"shop/__main__.py": "from shop import orders, users\n"}
    run = lint(write(tmp_path, {**SHOP, **HERE, **tests, **main}), "cycles")
    section = run.out.partition("Entries\n\n")[2].partition("\n\n")[0]
    assert section.splitlines() == [
        "  python -m shop: works",
        "  pytest: works",
        f"  pytest tests/test_users.py: fails at shop/orders.py:1: {CANNOT}",
        (
            "    It imports shop.users first. All of 'pytest' works, because tests/test_api.py comes before and "
            "imports shop.orders first."
        ),
        "    The plan for crashes stops this too.",
        "  1 of 2 test files work alone.",
    ]


def test_the_same_cycle_fails_in_pytest_and_works_from_a_file(tmp_path: Path) -> None:
    files = {"main.py": "import shop.orders\n", "tests/test_users.py": "import shop.users\n"}
    found = entries(tmp_path, {**SHOP, **HERE, **files})
    assert found["python main.py"]["works"] is True
    assert found["pytest"]["failures"][0]["first"] == "shop.users"
    assert found["pytest"]["contrast"] == "'python main.py' works, because it imports shop.orders first."


def test_a_module_that_is_not_found_comes_with_the_command_to_write(tmp_path: Path) -> None:
    found = entries(tmp_path, {**SHOP, "tests/test_a.py": "import shop\n"}, "python shop/orders.py")
    assert found["python shop/orders.py"]["contrast"].startswith("Write 'python -m shop.orders'")
    assert found["pytest"]["contrast"].startswith("Write 'python -m pytest'")
    assert found["pytest"]["failures"][0]["error"] == "ModuleNotFoundError"
    assert found["python -m pytest"]["works"] is True


def test_a_file_in_another_package_of_the_same_name_is_not_found(tmp_path: Path) -> None:
    packages = {f"{name}/tests/{file}": "" for name in ("a-b", "c-d") for file in ("__init__.py", f"test_{name[0]}.py")}
    assert failures(tmp_path, {**SHOP, **packages})["pytest"] == {
        "c-d/tests/test_c.py": "No module named 'tests.test_c'"
    }


def test_a_project_that_can_be_installed_is_taken_as_installed(tmp_path: Path) -> None:
    files = {**SHOP, "tests/test_a.py": "import shop.orders\n", "pyproject.toml": "[build-system]\n"}
    assert entries(tmp_path, files)["pytest"]["works"] is True


def test_a_test_file_that_fails_together_with_the_others_is_not_shown_again(tmp_path: Path) -> None:
    tests = {"tests/test_a.py": "import shop.users\n", "tests/test_b.py": "import shop.users\n"}
    write(tmp_path, {**SHOP, **HERE, **tests})
    run = lint(tmp_path, "cycles")
    assert run.out.partition("Entries\n\n")[2].partition("\n\n")[0].splitlines() == [
        f"  pytest: fails in tests/test_a.py at shop/orders.py:1: {CANNOT}",
        "    So do 1 more file: tests/test_b.py.",
        "    The plan for crashes stops this too.",
    ]
    assert "; 3 of 3 entries fail." in run.out
    assert "pytest tests/test_b.py: fails" in lint(tmp_path, "cycles", "--verbose").out


def test_a_file_to_run_may_be_in_src(tmp_path: Path) -> None:
    files = {
        "src/main.py": "import orders\n",
        "src/orders.py": "import users\n",
        "src/users.py": "from orders import X\n",
    }
    write(tmp_path, {".git/HEAD": "", **files})
    found = json.loads(lint(tmp_path, "cycles", ".", "--format", "json").out)["entries"]
    assert [(each["entry"], each["works"]) for each in found] == [("python src/main.py", False)]


def test_a_src_folder_is_on_the_path(tmp_path: Path) -> None:
    files = {f"src/{path}": text for path, text in SHOP.items()}
    found = failures(tmp_path, {**files, "tests/test_a.py": "import shop.users\n"})
    assert found == {"pytest": {"tests/test_a.py": CANNOT}}


@pytest.mark.parametrize(
    ("pyproject", "spelling"),
    [
        ('[project.scripts]\nshop-admin = "shop.cli:main"\n', "shop-admin"),
        ('[project.gui-scripts]\nshop-admin = "shop.cli:main"\n', "shop-admin"),
        ('[tool.poetry.scripts]\nshop-admin = "shop.cli:main"\n', "shop-admin"),
        ('[project.entry-points."shop.plugins"]\nx = "shop.users:User"\n', "shop.users:User"),
    ],
)
def test_what_a_project_installs_is_found(pyproject: str, spelling: str, tmp_path: Path) -> None:
    cli = "def main():\n    from shop import users\n"
    found = failures(tmp_path, {**SHOP, "shop/cli.py": cli, "pyproject.toml": pyproject})
    assert list(found) == [spelling]
    assert list(found[spelling].values()) == [CANNOT]


def test_there_are_no_entries_where_nothing_starts_the_program(tmp_path: Path) -> None:
    run = lint(write(tmp_path, SHOP), "cycles", "--format", "json")
    assert "entries" not in json.loads(run.out)


def test_what_is_installed_elsewhere_has_no_entries_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "site", {**SHOP, "shop/__main__.py": ""})
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    here = write(tmp_path / "here", {"tests/test_a.py": ""})
    assert find_cycles("shop", folder=here, cache=False).entries == ()


@pytest.mark.parametrize(
    ("spelling", "files"),
    [
        ("gunicorn -w 4 shop.wsgi:application", {}),
        ("gunicorn -k gevent shop.wsgi", {}),
        ("python -m uvicorn --factory shop.wsgi:make", {}),
        ("celery -A shop.wsgi worker", {}),
        ("celery --app=shop worker -l INFO", {"shop/celery.py": "from shop import users\n"}),
        ("flask --app shop.wsgi run", {}),
        ("flask --app shop.factory run", {"shop/factory.py": "def create_app():\n    import shop.users\n"}),
        (
            "flask --app shop.factory run",
            {"shop/factory.py": "import os  # not for the app\n\n\ndef create_app():\n    import shop.users\n"},
        ),
        ("shop.wsgi:make()", {}),
        ("uv run python -m shop.wsgi", {}),
        ("PORT=80 python3.13 -X dev -m shop.wsgi", {}),
        ("shop.users", {}),
    ],
)
def test_a_command_is_understood_as_it_is_typed(spelling: str, files: dict[str, str], tmp_path: Path) -> None:
    wsgi = "import shop.users\n\n\ndef make(): ...\n\n\napplication = make()\n"
    found = entries(tmp_path, {**SHOP, "shop/wsgi.py": wsgi, **files}, spelling)
    assert [each["message"] for each in found[spelling]["failures"]] == [CANNOT]


@pytest.mark.parametrize(
    ("spelling", "how", "target"),
    [
        ("python -mshop", How.MAIN, "shop"),
        ("./manage.py check", How.SCRIPT, "./manage.py"),
        ("manage.py check", How.SCRIPT, "manage.py"),
        ("/usr/bin/python3 -u app.py --debug", How.SCRIPT, "app.py"),
        ("env A=1 shop-admin serve", How.INSTALLED, "shop-admin"),
        ("poetry run pytest -k x", How.PYTEST, ""),
        ("hypercorn --bind 0.0.0.0:80 shop.asgi:app", How.OBJECT, "shop.asgi:app"),
    ],
)
def test_a_spelling_says_how_a_program_is_started(spelling: str, how: How, target: str) -> None:
    assert parse(spelling)[:2] == (how, target)


@pytest.mark.parametrize(
    "spelling", ["", "app.py", "python", "python -c 'import x'", "python -m 'a b'", "celery worker", "gunicorn", "'"]
)
def test_a_spelling_that_starts_nothing_says_what_to_write(spelling: str) -> None:
    with pytest.raises(UserError, match="write it as you would type it: 'python -m shop'"):
        parse(spelling)


@pytest.mark.parametrize(
    ("spelling", "message"),
    [
        ("make test", "Cannot tell what 'make test' starts"),
        ("nothing", "Cannot tell what 'nothing' starts"),
        ("python -m shop", "There is no module 'shop.__main__', which 'python -m shop' runs."),
        ("python app.py", "There is no file 'app.py'"),
        ("pytest nothing", "There is no file or folder 'nothing' for pytest."),
        ("shop.nothing:app", "There is no module 'shop.nothing'"),
    ],
)
def test_a_command_that_cannot_start_is_an_error(spelling: str, message: str, tmp_path: Path) -> None:
    run = lint(write(tmp_path, SHOP), "cycles", "--entry", spelling)
    assert run.status == 2
    assert message in run.err
    assert "Traceback" not in run.err


def test_quick_has_no_entries(tmp_path: Path) -> None:
    run = lint(write(tmp_path, SHOP), "cycles", "--quick", "--entry", "shop.users")
    assert (run.status, "--entry cannot be used with --quick." in run.err) == (2, True)


# --- Django ------------------------------------------------------------------------------------------------------

DJANGO = {
    ".git/HEAD": "",
    "manage.py": (
        "import os\n\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.settings')\n"
        "if __name__ == '__main__':\n    from django.core.management import execute_from_command_line\n"
    ),
    "site_/__init__.py": "",
    "site_/base.py": "APPS = ['django.contrib.admin', 'polls.apps.PollsConfig']\nROOT_URLCONF = 'site_.urls'\n",
    "site_/settings.py": "from .base import *\nINSTALLED_APPS = [*APPS] + ['shop']\nINSTALLED_APPS += ('late',)\n",
    "site_/urls.py": "from shop import views\n",
    "site_/wsgi.py": "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'site_.settings'\napplication = 1\n",
    "polls/__init__.py": "",
    "polls/apps.py": "",
    "polls/models.py": "",
    "shop/__init__.py": "",
    "shop/models.py": "",
    "shop/views.py": "",
    "late/__init__.py": "",
}
RING = {
    "polls/models.py": "from shop.models import Order\nPoll = 1\n",
    "shop/models.py": "from polls.models import Poll\n",
}


def test_the_models_of_a_django_project_are_imported_in_the_order_of_its_applications(tmp_path: Path) -> None:
    found = entries(tmp_path, {**DJANGO, **RING}, "site_.wsgi:application")
    for name in ("python manage.py check", "site_.wsgi:application"):
        (failure,) = found[name]["failures"]
        assert (failure["part"], failure["first"], failure["name"]) == ("polls.models", "polls.models", "Poll")
    settings = "from .base import *\nINSTALLED_APPS = ['shop', *APPS]\n"
    other = {
        "shop/models.py": "from polls import models\nOrder = 1\n",
        "polls/models.py": "from shop.models import Order\n",
    }
    assert failures(tmp_path, {**DJANGO, **other}) == {"python manage.py check": {}}
    assert failures(tmp_path, {**DJANGO, "site_/settings.py": settings, **other})["python manage.py check"] == {
        "shop.models": "cannot import name 'Order' from partially initialized module 'shop.models'"
    }


def test_the_checks_of_a_django_project_import_its_urls(tmp_path: Path) -> None:
    views = {"shop/views.py": "from shop.forms import F\nV = 1\n", "shop/forms.py": "from shop.views import V\nF = 1\n"}
    found = failures(tmp_path, {**DJANGO, **views}, "python manage.py shell", "site_.wsgi:application")
    assert found["python manage.py shell"] == found["site_.wsgi:application"] == {}
    assert list(found["python manage.py check"]) == ["site_.urls"]


def test_pytest_sets_django_up_before_anything_else(tmp_path: Path) -> None:
    tests = {"pytest.ini": "[pytest]\nDJANGO_SETTINGS_MODULE = site_.settings\n", "tests/test_a.py": ""}
    assert list(failures(tmp_path, {**DJANGO, **RING, **tests})["pytest"]) == ["polls.models"]


# --- the cache, formats, contracts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tests/test_users.py", "import shop.orders\n"),
        ("tests/conftest.py", "import shop.orders\n"),
        ("conftest.py", "import shop.orders\n"),
        ("pytest.ini", "[pytest]\npythonpath = .\naddopts = --ignore=tests/test_users.py\n"),
        ("pyproject.toml", '[project.scripts]\nx = "shop.users:f"\n'),
        ("tests/test_more.py", "import shop.users\n"),
        ("tests/more/test_more.py", "import shop.users\n"),
        ("tests/shop.py", "users = 1\n"),
        ("main.py", "import shop.users\n"),
    ],
)
def test_a_stored_report_is_used_until_something_changes_that_starts_the_program(
    path: str, text: str, tmp_path: Path
) -> None:
    tests = {"tests/test_users.py": "import shop.users\n", "tests/test_a.py": ""}
    start = write(tmp_path, {**SHOP, **HERE, **tests, "setup.cfg": "", "tests/more/data.txt": ""})

    def report() -> tuple[str, bool]:
        run = lint(start, "cycles", "--cache-dir", str(tmp_path / ".cache"), "--show-timings")
        return run.out, "reuse the report" in run.err

    before = report()
    assert report() == (before[0], True)
    write(tmp_path, {path: text})
    after = report()
    assert after[0] != before[0]
    assert lint(start, "cycles", "--no-cache").out == after[0]


@pytest.mark.parametrize("format_", ["concise", "github", "gitlab", "json", "junit", "markdown", "sarif", "text"])
def test_every_format_has_the_entries_that_fail(format_: str, tmp_path: Path) -> None:
    files = {**SHOP, **HERE, "shop/first.py": "import shop.orders", "tests/test_users.py": "import shop.users\n"}
    run = lint(write(tmp_path, files), "cycles", "--format", format_)
    assert run.status == 0
    assert "pytest" in run.out
    assert "shop/orders.py" in run.out


def test_the_contract_crash_takes_entries(tmp_path: Path) -> None:
    files = {**SHOP, **HERE, "shop/__main__.py": "import shop.orders\n", "tests/test_users.py": "import shop.users\n"}
    start = contract("start", "crash", entries=["python -m shop", "pytest"])
    run = lint(write(tmp_path, {**files, "pyproject.toml": configuration(start)}), "--format", "json")
    assert run.status == 1
    (outcome,) = json.loads(run.out)["contracts"]
    assert [(each["importer"], each["path"], each["lines"]) for each in outcome["violations"]] == [
        ("pytest", "shop/orders.py", [1])
    ]
    assert outcome["violations"][0]["message"] == f"'pytest' fails: {CANNOT}"
    assert lint(tmp_path, "--format", "json").out == run.out
    write(tmp_path, {"tests/test_users.py": "import shop.orders\n"})
    assert lint(tmp_path).status == 0


def test_entries_of_a_contract_can_be_known(tmp_path: Path) -> None:
    start = contract("start", "crash", entries=["pytest tests/test_users.py"])
    keys = 'baseline = "known.txt"\n'
    files = {**SHOP, **HERE, "tests/test_users.py": "import shop.users\n"}
    write(tmp_path, {**files, "pyproject.toml": configuration(start, keys=keys)})
    assert lint(tmp_path, "baseline", "create").status == 0
    assert (tmp_path / "known.txt").read_text().splitlines()[-1] == "start pytest_tests/test_users.py"
    assert lint(tmp_path).status == 0


def test_with_modules_a_contract_checks_both(tmp_path: Path) -> None:
    start = contract("start", "crash", entries=["shop.orders"], modules=["shop.users"])
    run = lint(write(tmp_path, {**SHOP, "pyproject.toml": configuration(start)}), "--format", "json")
    assert [each["importer"] for each in json.loads(run.out)["contracts"][0]["violations"]] == ["shop.users"]


@pytest.mark.parametrize("spelling", ["make test", "app.py"])
def test_a_contract_with_an_entry_that_starts_nothing_has_no_verdict(spelling: str, tmp_path: Path) -> None:
    start = contract("start", "crash", entries=[spelling])
    run = lint(write(tmp_path, {**SHOP, "pyproject.toml": configuration(start)}))
    assert run.status == 2
    assert f"Cannot tell what '{spelling}' starts" in run.out + run.err


# --- programs of single files ------------------------------------------------------------------------------------

PLAIN = {"app.py": "from models import User\n\ndb = 1\n", "models.py": "from app import db\n\nclass User: ...\n"}


@pytest.mark.parametrize("arguments", [(), (".",), ("app.py",), ("app",)])
def test_single_files_are_a_program(arguments: tuple[str, ...], tmp_path: Path) -> None:
    write(
        tmp_path, {**PLAIN, "setup.py": "", "venv/pyvenv.cfg": "", "venv/x.py": "", "lib/tools.py": "import models\n"}
    )
    found = json.loads(lint(tmp_path, "cycles", "--format", "json", *arguments).out)
    assert found["packages"] == ["app", "lib", "models"]
    assert [each["modules"] for each in found["cycles"]] == [["app", "models"]]
    assert [each["entry"] for each in found["crashes"]] == ["app", "lib.tools", "models"]
    assert [each["entry"] for each in found["entries"]] == ["python app.py"]


def test_a_folder_that_is_a_package_is_that_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, SHOP)
    assert json.loads(lint(tmp_path, "cycles", "--format", "json", "shop/").out)["packages"] == ["shop"]
    assert json.loads(lint(tmp_path, "cycles", "--format", "json", "shop/users.py").out)["packages"] == ["shop.users"]
    monkeypatch.chdir(tmp_path / "shop")
    assert json.loads(lint(tmp_path / "shop", "cycles", "--format", "json", ".").out)["packages"] == ["shop"]


def test_a_folder_with_packages_and_files_is_read_whole(tmp_path: Path) -> None:
    write(tmp_path, {**SHOP, "src/other/__init__.py": "", "main.py": "", "docs/conf.py": ""})
    assert json.loads(lint(tmp_path, "cycles", "--format", "json", ".").out)["packages"] == ["main", "other", "shop"]


@pytest.mark.parametrize(("path", "message"), [("nope.py", "no such Python file"), ("data/", "no Python file in this")])
def test_a_path_without_a_program_is_an_error(path: str, message: str, tmp_path: Path) -> None:
    run = lint(write(tmp_path, {"data/x.txt": ""}), "cycles", path)
    assert (run.status, message in run.err) == (2, True)


def test_a_file_that_becomes_a_package_is_read_again(tmp_path: Path) -> None:
    cache = ("--cache-dir", str(tmp_path / ".cache"))
    write(tmp_path, {"app.py": "import models\n", "models.py": ""})
    assert json.loads(lint(tmp_path, "cycles", "--format", "json", "app", *cache).out)["imports"] == 1
    write(tmp_path, {"models/__init__.py": "import app\n"})
    assert json.loads(lint(tmp_path, "cycles", "--format", "json", "app", *cache).out)["imports"] == 2
