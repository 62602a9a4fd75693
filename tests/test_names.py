import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.graph.names import ImportPattern, InvalidPatternError, ModulePattern, ancestors, overlap, within

MODULES = ["p", "p.a", "p.a.b", "p.a.b.c", "p.a.b.b", "p.b", "q", "q.b"]


@pytest.mark.parametrize(
    ("pattern", "matching"),
    [
        ("p.a", ["p.a"]),
        ("p.x", []),
        ("*", ["p", "q"]),
        ("p.*", ["p.a", "p.b"]),
        ("*.b", ["p.b", "q.b"]),
        ("p.**", ["p.a", "p.a.b", "p.a.b.c", "p.a.b.b", "p.b"]),
        ("**", MODULES),
        ("p.**.b", ["p.a.b", "p.a.b.b"]),
        ("**.a.**", ["p.a.b", "p.a.b.c", "p.a.b.b"]),
    ],
)
def test_a_pattern_matches_whole_names(pattern: str, matching: list[str]) -> None:
    assert ModulePattern(pattern).matching(MODULES) == matching


@pytest.mark.parametrize(
    "text", ["", "a..b", ".a", "a.", "a*", "a.*b", "***", "**.*", "*.**", "**.**", "a.**.*", "a. b"]
)
def test_a_pattern_that_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(InvalidPatternError):
        ModulePattern(text)


@pytest.mark.parametrize("text", ["a", "a => b", "-> b", "a ->", "a -> b -> c", "a* -> b"])
def test_an_import_pattern_has_two_ends(text: str) -> None:
    with pytest.raises(InvalidPatternError):
        ImportPattern.parse(text)


def test_an_import_pattern_may_have_any_white_space_around_its_arrow() -> None:
    assert ImportPattern.parse("a.*->b") == ImportPattern.parse(" a.*   -> b ")


def test_a_package_of_which_a_name_is_only_the_beginning_does_not_contain_it() -> None:
    assert not within("shopping.cart", "shop")
    assert not overlap("shopping", "shop")


def test_ancestors_come_from_the_inside_out() -> None:
    assert list(ancestors("a.b.c")) == ["a.b", "a"]


def _matches(parts: list[str], name: list[str]) -> bool:
    """The meaning of wildcards, by recursion."""
    if not parts or not name:
        return parts == name
    if parts[0] == "**":
        return any(_matches(parts[1:], name[taken:]) for taken in range(1, len(name) + 1))
    return parts[0] in {"*", name[0]} and _matches(parts[1:], name[1:])


PART = st.sampled_from(["a", "b", "*", "**"])
NAME = st.lists(st.sampled_from("ab"), min_size=1, max_size=5)


@given(st.lists(PART, min_size=1, max_size=5), NAME)
def test_a_pattern_matches_what_the_recursive_definition_says(parts: list[str], name: list[str]) -> None:
    try:
        pattern = ModulePattern(".".join(parts))
    except InvalidPatternError:
        return
    assert pattern.matches(".".join(name)) == _matches(parts, name)
