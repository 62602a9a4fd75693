"""Writing a file so that whoever reads it finds the old one or the new one, and never half of either."""

from __future__ import annotations

import os
from pathlib import Path


def write(path: Path, data: bytes) -> None:
    """Write a file under a temporary name beside it and let it take the place of the other; raises OSError."""
    file = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        file.write_bytes(data)
        file.replace(path)
    finally:
        file.unlink(missing_ok=True)
