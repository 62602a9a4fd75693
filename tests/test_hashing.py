import hashlib
import importlib
import sys

import pytest

from import_contracts import hashing

SOME = [(b"",), (b"a",), (b"a", b"", b"bc"), (b"x" * 100, memoryview(b"xyz")[1:]), (b"x" * 2**21,)]


@pytest.mark.parametrize("without", [(), ("_blake2",)], ids=["as it is", "without _blake2"])
def test_a_digest_is_that_of_all_parts(monkeypatch: pytest.MonkeyPatch, without: tuple[str, ...]) -> None:
    for name in without:
        monkeypatch.setitem(sys.modules, name, None)
    hashed = importlib.reload(hashing).hashed
    assert [hashed(*data) for data in SOME] == [
        hashlib.blake2b(b"".join(data), digest_size=32).hexdigest() for data in SOME
    ]
