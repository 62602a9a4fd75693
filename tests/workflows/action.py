"""The Action of this project, and what the schemas of hosts have against files such as its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.support.arranging import ROOT

ACTION: Mapping[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def complaints(schema: str, files: Iterable[Path]) -> str:
    """Return what a schema that others have published has against files."""
    command = [sys.executable, "-m", "check_jsonschema", "--quiet", "--builtin-schema", f"vendor.{schema}"]
    done = subprocess.run([*command, *map(str, files)], capture_output=True, encoding="utf-8", check=False)
    return done.stdout + done.stderr
