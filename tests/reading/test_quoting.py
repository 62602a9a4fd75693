"""What lies outside the checkout is checked, but not shown."""

import os
from pathlib import Path

import pytest

from import_contracts.reporters import FORMATS
from tests.support.arranging import MODELS, configuration, contract, lint, write

SECRET = "hunter2"  # noqa: S105 - not a real one
ACYCLIC = contract("acyclic", "acyclic")
CRASH = contract("crash", "crash")
CONFIGURATION = configuration(MODELS, ACYCLIC, CRASH)
LEAKING = f'import shop.web  # {SECRET}\nfrom shop.web import View  # {SECRET}\n{SECRET} = "{SECRET}"\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with a program, beside a file that is not for everybody."""
    shop = {"shop/__init__.py": "", "shop/web.py": "from shop.models import Model\nclass View: ...\n"}
    write(tmp_path, {"private/secret.py": LEAKING, "repo/.git/x": ""})
    return write(tmp_path / "repo", {**shop, "pyproject.toml": CONFIGURATION})


def everything(folder: Path, *args: str) -> str:
    """Return what the command writes in every format, and each other command."""
    formats = (lint(folder, *args, "--format", form, "--verbose") for form in FORMATS)
    others = (
        lint(folder, *command)
        for command in (
            ("cycles", "shop", "--verbose"),
            ("cycles", "shop", "--format", "json"),
            ("explain", "shop.models", "shop.web"),
            ("explain", "shop.models", "shop.web", "--format", "json"),
            ("explain",),
            ("baseline", "create"),
            ("init", "shop", "--dry-run"),
        )
    )
    return "".join(run.out + run.err for run in (*formats, *others))


def test_what_a_link_leads_to_outside_is_checked_and_not_quoted(checkout: Path) -> None:
    (checkout / "shop/models.py").symlink_to("../../private/secret.py")
    assert "shop/models.py:1:1" in lint(checkout).out
    assert lint(checkout).status == 1
    assert SECRET not in everything(checkout)


def test_a_file_whose_text_is_not_shown_is_not_said_to_be_wrong(checkout: Path) -> None:
    write(checkout, {"shop/web.py": ""})
    write(checkout.parent, {"private/secret.py": "import shop.models\n"})
    (checkout / "shop/models.py").symlink_to("../../private/secret.py")
    out = lint(checkout, "--contract", "acyclic").out
    assert "      The text of this file is not available: it is outside the repository, or cannot be read.\n" in out


def test_what_a_link_leads_to_inside_is_quoted(checkout: Path) -> None:
    write(checkout, {"elsewhere/models.py": LEAKING})
    (checkout / "shop/models.py").symlink_to("../elsewhere/models.py")
    assert "shop/models.py:1:1: import shop.web" in lint(checkout).out
    assert SECRET in lint(checkout, "cycles", "shop").out + everything(checkout, "--no-baseline")


@pytest.mark.parametrize("target", ["../../private", "{}/private"])
def test_what_a_linked_folder_leads_to_outside_is_not_quoted(checkout: Path, tmp_path: Path, target: str) -> None:
    write(tmp_path, {"private/__init__.py": LEAKING})
    (checkout / "shop/models").symlink_to(target.format(tmp_path))
    assert "shop/models/secret.py:1:1" in everything(checkout, "--no-baseline")
    assert SECRET not in everything(checkout)


def test_a_root_package_that_is_a_link_to_another_place_of_the_repository_is_quoted(checkout: Path) -> None:
    (checkout / "packages").mkdir()
    (checkout / "shop").rename(checkout / "packages/shop")
    write(checkout, {"packages/shop/models.py": "import shop.web\n", "app/pyproject.toml": CONFIGURATION})
    (checkout / "app/shop").symlink_to("../packages/shop")
    assert "shop/models.py:1:1: import shop.web\n" in lint(checkout / "app").out


def test_a_root_package_that_is_a_link_out_of_the_repository_is_not_quoted(checkout: Path, tmp_path: Path) -> None:
    (checkout / "shop").rename(tmp_path / "shop")
    write(tmp_path, {"shop/models.py": LEAKING})
    (checkout / "shop").symlink_to("../shop")
    assert "shop/models.py:1:1" in lint(checkout).out
    assert SECRET not in everything(checkout)


@pytest.mark.parametrize(
    "source",
    [f"{SECRET}=(\n", f"x = '{SECRET}\n", f"from ... import {SECRET}\n", f"{SECRET}=\0\n", f"# coding: {SECRET}\n"],
)
@pytest.mark.parametrize("more", [0, 101])
def test_a_file_outside_that_is_no_python_is_not_quoted(checkout: Path, tmp_path: Path, source: str, more: int) -> None:
    write(checkout, {f"shop/m{number}.py": "" for number in range(more)})
    write(tmp_path, {"private/secret.py": source})
    (checkout / "shop/models.py").symlink_to("../../private/secret.py")
    run = lint(checkout)
    assert run.status == 2
    assert "shop/models.py" in run.out
    assert SECRET not in everything(checkout) + lint(checkout).out


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc")
@pytest.mark.parametrize("target", ["/proc/self/environ", "/etc/passwd", "/proc/kmsg", "/dev/zero", "/proc/self/mem"])
def test_a_file_of_the_system_is_neither_quoted_nor_waited_for(
    checkout: Path, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", SECRET)
    (checkout / "shop/models.py").symlink_to(target)
    run = lint(checkout)
    if target.startswith("/dev"):
        assert "shop/models.py" not in run.out
    else:
        assert run.status == 2
        assert "shop/models.py" in run.out
    text = everything(checkout)
    assert SECRET not in text
    assert "root:" not in text


@pytest.mark.parametrize("key", ["baseline", "include"])
@pytest.mark.parametrize("through", ["link", "path"])
@pytest.mark.parametrize(
    "source", [f"{SECRET}\n", f"{SECRET} = {SECRET} = 3\n", f"[{SECRET}\n", f"{SECRET} = 3\n", f"models {SECRET}\n"]
)
def test_no_other_file_that_a_configuration_names_outside_is_quoted(
    checkout: Path, tmp_path: Path, key: str, through: str, source: str
) -> None:
    private = write(tmp_path, {"private/x.toml": source}) / "private/x.toml"
    (checkout / "x.toml").symlink_to(private)
    value = f'"{"x.toml" if through == "link" else private}"'
    keys = f"{key} = {value if key == 'baseline' else f'[{value}]'}\n"
    write(checkout, {"pyproject.toml": configuration(MODELS, keys=keys), "shop/models.py": "import shop.web\n"})
    text = everything(checkout)
    assert "x.toml" in text
    assert SECRET not in text


def test_an_installed_package_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"site/zz/__init__.py": "", "site/zz/a.py": "import zz.b\n", "site/zz/b.py": "import zz.a\n"})
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    (tmp_path / "here").mkdir()
    assert "import zz.b" in lint(tmp_path / "here", "cycles", "zz").out


def test_a_program_beside_a_configuration_that_is_named_is_quoted(checkout: Path, tmp_path: Path) -> None:
    write(tmp_path, {"trusted/lint.toml": CONFIGURATION})
    write(checkout, {"shop/models.py": "import shop.web\n"})
    run = lint(checkout, "--config", os.fspath(tmp_path / "trusted/lint.toml"))
    assert "import shop.web" in run.out
