"""Whatever a log contains, it is read without an error, and what is shown of it is visible."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.arranging import lint, write
from tests.support.hostile import TEXTS, lines, obeyed
from tests.tracebacks.shapes import PROGRAM, SHAPES

LINES = sorted({line for text in SHAPES.values() for line in text.split("\n")})
PIECES = st.sampled_from(LINES) | TEXTS | st.just("\n") | st.just("  ")


@st.composite
def logs(draw: st.DrawFn) -> str:
    """Return lines of tracebacks in any order, with a few others, or one of the shapes with lines left out."""
    if draw(st.booleans()):
        return "\n".join(draw(st.lists(PIECES, max_size=12)))
    shape = SHAPES[draw(st.sampled_from(sorted(SHAPES)))].split("\n")
    left_out = draw(st.sets(st.integers(0, len(shape)), max_size=4))
    return "\n".join(line for number, line in enumerate(shape) if number not in left_out)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(logs(), st.dictionaries(st.sampled_from(sorted(PROGRAM)), st.sampled_from(LINES), max_size=2))
def test_every_text_is_explained_or_refused(log: str, changed: dict[str, str]) -> None:
    with TemporaryDirectory() as place:
        folder = write(Path(place), {**PROGRAM, **changed})
        (folder / "log.txt").write_bytes(log.encode("utf-8", "surrogatepass"))
        run = lint(folder, "explain", "--traceback", "log.txt")
        assert run.status in {0, 2}, run.err
        lines(run.out)
        lines(run.err)
        assert not obeyed(run.out + run.err)
