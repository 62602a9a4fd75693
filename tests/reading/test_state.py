import json
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.graph.kinds import Kind
from import_contracts.reading.files.program import Program, SourceFile
from import_contracts.reading.scanning.scan import NO_KINDS, NO_LINES, Reading
from import_contracts.reading.source.remarks import Remark
from import_contracts.reading.store.state import Readings
from import_contracts.reading.store.values import DAMAGED

MODULES = ("p", "p.a", "p.b")
NAMES = st.sampled_from([*MODULES, "p.n", "os", "é"])
LINES = st.sets(st.integers(1, 70_000), min_size=1, max_size=3).map(lambda lines: tuple(sorted(lines)))
REMARK = st.builds(
    lambda lines, said: Remark(lines[1], lines[0], lines[2], said),
    st.lists(st.integers(1, 70_000), min_size=3, max_size=3).map(sorted),
    st.text(max_size=9),
)
READING = st.builds(
    Reading,
    st.dictionaries(NAMES, LINES, max_size=4).map(lambda imports: dict(sorted(imports.items()))),
    st.dictionaries(st.tuples(NAMES, st.integers(1, 9)), st.sampled_from(list(Kind)), max_size=2),
    st.one_of(st.none(), st.tuples(st.one_of(st.none(), st.integers(1, 9)), st.just("why"))),
    st.just(NO_KINDS),
    st.just(NO_LINES),
    st.lists(REMARK, max_size=2).map(tuple),
)


def reread(readings: dict[str, Reading], **damage: object) -> Readings:
    """Return the readings of a program of these modules, as they come back from the cache."""
    files = tuple(SourceFile(module, f"/{module}", is_package=False) for module in readings)
    found = Program(("p",), files, frozenset({"p.n"}), (("p", "/p"),))
    value = json.loads(json.dumps({**Readings.of(readings).value, **damage}))
    return Readings.stored(value, found, [70_000] * len(files), include_external=True)


@given(st.fixed_dictionaries(dict.fromkeys(MODULES, READING)))
def test_readings_are_read_back_as_they_were(readings: dict[str, Reading]) -> None:
    found = reread(readings)
    assert found == readings
    assert list(found) == list(readings)
    assert [list(one.imports) for one in found.values()] == [list(one.imports) for one in readings.values()]


@given(st.fixed_dictionaries(dict.fromkeys(MODULES, READING)), st.dictionaries(st.sampled_from(MODULES), READING))
def test_a_few_readings_are_replaced_as_if_all_were_written(
    readings: dict[str, Reading], changed: dict[str, Reading]
) -> None:
    readings = dict(sorted(readings.items()))  # as a program has them
    whole = {module: changed.get(module, reading) for module, reading in readings.items()}
    for before in (Readings.of(readings), reread(readings)):
        found = before.with_changes(changed)
        assert found == whole
        assert json.dumps(found.value) == json.dumps(Readings.of(whole).value)


def test_a_program_without_files_has_no_readings() -> None:
    assert reread({}) == {}


def test_equal_names_and_lines_are_read_back_as_one_object() -> None:
    found = reread({module: Reading({"os": (500,)}, {}) for module in MODULES})
    places = [one.imports["os"] for one in found.values()]
    names = list(chain(*(one.imports for one in found.values())))
    assert len({*map(id, places)}) == len({*map(id, names)}) == 1


@pytest.mark.parametrize(
    "damage",
    [
        {"modules": None},
        {"modules": "p"},
        {"names": []},
        {"names": ["p.gone"]},
        {"names": [1]},
        {"names": ["os", "os"]},
        {"names": ["os", "p"]},
        {"sizes": ""},
        {"sizes": "?"},
        {"sizes": "AQAAAAEAAAABAAAA"},
        {"sizes": "AwAAAAEAAAA="},
        {"lines": ""},
        {"lines": "AAAAAAIAAAADAAAA"},
        {"lines": "AQAAAAIAAAD/////"},
        {"imported": 1},
        {"imported": "CQAAAAAAAAAAAAAA"},
        {"kinds": {"p": [["os", 1, "odd"]]}},
        {"kinds": {"p": [["os", 1]]}},
        {"troubles": {"p": [1]}},
        {"troubles": {"p.gone": [1, "why"]}},
    ],
    ids=str,
)
def test_values_that_do_not_fit_are_refused(damage: dict[str, object]) -> None:
    readings = {"p": Reading({"os": (1,)}, {}), "p.a": Reading({"p": (2, 3)}, {})}
    assert reread(readings) == readings
    with pytest.raises(DAMAGED):
        reread(readings, **damage)
