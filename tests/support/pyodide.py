"""CPython 3.14 and 3.15 under Node, as WebAssembly: the npm package pyodide, installed once and kept in .cache.

All modules are imported in one process, as there is no `fork`: between two of them, all that was imported is forgotten.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.arranging import write
from tests.support.npm import found, installed

Version = tuple[int, int]

PACKAGES: dict[Version, str] = {(3, 14): "pyodide@314.0.7", (3, 15): "pyodide@315.0.0-alpha.2"}
"""The package for each version of Python: CPython 3.14.2 and 3.15.0rc1."""

_RUN = r"""
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
const [package_, program, asked, answered] = process.argv.slice(2);
const { loadPyodide } = createRequire(package_ + "/")("./pyodide.js");
const python = await loadPyodide({ stdout: () => {}, stderr: () => {} });
python.globals.set("asked", readFileSync(asked, "utf8"));
writeFileSync(answered, python.runPython(readFileSync(program, "utf8")));
"""

_IMPORT = r"""
import importlib, json, os, sys, traceback

def leave(status):
    raise SystemExit(status)

def attempt(folder, roots, entry):
    for module in [each for each in sys.modules if each.partition(".")[0] in roots]:
        del sys.modules[module]
    getattr(sys, "lazy_modules", set()).clear()
    try:
        importlib.import_module(entry)
    except BaseException as raised:
        messages, error = [], raised
        while error:
            messages.append(f"{type(error).__name__}: {error}".replace(f"{folder}/", ""))
            error = error.__cause__
        return messages

os._exit = leave
sys.dont_write_bytecode = True
sys.path.insert(0, "")
told = {}
for name, files in json.loads(asked).items():
    folder = f"/programs/{name}"
    os.makedirs(folder)
    os.chdir(folder)
    for path, text in files.items():
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
    entries = [path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in files]
    importlib.invalidate_caches()
    roots = {entry.partition(".")[0] for entry in entries}
    told[name] = {entry: attempt(folder, roots, entry) for entry in entries}
json.dumps(told)
"""


def ask(version: Version, program: str, asked: object) -> Any:
    """Return the JSON value of the last expression of a program, run by a version of Python.

    The JSON text of what is asked is its variable ``asked``. The test is skipped where there is no such Python.
    """
    package = installed(PACKAGES[version]) / "pyodide"
    with tempfile.TemporaryDirectory() as place:
        answer = Path(place, "answer")
        write(Path(place), {"run.mjs": _RUN, "program.py": program, "asked": json.dumps(asked)})
        inputs = [str(Path(place, name)) for name in ("program.py", "asked")]
        command = [found("node"), str(Path(place, "run.mjs")), str(package), *inputs, str(answer)]
        subprocess.run(command, check=True, timeout=600)
        return json.loads(answer.read_text())


def imported(version: Version, programs: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, list[str] | None]]:
    """Import each module of some programs as if it were the first; each program has its texts by relative path.

    Returns for each program and each module the message of the exception, with the name of its class and relative
    paths, and then those of its causes; None if there was none.
    """
    told: dict[str, dict[str, list[str] | None]] = ask(version, _IMPORT, programs)
    return told
