"""Records: all that the project uses of dataclasses, the same in both."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import sys
import typing
from functools import cached_property
from typing import Any

import pytest

from import_contracts import records

WAYS = pytest.mark.parametrize("way", [records, dataclasses])


def values(way: Any, **options: bool) -> Any:
    @way.dataclass(**options)
    class Values:
        """Two values and a list."""

        one: int
        two: str = "b"
        several: list[int] = way.field(default_factory=list)

        @cached_property
        def twice(self) -> int:
            return self.one * 2

    return Values


@WAYS
def test_a_field_may_be_left_out_of_comparisons(way: Any) -> None:
    @way.dataclass(frozen=True)
    class Noted:
        one: int
        notes: list[int] = way.field(default_factory=list, compare=False)

    make: Any = Noted
    assert make(1, [1]) == make(1, [2])
    assert hash(make(1, [1])) == hash(make(1, [2]))
    assert make(1) != make(2)
    assert dataclasses.replace(make(1, [1]), one=2).notes == [1]


@records.dataclass(frozen=True, slots=True)
class Sent:
    """A record that pickle finds by its name."""

    one: int
    two: tuple[str, ...] = ()


class Checked:
    """Not a record yet."""

    one: int

    def __post_init__(self) -> None:
        if self.one < 0:
            raise ValueError(self.one)

    def __repr__(self) -> str:
        return f"<{self.one}>"


@WAYS
def test_arguments_are_given_by_place_or_by_name(way: Any) -> None:
    make = values(way)
    assert make(1) == make(one=1, two="b") == make(1, "b", [])
    assert make(1) != make(2)
    assert make(1).several is not make(1).several
    assert repr(make(1, "x")).endswith("Values(one=1, two='x', several=[])")
    wrong: list[tuple[Any, Any]] = [
        ((), {}),
        ((1, "b", [], 3), {}),
        ((1,), {"one": 1}),
        ((1,), {"three": 3}),
        ((), {"x": 1}),
    ]
    for arguments, named in wrong:
        with pytest.raises(TypeError):
            make(*arguments, **named)


@WAYS
def test_options_say_whether_an_object_can_be_changed_hashed_and_ordered(way: Any) -> None:
    plain, frozen = values(way)(1), values(way, frozen=True)(1, "b", ())
    plain.one = 3
    assert (plain.one, plain.twice, frozen.twice) == (3, 6, 2)
    with pytest.raises(TypeError):
        hash(plain)
    with pytest.raises(dataclasses.FrozenInstanceError):
        frozen.one = 3
    with pytest.raises(dataclasses.FrozenInstanceError):
        del frozen.one
    assert hash(frozen) == hash(values(way, frozen=True)(1, "b", ()))
    ordered = values(way, frozen=True, order=True)
    assert sorted([ordered(2), ordered(1, "c"), ordered(1, "b")]) == [ordered(1, "b"), ordered(1, "c"), ordered(2)]
    assert ordered(1) <= ordered(1)
    with pytest.raises(TypeError):
        assert ordered(1) < frozen
    by_identity = values(way, eq=False)
    assert by_identity(1) != by_identity(1)


@WAYS
def test_an_object_with_slots_has_no_room_for_other_attributes(way: Any) -> None:
    class Checking(Checked):
        __annotations__ = Checked.__annotations__

    made = way.dataclass(slots=True)(Checking)
    assert made.__slots__ == ("one",)
    assert repr(way.dataclass(Checked)(5)) == "<5>"
    with pytest.raises(ValueError, match="-1"):
        made(-1)


@WAYS
def test_the_functions_of_dataclasses_take_both(way: Any) -> None:
    make = values(way, frozen=True)
    assert dataclasses.is_dataclass(make(1))
    assert [field.name for field in dataclasses.fields(make)] == ["one", "two", "several"]
    assert dataclasses.asdict(make(1)) == {"one": 1, "two": "b", "several": []}
    assert dataclasses.replace(make(1), one=2) == records.replace(make(1), one=2) == make(2)


def test_pickle_copies_an_object_that_cannot_be_changed() -> None:
    assert pickle.loads(pickle.dumps(Sent(1, ("a",)))) == Sent(1, ("a",))  # noqa: S301 - made here


def test_copy_replaces_fields_in_the_pythons_where_it_can() -> None:
    assert vars(Sent)["__replace__"](Sent(1, ("a",)), one=2) == Sent(2, ("a",))


# --- named tuples -------------------------------------------------------------------------------------------------


class Usual(typing.NamedTuple):
    """Two values."""

    one: int
    two: str = "b"

    @property
    def both(self) -> str:
        return f"{self.one}{self.two}"


class Ours(records.NamedTuple):
    """Two values."""

    one: int
    two: str = "b"

    @property
    def both(self) -> str:
        return f"{self.one}{self.two}"


class Derived(Ours):
    """No other fields."""


@pytest.mark.parametrize("kind", [Usual, Ours, Derived])
def test_a_named_tuple_is_made_read_and_replaced_as_that_of_typing(kind: Any) -> None:
    made = kind(1)
    assert made == kind(one=1) == kind(1, "b") == kind(two="b", one=1) == (1, "b")
    assert (made.one, made.two, made.both, made._fields) == (1, "b", "1b", ("one", "two"))
    assert repr(made) == f"{kind.__name__}(one=1, two='b')"
    assert made._replace(two="c") == (1, "c")
    assert (made._asdict(), kind._make([2, "x"])) == ({"one": 1, "two": "b"}, kind(2, "x"))
    assert hash(made) == hash((1, "b"))
    assert type(pickle.loads(pickle.dumps(made))) is kind  # noqa: S301 - our own
    assert copy.copy(made) == made
    match made:
        case kind(1, two):
            assert two == "b"
    with pytest.raises(AttributeError):
        made.one = 2
    for wrong in ((), (1, "b", 3)):
        with pytest.raises(TypeError):
            kind(*wrong)
    with pytest.raises(TypeError):
        kind(1, three=3)
    with pytest.raises((TypeError, ValueError)):
        made._replace(three=3)


def test_a_named_tuple_takes_no_more_room_than_that_of_typing() -> None:
    assert sys.getsizeof(Ours(1)) == sys.getsizeof(Usual(1))
    assert not hasattr(Ours(1), "__dict__")
    assert typing.get_type_hints(Ours) == typing.get_type_hints(Usual)
