"""Commands that start real programs, and their own tests, of which CPython and pytest are asked as well."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.real.wheels import DJANGO, django, unpacked, with_tests
from tests.support.arranging import write
from tests.support.started import predicted, truth

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    ("requirement", "package", "added"),
    [
        ("click==8.5.1", "click", ""),
        ("click==8.5.1", "click", "src/click/globals.py"),
        ("pluggy==1.7.0", "pluggy", ""),
    ],
)
def test_the_tests_of_a_program_fail_where_they_do_with_pytest(
    requirement: str, package: str, added: str, tmp_path: Path
) -> None:
    folder = tmp_path / package
    shutil.copytree(with_tests(requirement), folder)
    (folder / ".git").mkdir()
    if added:
        text = (folder / added).read_text(encoding="utf-8")
        changed = text.replace("\nimport ", "\nfrom click.core import Context\nimport ", 1)
        (folder / added).write_text(changed, encoding="utf-8")
    found = predicted(folder, [package])
    assert len(found) > 5
    assert {entry.works for entry in found.values()} == {not added}
    for spelling in list(found)[:3]:
        expected = sorted(failure.part for failure in found[spelling].failures)
        assert sorted(truth(folder, spelling, [folder / "src"])) == expected, spelling


def test_a_test_of_django_works_only_after_another(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "project",
        {
            ".git/HEAD": "",
            "pytest.ini": "[pytest]\npythonpath = .\n",
            "tests/test_models.py": "import django.db.models\n\n\ndef test() -> None: ...\n",
            "tests/test_operations.py": "import django.db.backends.base.operations\n\n\ndef test() -> None: ...\n",
        },
    )
    shutil.copytree(django() / "django", folder / "django")
    found = predicted(folder, ["django"])
    alone = "pytest tests/test_operations.py"
    assert [spelling for spelling, entry in found.items() if not entry.works] == [alone]
    assert found[alone].contrast == (
        "All of 'pytest' works, because tests/test_models.py comes before and imports django.db.models first."
    )
    for spelling, entry in found.items():
        if "pytest" in spelling:
            needs = [unpacked(each) for each in DJANGO]
            assert list(truth(folder, spelling, needs)) == [failure.part for failure in entry.failures], spelling
