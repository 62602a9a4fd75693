"""A cache that others may have written is not used; and whatever is in one, a run ends with a report or a message."""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
from array import array
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from import_contracts.reading.store.trust import doubt
from import_contracts.reading.store.watch import load, packed, unpacked
from tests.support import repositories
from tests.support.arranging import Run, configuration, contract, lint, stored, write

CACHE = ".import_contracts_cache"
COMMANDS = [
    (),
    ("--config", "plain.toml"),
    ("--config", "plain.toml", "--format", "json"),
    ("cycles",),
    ("cycles", "shop", "--format", "json"),
    ("explain",),
    ("explain", "shop.web", "shop.models"),
    ("baseline", "status"),
]
CONTRACTS = [
    contract("layers", "layers", layers=["shop.web", "shop.models"], exclude_deferred_imports=True),
    contract("no-json", "forbidden", source_modules=["shop"], forbidden_modules=["json"]),
    contract("acyclic", "acyclic"),
]
FILES = {
    "pyproject.toml": configuration(*CONTRACTS, keys='include_external_packages = true\nbaseline = "k.txt"\n'),
    "k.txt": "acyclic shop.models -> shop.web => shop.web\n",
    "shop/__init__.py": "",
    "shop/web.py": "import json\nimport shop.models\ndef f():\n    import shop.space.a\n",
    "shop/web/x.py": "",
    "shop/models.py": "if TYPE_CHECKING:\n    import shop.web\nimport shop.web\n",
    "shop/broken.py": "x = (\n",
    "shop/mixed.py": "",
    "shop/mixed/__init__.py": "from shop import web\n",
    "space/a/b.py": "import space.c\n",
    "space/c.py": "",
}
FILES["pyproject.toml"] = FILES["pyproject.toml"].replace('["shop"]', '["shop", "space"]', 1)
FILES["plain.toml"] = FILES["pyproject.toml"].replace('baseline = "k.txt"\n', "")


def results(folder: Path, *more: str) -> list[Run]:
    return [lint(folder, *command, *more) for command in COMMANDS]


# --- who may have written it --------------------------------------------------------------------------------------


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write(tmp_path / "r", FILES)


def used(folder: Path, *args: str) -> bool:
    """Return whether a cache is used; if not, the run says so once, and is as one without a cache."""
    for command in COMMANDS:
        run, plain = lint(folder, *command, *args), lint(folder, *command, "--no-cache")
        assert run[:2] == plain[:2]
        if run.err == plain.err:
            return True
        assert run.err.count("is not used: ") == 1
        assert run.err.count("\n") == plain.err.count("\n") + 1
    return False


def forged(folder: Path, cache: str = CACHE) -> None:
    """Forge the reports of a cache."""
    for path in (folder / cache).glob("*.report"):
        body = json.dumps({"text": "forged", "status": 0, "left_out": [], "evidence": {}, "branch": ""}).encode()
        path.write_bytes(stored(path.name, body))


def test_a_cache_that_git_tracks_is_not_used(shop: Path, tmp_path: Path) -> None:
    repositories.git(shop, "init", "--quiet")
    results(shop)
    forged(shop)
    assert lint(shop, "cycles").out == "forged"
    repositories.git(shop, "add", "--force", "--all")
    assert not used(shop)
    repositories.commit(shop)
    repositories.git(tmp_path, "clone", "--quiet", str(shop), "clone")
    assert not used(tmp_path / "clone")
    assert not used(tmp_path / "clone", "--cache-dir", CACHE)
    before = sorted((tmp_path / "clone" / CACHE).iterdir())
    assert used(tmp_path / "clone", "--cache-dir", str(tmp_path / "other"))
    assert sorted((tmp_path / "clone" / CACHE).iterdir()) == before
    repositories.git(shop, "rm", "-r", "--quiet", "--cached", CACHE)
    assert lint(shop, "cycles").out == "forged"


