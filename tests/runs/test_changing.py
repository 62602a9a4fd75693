"""Several runs that change the same files, in processes of their own."""

import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

from import_contracts.config.session import load_config
from import_contracts.problems import UserError
from import_contracts.runs import changing
from import_contracts.runs.changing import UserFile, alone, write_all
from tests.support.arranging import Run, configuration, contract, lint, program, write

NUMBER = 12


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    modules = [f"shop.m{number}" for number in range(NUMBER)]
    layers = contract("layers", "forbidden", source_modules=modules, forbidden_modules=["shop.web"])
    keys = 'baseline = "known.txt"\n'
    program(tmp_path, *(f"{module} -> shop.web" for module in modules))
    return write(tmp_path, {"pyproject.toml": configuration(layers, keys=keys), "known.txt": ""})


def entry(number: int) -> str:
    return f"layers shop.m{number} -> shop.web => shop.web"


def start(folder: Path, *args: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "import_contracts", "baseline", *args]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def at_once(folder: Path, *commands: tuple[str, ...]) -> list[Run]:
    """Run commands of the baseline at the same time, each in a process."""
    ends = [(run, *run.communicate()) for run in [start(folder, *command) for command in commands]]
    return [Run(run.returncode, out, err) for run, out, err in ends]


@pytest.mark.slow
def test_entries_that_are_accepted_at_once_are_all_there(shop: Path) -> None:
    runs = at_once(shop, *(("accept", entry(number)) for number in range(NUMBER)))
    added = (f"Added 1 entry to known.txt:\n  {entry(number)}\n" for number in range(NUMBER))
    assert runs == [Run(0, out, "") for out in added]
    assert (shop / "known.txt").read_text().splitlines() == sorted(map(entry, range(NUMBER)))


@pytest.mark.slow
def test_commands_of_every_kind_at_once_lose_nothing(shop: Path) -> None:
    write(shop, {"known.txt": "layers shop.gone -> shop.web\nlayers shop.old -> shop.web\n"})
    accepting = [("accept", entry(number)) for number in range(1, 7)]
    others = [("shrink",), ("rename", "shop.old", "shop.older"), ("create",)]
    runs = at_once(shop, *chain.from_iterable(zip(accepting, others * 2, strict=True)))
    assert [run.status for run in runs[::2]] == [0] * 6
    assert {run.status for run in runs} <= {0, 2}
    assert (shop / "known.txt").read_text().splitlines() == [entry(number) for number in range(1, 7)]


@pytest.mark.slow
def test_baselines_that_are_created_at_once_are_one(shop: Path) -> None:
    (shop / "known.txt").unlink()
    write(shop, {"pyproject.toml": (shop / "pyproject.toml").read_text().replace("baseline", "#")})
    runs = at_once(shop, *[("create",)] * 6)
    assert sorted(run.status for run in runs) == [0, 2, 2, 2, 2, 2]
    messages = [run.err for run in runs if run.status]
    assert all("already has 12 entries" in each or "was changed while" in each for each in messages)
    assert lint(shop).status == 0


@pytest.mark.slow
def test_a_run_that_is_killed_keeps_nobody_waiting(shop: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from import_contracts.runs.changing import alone\n"
        "with alone(Path()):\n    print(flush=True)\n    sys.stdin.read()"
    )
    command, pipe = [sys.executable, "-c", script], subprocess.PIPE
    with subprocess.Popen(command, cwd=shop, stdin=pipe, stdout=pipe) as holder, start(shop, "accept", "--all") as run:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            run.wait(timeout=2)
        holder.kill()
        assert "Added 12 entries" in run.communicate()[0]


def test_whoever_waits_too_long_gives_up(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changing, "_PATIENCE", 0.0)
    with alone(shop):
        run = lint(shop, "baseline", "accept", "--all")
    assert (run.status, run.out) == (2, "")
    assert run.err == "error: Another lint-imports is changing these files; try again when it has ended.\n"
    assert (shop / "known.txt").read_text() == ""
    assert lint(shop, "baseline", "accept", "--all").status == 0


def test_where_no_folder_can_be_locked_files_are_changed_all_the_same(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", fail)
    with alone(shop):
        assert lint(shop, "baseline", "accept", "--all").status == 0


def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(shop: Path) -> None:
    file = UserFile.read(shop / "known.txt", "known.txt", shop)
    write(shop, {"known.txt": "theirs"})
    with pytest.raises(UserError, match=r"known.txt: This file was changed while the command was running; run the"):
        write_all((file, "ours"))
    assert (shop / "known.txt").read_text() == "theirs"


def test_a_configuration_that_has_changed_since_it_was_read_is_read_again_first(shop: Path) -> None:
    config = load_config(None, shop)
    write(shop, {"pyproject.toml": (shop / "pyproject.toml").read_text().replace("known.txt", "other.txt")})
    with pytest.raises(UserError, match=r"pyproject.toml: This file was changed"), changing.changing(config):
        pytest.fail("nothing may be changed now")


def test_several_files_are_written_all_or_none(shop: Path) -> None:
    first, new, last = (UserFile.read(shop / name, name, shop) for name in ("known.txt", "new.txt", "pyproject.toml"))
    before = (shop / "pyproject.toml").read_text()
    write(shop, {"pyproject.toml": before + "# theirs\n"})
    with pytest.raises(UserError, match="was changed"):
        write_all((first, "ours"), (new, "ours"), (last, "ours"))
    assert (shop / "known.txt").read_text() == ""
    assert not (shop / "new.txt").exists()
    assert (shop / "pyproject.toml").read_text() == before + "# theirs\n"
