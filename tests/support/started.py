"""What CPython and pytest say of commands that start a program, and what is predicted.

`python -m tests.support.started` compares random programs.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from import_contracts.public import find_cycles
from import_contracts.reports.cycles import ReportedEntry

HERE = (sys.version_info.major, sys.version_info.minor)


def truth(folder: Path, spelling: str, path: Sequence[Path] = ()) -> dict[str, str]:
    """Run a command in a folder; return the files or modules whose import fails, each with the last line that says why.

    ``path`` are folders that stand for what is installed. Of what is no failure of an import, nothing is known.
    """
    program, *arguments = spelling.split()
    if "pytest" in spelling:
        return _pytest(folder, spelling, path)
    if program == "python":
        command = [sys.executable, *arguments]
    else:
        module, _, name = program.partition(":")
        used = f"getattr(__import__({module!r}, fromlist=['x']), {name!r}, None)" if name else f"__import__({module!r})"
        command = [sys.executable, "-c", f"import sys; sys.path.insert(0, ''); {used}"]
    done = subprocess.run(
        command, cwd=folder, env=_environment(path), capture_output=True, text=True, check=False, timeout=60
    )
    last = done.stderr.strip().splitlines()[-1:] or [""]
    return {"": last[0]} if done.returncode and _is_import_error(last[0]) else {}


def _pytest(folder: Path, spelling: str, path: Sequence[Path]) -> dict[str, str]:
    """Let pytest collect; return the files that it cannot import."""
    words = spelling.split()
    start = [sys.executable, "-m", "pytest"] if words[0] == "python" else [str(Path(sys.executable).parent / "pytest")]
    rest = words[3:] if words[0] == "python" else words[1:]
    options = ["--collect-only", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=line"]
    done = subprocess.run(
        [*start, *options, *rest],
        cwd=folder,
        env=_environment(path),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    output = done.stdout + done.stderr
    if done.returncode == 4:
        conftest = re.search(r"ImportError while loading conftest '(.*)'", output)
        if conftest:
            return {os.path.relpath(conftest[1], os.path.realpath(folder)): output}
        raise ValueError(output)
    if plugin := re.search(r'Error (?:importing|while loading) plugin "(.*?)"', output):
        return {plugin[1]: output}
    found = (each[1] for each in re.finditer(r"^ERROR (\S+?)(?: - .*)?$", output, re.MULTILINE))
    return {each if each.endswith(".py") else f"{each}/conftest.py": output for each in found}


def _environment(path: Sequence[Path]) -> Mapping[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "COV", "PYTHON"))}
    without_plugins = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # those that are installed here, which are slow to import
    path_here = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": os.pathsep.join(map(str, path))}
    return {**kept, **path_here, **without_plugins}


def _is_import_error(line: str) -> bool:
    """Tell whether the last line of a traceback, or what `runpy` makes of it, is about an import."""
    line = line.partition("Error while finding module specification for ")[2].partition("(")[2] or line
    return line.startswith(("ImportError", "ModuleNotFoundError", "AttributeError: partially"))


def predicted(folder: Path, packages: Sequence[str], entries: Sequence[str] = ()) -> dict[str, ReportedEntry]:
    """Return what is predicted of the entries that are given and of those that are found, by their spelling."""
    report = find_cycles(*packages, folder=folder, entries=entries, cache=False)
    return {entry.entry: entry for entry in report.entries}


# --- programs at random ------------------------------------------------------------------------------------------


def program(dice: random.Random) -> dict[str, str]:
    """Return the files of a small program with cycles, and tests of it."""
    modules = [f"shop.{name}" for name in "abcde"[: dice.randint(2, 5)]]
    files = {"shop/__init__.py": _imports(dice, modules, 0.15, "shop")}
    for module in modules:
        files[f"{module.replace('.', '/')}.py"] = f"{_imports(dice, modules, 0.5, module)}\n{_definitions(module)}"
    if dice.random() < 0.5:
        files["shop/__main__.py"] = _imports(dice, modules, 0.6, "shop.__main__")
    files["main.py"] = _imports(dice, modules, 0.5, "main")
    if dice.random() < 0.3:
        files["conftest.py"] = _imports(dice, modules, 0.2, "")
    if dice.random() < 0.7:
        files["pytest.ini"] = f"[pytest]\n{dice.choice(_SETTINGS)}\n"
    if dice.random() < 0.5:
        files["pyproject.toml"] = '[project]\nname = "shop"\nversion = "1"\n'
    return files | _tests(dice, modules)


_SETTINGS = (
    "testpaths = tests",
    "pythonpath = .",
    "addopts = --import-mode=importlib",
    "addopts = --import-mode=append",
    "pythonpath = .\naddopts = --import-mode=importlib",
)


def _tests(dice: random.Random, modules: Sequence[str]) -> dict[str, str]:
    inner = dice.choice(["tests/", "tests/unit/", "tests/", "shop/tests/"])
    has_init = dice.random() < 0.5
    files = {}
    for name in "xyz"[: dice.randint(1, 3)]:
        imports = _imports(dice, modules, 0.4, "")
        files[f"{dice.choice(['tests/', inner])}test_{name}.py"] = f"{imports}\ndef test(): ...\n"
    for folder in sorted({path.rpartition("/")[0] for path in files}):
        if has_init or folder.startswith("shop"):
            files[f"{folder}/__init__.py"] = ""
        if dice.random() < 0.3:
            files[f"{folder}/conftest.py"] = _imports(dice, modules, 0.3, "")
    if has_init and "tests/unit/__init__.py" in files:
        files["tests/__init__.py"] = ""
    return files


def _imports(dice: random.Random, modules: Sequence[str], often: float, own: str) -> str:
    return "".join(_statement(dice, module) for module in modules if module != own and dice.random() < often)


def _statement(dice: random.Random, module: str) -> str:
    name = module.rpartition(".")[2]
    statement = dice.choice(
        [
            f"import {module}",
            f"from {module} import {name.upper()}",
            f"from shop import {name}",
            f"from {module} import f",
        ]
    )
    if dice.random() < 0.1:
        return f"try:\n    {statement}\nexcept ImportError:\n    pass\n"
    return f"{statement}\n"


def _definitions(module: str) -> str:
    name = module.rpartition(".")[2]
    return f"{name.upper()} = 1\ndef f(): ...\nif __name__ == '__main__':\n    from shop import a\n"


def mistakes(dice: random.Random, *, verbose: bool = False) -> Iterator[str]:
    """Yield what is predicted wrongly of one program at random."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve()
        (folder / ".git").mkdir()
        files = program(dice)
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        installed = [folder] if "pyproject.toml" in files else []
        script = dice.choice([path for path in files if path.startswith("shop/") and "test" not in path])
        given = [f"python {script}", "shop.a", "python -m shop.a", "python main.py", "python -m pytest"]
        for spelling, entry in predicted(folder, ["shop"], given).items():
            real = truth(folder, spelling, installed)
            ours = {each.part if "pytest" in spelling else "": each.message for each in entry.failures}
            if real.keys() != ours.keys():
                yield f"{spelling}: predicted {ours}, but {dict(real)}\n{files if verbose else ''}"


def main() -> None:
    """Print what is predicted wrongly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    for number in range(options.seed, options.seed + options.programs):
        for mistake in mistakes(random.Random(number)):  # noqa: S311 - the same ones each time
            print(number, mistake, flush=True)  # noqa: T201 - a command
        if options.keep:
            shutil.rmtree(options.keep, ignore_errors=True)
            for path, text in program(random.Random(number)).items():  # noqa: S311
                (options.keep / path).parent.mkdir(parents=True, exist_ok=True)
                (options.keep / path).write_text(text)


if __name__ == "__main__":
    main()