def test_a_cache_behind_a_link_that_git_tracks_is_not_used(shop: Path, tmp_path: Path) -> None:
    repositories.git(shop, "init", "--quiet")
    results(shop, "--cache-dir", str(tmp_path / "elsewhere"))
    forged(tmp_path, "elsewhere")
    (shop / CACHE).symlink_to("../elsewhere")
    (shop / "up").symlink_to("..")
    assert lint(shop, "cycles").out == "forged"
    repositories.commit(shop)
    assert not used(shop)
    assert not used(shop, "--cache-dir", "up/elsewhere")


def test_nothing_is_written_where_git_tracks_a_cache_that_is_gone(shop: Path) -> None:
    write(shop, {f"{CACHE}/x": ""})
    repositories.commit(shop)
    shutil.rmtree(shop / CACHE)
    assert not used(shop)
    assert not (shop / CACHE).exists()


posix = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="on Windows there are no such modes")
as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give a file away")


@posix
def test_a_new_cache_is_for_its_user_alone(shop: Path) -> None:
    before = os.umask(0)
    try:
        assert used(shop)
        assert used(shop)
    finally:
        os.umask(before)
    assert stat.S_IMODE((shop / CACHE).stat().st_mode) == 0o700


@posix
@pytest.mark.parametrize(
    ("folder", "file", "is_used"),
    [
        (0o755, 0o644, True),
        (0o777, 0o644, False),
        (0o1777, 0o644, False),
        (0o757, 0o644, False),
        (0o755, 0o646, False),
        (0o700, 0o666, True),
        (0o754, 0o666, True),
        (0o711, 0o666, False),
    ],
)
def test_a_cache_that_others_can_write_to_is_not_used(shop: Path, folder: int, file: int, is_used: bool) -> None:
    results(shop)
    (shop / CACHE).chmod(folder)
    next((shop / CACHE).glob("*.imports")).chmod(file)
    assert used(shop) is is_used


@as_root
@pytest.mark.parametrize(
    ("folder", "file", "group", "is_used"),
    [
        (0o775, 0o664, 0, True),
        (0o775, 0o644, 100, False),
        (0o755, 0o664, 100, False),
        (0o700, 0o664, 100, True),
        (0o755, 0o644, 100, True),
    ],
)
def test_a_group_that_can_write_is_another_user_unless_it_is_the_user_alone(
    shop: Path, folder: int, file: int, group: int, is_used: bool
) -> None:
    results(shop)
    for path in (shop / CACHE, *(shop / CACHE).iterdir()):
        path.chmod(folder if path.is_dir() else file)
        os.chown(path, -1, group)
    assert used(shop) is is_used


