import sys
from collections.abc import Callable
from hashlib import sha256

import pytest

from import_contracts import hashing

SOME = [(b"",), (b"a",), (b"a", b"", b"bc"), (b"x" * 100, memoryview(b"xyz")[1:]), (b"x" * 2**21,), (b"after",)]


def expected(*data: bytes | memoryview) -> str:
    return sha256(b"".join(data)).hexdigest()


@pytest.mark.parametrize("left", [0, 1, 50, 2**20, 2**30])
def test_a_digest_does_not_depend_on_how_much_was_hashed_before(left: int) -> None:
    hashed: Callable[..., str] = hashing.Hashing(left)
    assert [hashed(*data) for data in SOME] == [expected(*data) for data in SOME]


def test_openssl_hashes_if_python_has_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_sha2", "_sha256"):
        monkeypatch.setitem(sys.modules, name, None)
    assert hashing.Hashing(2**20)(b"a") == expected(b"a")
