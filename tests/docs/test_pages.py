"""The pages say what the program does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from import_contracts.config.contracts import read_contracts
from import_contracts.config.session import ConfigSource, read_config
from tests.support.arranging import ROOT

from .pages import Block, Run, blocks, name, pages, program

DJANGO = "django==5.2.8"
FIRST_CONTRACT = """\
[[{prefix}contracts]]
name = "Anything"
type = "acyclic"
"""


def settings() -> list[tuple[str, Block]]:
    """Return every block of configuration that is not executed as a file of its page, those of the README included."""
    return [
        (f"{page.name}:{block.start}", block)
        for page in (ROOT / "README.md", *pages())
        for block in blocks(page.read_text(encoding="utf-8"))
        if block.language in {"toml", "ini"} and (not block.title or block.never)
    ]


def compare(page: Path, run: Run, *, update: bool) -> None:
    """Run a page and compare it with what it says; or make it say what was found."""
    written = page.read_text(encoding="utf-8")
    found = run.page(written)
    if update and found != written:
        page.write_text(found, encoding="utf-8")
    else:
        assert found == written, "pytest tests/docs --update-docs makes the page say what the program does"


def marks(page: Path) -> list[pytest.MarkDecorator]:
    """Return the marks of a page: one that starts pytest, again and again, is slow."""
    return [pytest.mark.slow] if "\n$ pytest" in page.read_text(encoding="utf-8") else []


@pytest.mark.parametrize("page", [pytest.param(page, id=name(page), marks=marks(page)) for page in pages()])
def test_commands_print_what_the_page_shows(page: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    compare(page, Run(tmp_path), update=request.config.getoption("update_docs", default=False))


@pytest.mark.real
def test_the_report_of_django_is_the_one_shown(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--target", str(tmp_path), DJANGO], check=True)
    page = next(page for page in pages() if name(page) == "index.md")

    compare(page, Run(tmp_path, {"Django"}), update=request.config.getoption("update_docs", default=False))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_code_for_completion_is_printed_for_every_shell_on_the_page(shell: str, tmp_path: Path) -> None:
    command = f"$ _LINT_IMPORTS_COMPLETE={shell}_source lint-imports"
    page = next(page for page in pages() if name(page) == "cli.md")

    assert command.removeprefix("$ ") in page.read_text(encoding="utf-8")
    assert "_lint_imports_completion" in Run(tmp_path).page(f"```console\n{command}\n```\n")


@pytest.mark.parametrize("block", [pytest.param(block, id=place) for place, block in settings()])
def test_a_configuration_that_is_only_shown_is_valid(block: Block, tmp_path: Path) -> None:
    text = block.text
    if block.language == "ini":
        path = tmp_path / ".importlinter"
        head = "" if "[importlinter]" in text else "[importlinter]\nroot_package = shop\n"
        path.write_text(head + text, encoding="utf-8")
    else:
        path = tmp_path / "contracts.toml"
        prefix = "tool.import-contracts." if "tool.import-contracts" in text else ""
        prefix = "tool.importlinter." if "tool.importlinter" in text else prefix
        head = f"[{prefix[:-1]}]\n" if prefix and f"[{prefix[:-1]}]" not in text.splitlines() else ""
        head += "" if "root_package" in text else 'root_packages = ["shop"]\n'
        tail = "" if f"[[{prefix}contracts]]" in text else FIRST_CONTRACT.format(prefix=prefix)
        path.write_text("\n".join([head, text, tail]), encoding="utf-8")

    assert [str(problem) for problem in read_contracts(read_config(path, ConfigSource(tmp_path))).problems] == []


def test_every_block_of_a_page_is_seen() -> None:
    for page in pages():
        text = page.read_text(encoding="utf-8")
        fences = re.findall(r"^[ \t]*```", text, re.MULTILINE)
        assert len(fences) == 2 * len(list(blocks(text))), f"{name(page)} has a fence that does not begin its line"


def test_pages_name_no_machine() -> None:
    for page in (*pages(), ROOT / "docs" / "report.schema.json"):
        assert not re.search(r"/(?:home|root|tmp|work|Users)/", page.read_text(encoding="utf-8")), name(page)


def test_a_line_of_a_program_is_an_import() -> None:
    files = program(["a.b -> a.c.d", "a.b -> a.e (deferred)", "a.b -> django", "a.f"])

    assert {path.as_posix(): text for path, text in files.items()} == {
        "a/__init__.py": "",
        "a/b.py": "import a.c.d\ndef later():\n    import a.e\nimport django\n",
        "a/c/__init__.py": "",
        "a/c/d.py": "",
        "a/e.py": "",
        "a/f.py": "",
    }


def test_a_failing_command_that_is_shown_as_none_fails(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="fails with 3"):
        Run(tmp_path).page("```console\n$ exit 3\n```\n")


def test_what_a_command_prints_replaces_what_the_page_shows(tmp_path: Path) -> None:
    page = '```text title="a.txt"\nhello\n```\n\n```console\n$ cat a.txt\nold\n$ false\n$ echo $?\n0\n```\nend\n'

    assert Run(tmp_path).page(page) == page.replace("old", "hello").replace("\n0\n", "\n1\n")