@as_root
@pytest.mark.parametrize("name", [".", "*.program", "*.watch", "*.imports", "*.report", "versions"])
def test_a_cache_of_another_user_is_not_used_unless_that_is_who_became_root(
    shop: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    results(shop)
    path = shop / CACHE if name == "." else next((shop / CACHE).glob(name))
    os.chown(path, 12345, 12345)
    assert not used(shop)
    monkeypatch.setenv("SUDO_UID", "12345")
    assert used(shop)
    monkeypatch.setenv("SUDO_UID", "")
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert doubt(shop / CACHE) is None


# --- what is in it ------------------------------------------------------------------------------------------------

WRONG: list[Any] = [
    *(None, True, False, 0, -1, 4, 10**9, 2**31, 2**64, 10**400, 1.0, 1.5, float("nan"), float("inf"), "", "x", "\0"),
    *("\ud800", "../../x", "/etc/passwd", "a" * 5000, "1", [], {}, [None], [[]], {"x": 1}, [1, 2, 3], ["a", "b"]),
]
DEEP = "[" * 100_000 + "]" * 100_000


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where in a JSON value there are values."""
    yield place
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*place, key))


def value_at(value: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        value = value[key]
    return value


def changed(value: Any, place: tuple[Any, ...], change: Callable[[Any, Any], None]) -> Any:
    """Return a value in which what is around a place has been changed."""
    outer = [json.loads(json.dumps(value))]
    around = value_at(outer, (0, *place)[:-1])
    change(around, (0, *place)[-1])
    return outer[0]


def remove(around: Any, key: Any) -> None:
    del around[key]
    if around == []:
        around.append(None)


def swap(around: Any, key: Any) -> None:
    keys = list(around) if isinstance(around, dict) else list(range(len(around)))
    other = keys[keys.index(key) - 1]
    around[key], around[other] = around[other], around[key]


def repeat(around: Any, key: Any) -> None:
    if isinstance(around, dict):
        around[f"{key}.more"] = around[key]
    else:
        around.insert(key, around[key])


def rename(around: Any, key: Any) -> None:
    if isinstance(around, dict):
        around["shop.gone"] = around.pop(key)


LIES = (remove, swap, repeat, rename)


SINCE: dict[str, dict[str, str]] = {
    "nothing": {},
    "an edit": {"shop/web.py": FILES["shop/web.py"] + "# more\n"},
    "an import": {"shop/web.py": FILES["shop/web.py"] + "import space.c\n"},
    "a module": {"space/json.py": "import shop\n"},
}
"""What may have happened to the program since the cache was written."""


def parts_of(path: Path) -> list[bytes]:
    body = load(str(path))
    assert body is not None
    return [bytes(part) for part in unpacked(body)]


class Forgery:
    """A program with a cache, what is said about it without one, and the same cache again for each example."""

    def __init__(self) -> None:
        self.folder = write(Path(tempfile.mkdtemp()), FILES)
        self.expected = {}
        for since, files in SINCE.items():
            write(self.folder, files)
            found = results(self.folder, "--no-cache")
            self.expected[since] = {command: run[:2] for command, run in zip(COMMANDS, found, strict=True)}
            self.restore()
        assert len({text for _, text in self.expected["nothing"].values()}) == len(COMMANDS)
        self.cache = self.folder / CACHE
        self.commands: dict[Path, list[tuple[str, ...]]] = {}
        """The commands that read a file of the cache: those that write it where there is none."""
        for command in COMMANDS:
            shutil.rmtree(self.cache, ignore_errors=True)
            lint(self.folder, *command)
            for path in self.cache.iterdir():
                self.commands.setdefault(path, []).append(command)
        self.runs_on(self.cache)
        assert self.are_true(self.runs_on(self.cache))
        self.original = {path: path.read_bytes() for path in sorted(self.cache.iterdir())}
        kinds = {".program", ".imports", ".statements", ".report"}
        self.files = [path for path in self.original if path.suffix in kinds]
        self.files.append(self.cache / "versions")
        self.watches = [path for path in self.original if path.suffix == ".watch"]

    def runs_on(self, path: Path) -> dict[tuple[str, ...], Run]:
        """Run the commands that read a file of the cache."""
        return {command: lint(self.folder, *command) for command in self.commands.get(path, COMMANDS)}

    def are_true(self, runs: Mapping[tuple[str, ...], Run], since: str = "nothing") -> bool:
        """Return whether commands say what they say without a cache."""
        return all(run[:2] == self.expected[since][command] for command, run in runs.items())

    def restore(self) -> None:
        """Make the program what it was."""
        write(self.folder, FILES)
        (self.folder / "space/json.py").unlink(missing_ok=True)

    @staticmethod
    def _watch(path: Path, checksum: bytes) -> None:
        """Let the file with the signatures go with a program that has another checksum."""
        _, *rest = parts_of(path)
        path.write_bytes(stored(path.name, packed(checksum, *rest)))

    def put(self, path: Path, value: Any, since: str, *, without_reports: bool) -> dict[tuple[str, ...], Run]:
        """Put a value into a file of the cache, and run the commands that read it."""
        for each, data in self.original.items():
            each.write_bytes(data)
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        path.write_bytes(data := stored(path.name, body))
        if path.suffix == ".program":
            self._watch(path.with_suffix(".watch"), data[:64])
        for each in self.cache.glob("*.report") if without_reports else ():
            if each != path:
                each.unlink()
        write(self.folder, SINCE[since])
        runs = self.runs_on(path)
        self.restore()
        for each in set(self.cache.iterdir()) - set(self.original):
            each.unlink()
        return runs


@pytest.fixture(scope="module")
def forgery() -> Iterator[Forgery]:
    found = Forgery()
    yield found
    shutil.rmtree(found.folder)


@pytest.mark.slow
@given(data=st.data(), since=st.sampled_from([*SINCE]), without_reports=st.booleans())
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_no_run_has_written_is_as_good_as_absent(
    forgery: Forgery, data: st.DataObject, since: str, without_reports: bool
) -> None:
    path = data.draw(st.sampled_from(forgery.files))
    value = json.loads(forgery.original[path].partition(b"\n")[2])
    place = data.draw(st.sampled_from(list(places(value))))
    old = value_at(value, place)
    others = [each for each in WRONG if type(each) is not type(old) or (isinstance(each, str) and "\ud800" in each)]
    wrong = data.draw(st.sampled_from([*others, DEEP]))
    if old is None and (wrong is None or isinstance(wrong, str)):
        return  # a problem may have a file
    if wrong is None and "troubles" in place:
        return  # and a trouble no line
    if wrong == DEEP:
        wrong_body = json.dumps(changed(value, place, lambda around, key: around.__setitem__(key, "DEEP")))
        runs = forgery.put(path, wrong_body.replace('"DEEP"', DEEP).encode(), since, without_reports=without_reports)
    else:
        lie = changed(value, place, lambda around, key: around.__setitem__(key, wrong))
        runs = forgery.put(path, lie, since, without_reports=without_reports)
    assert forgery.are_true(runs, since), runs


@pytest.mark.slow
@given(data=st.data(), since=st.sampled_from([*SINCE]), without_reports=st.booleans())
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_lie_that_a_run_could_have_written_is_no_traceback(
    forgery: Forgery, data: st.DataObject, since: str, without_reports: bool
) -> None:
    path = data.draw(st.sampled_from(forgery.files))
    value = json.loads(forgery.original[path].partition(b"\n")[2])
    place = data.draw(st.sampled_from([each for each in places(value) if each]))
    how = data.draw(st.sampled_from([*LIES, *WRONG]))
    if not callable(how):
        lie = changed(value, place, lambda around, key: around.__setitem__(key, how))
    else:
        lie = changed(value, place, how)
    runs = forgery.put(path, lie, since, without_reports=without_reports)
    assert not [run for run in runs.values() if run.status not in (0, 1, 2, 3) or "Traceback" in run.err]


@pytest.mark.slow
@given(data=st.data(), since=st.sampled_from([*SINCE]), without_reports=st.booleans())
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_other_signatures_and_paths_are_no_traceback(
    forgery: Forgery, data: st.DataObject, since: str, without_reports: bool
) -> None:
    path = data.draw(st.sampled_from(forgery.watches))
    path.write_bytes(forgery.original[path])
    program, paths, numbers = parts_of(path)
    names = paths.split(b"\0")
    wrong = [b"", b"x", b"/", b"..", b"shop", b"\xff", b"x" * 5000, b"shop/web.py", *names]
    signatures = array("q", numbers)
    if data.draw(st.booleans()):
        names[data.draw(st.integers(0, len(names) - 1))] = data.draw(st.sampled_from(wrong))
    else:
        number = data.draw(st.sampled_from([0, -1, 1, 2**63 - 1, -(2**63)]))
        signatures[data.draw(st.integers(0, len(signatures) - 1))] = number
    if data.draw(st.booleans()):
        del names[-1], signatures[-4:]
    body = packed(program, b"\0".join(names), signatures.tobytes())
    runs = forgery.put(path, body, since, without_reports=without_reports)
    assert not [run for run in runs.values() if run.status not in (0, 1, 2, 3) or "Traceback" in run.err]


@pytest.mark.slow
def test_a_file_under_the_name_of_another_is_absent(forgery: Forgery) -> None:
    for source in forgery.files:
        for target in forgery.files:
            if source != target:
                for each, data in forgery.original.items():
                    each.write_bytes(data)
                target.write_bytes(forgery.original[source])
                assert forgery.are_true(forgery.runs_on(target))
