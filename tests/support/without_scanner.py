"""A plugin of pytest under which grimp has no scanner, and every file is read as if there were many.

``pytest -p tests.support.without_scanner tests/reading/test_program.py``
"""

import importlib
from types import SimpleNamespace

import pytest

from import_contracts.reading.scanning import scan

rust = importlib.import_module("grimp._rustgrimp")
# grimp itself would know where its scanner has moved.
pytest.MonkeyPatch().setattr("grimp.application.scanning.rust", SimpleNamespace(scan_for_imports=rust.scan_for_imports))
del rust.scan_for_imports
scan._FEW = -1  # noqa: SLF001 - so that each program is one for grimp
