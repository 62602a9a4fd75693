import json
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.graph.kinds import Kind
from import_contracts.reading.cache import DAMAGED
from import_contracts.reading.scan import Reading
from import_contracts.reading.storage import loaded, stored

NAMES = st.sampled_from(["p", "p.a", "p.b", "os", "é"])
LINES = st.sets(st.integers(1, 70_000), min_size=1, max_size=3).map(lambda lines: tuple(sorted(lines)))
READINGS = st.dictionaries(
    NAMES,
    st.builds(
        Reading,
        st.dictionaries(NAMES, LINES, max_size=4).map(lambda imports: dict(sorted(imports.items()))),
        st.dictionaries(st.tuples(NAMES, st.integers(1, 9)), st.sampled_from(list(Kind)), max_size=2),
        st.one_of(st.none(), st.tuples(st.one_of(st.none(), st.integers(1, 9)), st.just("why"))),
    ),
)


@given(READINGS)
def test_readings_are_loaded_as_they_were_stored(readings: dict[str, Reading]) -> None:
    found = loaded(json.loads(json.dumps(stored(readings))))
    assert found == readings
    assert list(found) == list(readings)
    assert [list(one.imports) for one in found.values()] == [list(one.imports) for one in readings.values()]


def test_equal_names_and_lines_are_loaded_as_one_object() -> None:
    found = loaded(json.loads(json.dumps(stored({name: Reading({"p": (500,)}, {}) for name in ("p", "q", "r")}))))
    places = [one.imports["p"] for one in found.values()]
    names = list(chain(*(one.imports for one in found.values())))
    assert len({*map(id, places)}) == len({*map(id, names)}) == 1


@pytest.mark.parametrize(
    "damage",
    [
        {"modules": None},
        {"modules": ["p"]},
        {"names": []},
        {"sizes": ""},
        {"sizes": "?"},
        {"lines": ""},
        {"imported": 1},
        {"kinds": {"p": [["os", 1, "odd"]]}},
        {"kinds": {"p": [["os", 1]]}},
        {"troubles": {"p": [1]}},
    ],
    ids=str,
)
def test_damaged_values_are_told_apart(damage: dict[str, object]) -> None:
    with pytest.raises(DAMAGED):
        loaded({**stored({"p": Reading({"os": (1,)}, {}), "q": Reading({"p": (2, 3)}, {})}), **damage})
