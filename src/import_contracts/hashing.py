"""SHA-256 without OpenSSL, as long as there is little to hash.

OpenSSL hashes five times as fast, but loading it takes 3.5 MiB, and as much time as hashing a MiB without it.
"""

from __future__ import annotations

_MUCH = 2**20
_WITHOUT_OPENSSL = ("_sha2", "_sha256")
"""Modules of Python 3.12, and of 3.11; both may be left out when Python is built."""


class Hashing:
    """Hashes ``left`` bytes without OpenSSL, and what comes after that with it."""

    def __init__(self, left: int) -> None:
        self._left = left
        self._use(*_WITHOUT_OPENSSL, "hashlib")

    def __call__(self, *data: bytes | memoryview) -> str:
        """Return the SHA-256 of some data in hexadecimal digits."""
        if self._left > 0:
            self._left -= sum(map(len, data))
            if self._left <= 0:
                self._use("hashlib")
        hashed = self._new()
        for part in data:
            hashed.update(part)
        digits: str = hashed.hexdigest()
        return digits

    def _use(self, *modules: str) -> None:
        for module in modules:
            try:
                self._new = __import__(module).sha256
            except ImportError:
                continue
            return


sha256 = Hashing(_MUCH)
