import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from import_contracts.reading.scanning import limits

LINES = st.lists(st.sampled_from([b"", b"import a", b"x" * 20, b"from a import b" + b" " * 30, b"import"]))


@given(LINES, st.integers(1, 5_000))
@example([b"import a"], 81)
@example([b"import a"], 80)
def test_our_own_reader_reads_what_is_too_wide_for_grimp(lines: list[bytes], widest: int) -> None:
    width = sum((len(line) + 1) ** 2 for line in lines if b"import" in line)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "_WIDEST", widest)
        assert limits.is_for_us(b"\n".join(lines)) == (width > widest)
