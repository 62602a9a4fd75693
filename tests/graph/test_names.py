import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.graph.names import (
    ImportPattern,
    InvalidPatternError,
    ModulePattern,
    absolute,
    ancestors,
    overlap,
    parent,
    within,
)

MODULES = ["p", "p.a", "p.a.b", "p.a.b.c", "p.a.b.b", "p.b", "q", "q.b"]


@pytest.mark.parametrize(
    ("pattern", "matching"),
    [
        ("p.a", ["p.a"]),
        ("p.x", []),
        ("*", ["p", "q"]),
        ("*.*", ["p.a", "p.b", "q.b"]),
        ("p.*", ["p.a", "p.b"]),
        ("*.b", ["p.b", "q.b"]),
        ("p.**", ["p.a", "p.a.b", "p.a.b.c", "p.a.b.b", "p.b"]),
        ("**", MODULES),
        ("p.**.b", ["p.a.b", "p.a.b.b"]),
        ("**.a.**", ["p.a.b", "p.a.b.c", "p.a.b.b"]),
        ("p.a*", ["p.a"]),
        ("*.*b", ["p.b", "q.b"]),
    ],
)
def test_a_pattern_matches_whole_names(pattern: str, matching: list[str]) -> None:
    assert ModulePattern(pattern).matching(MODULES) == matching


NO_NAME = "is not a module name; write one like 'shop.models'."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"'' {NO_NAME}"),
        ("a..b", f"'a..b' {NO_NAME}"),
        (".a", f"'.a' {NO_NAME}"),
        ("a.", f"'a.' {NO_NAME}"),
        ("a. b", f"'a. b' {NO_NAME}"),
        *((f"a.{mark}", f"'a.{mark}' {NO_NAME}") for mark in ",;:|()<>='\"/\\\t"),
        ("a**", "'a**': '**' must be a whole part of a name; write 'a*' instead of 'a**'."),
        ("a.**b*", "'a.**b*': '**' must be a whole part of a name; write '*b*' instead of '**b*'."),
        ("***", "'***': '**' must be a whole part of a name; write '*' or '**' instead of '***'."),
        ("**.*", "'**.*': '*' must not follow '**'; write only one of them."),
        ("*.**", "'*.**': '**' must not follow '*'; write only one of them."),
        ("**.**", "'**.**': '**' must not follow '**'; write only one of them."),
        ("a.**.*", "'a.**.*': '*' must not follow '**'; write only one of them."),
        ("*.*.**.b", "'*.*.**.b': '**' must not follow '*'; write only one of them."),
    ],
)
def test_a_pattern_that_means_nothing_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidPatternError, match=f"^{re.escape(message)}$"):
        ModulePattern(text)


@pytest.mark.parametrize(
    ("pattern", "matching"),
    [
        ("p._*", ["p._", "p._a", "p._utils"]),
        ("p.*_utils", ["p._utils", "p.a_utils", "p.b_c_utils"]),
        ("p.*_*_*", ["p.b_c_utils"]),
        ("p.a*s", ["p.a_utils"]),
        ("mypy_boto3_*", ["mypy_boto3_ec2"]),
        ("*_boto3_*.**", ["mypy_boto3_ec2.client"]),
        ("**._*", ["p._", "p._a", "p._utils"]),
        ("p*", []),
    ],
)
def test_a_wildcard_within_a_part_matches_any_characters_but_dots(pattern: str, matching: list[str]) -> None:
    modules = ["p._", "p._a", "p._utils", "p.a_utils", "p.b_c_utils", "mypy_boto3_ec2", "mypy_boto3_ec2.client", "q.p"]
    assert ModulePattern(pattern).matching(modules) == matching


@pytest.mark.parametrize("text", ["a", "**", "a.*.b.**", "a-b.0001", "ä.€", "a._*.*b*"])
def test_a_pattern_is_shown_as_it_was_written(text: str) -> None:
    assert str(ModulePattern(text)) == text
    assert ModulePattern(text).is_exact is ("*" not in text)


NO_IMPORT = "is not an import; write 'importer -> imported'."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a", f"'a' {NO_IMPORT}"),
        ("a => b", f"'a => b' {NO_IMPORT}"),
        ("a -> b -> c", f"'a -> b -> c' {NO_IMPORT}"),
        ("-> b", f"'' {NO_NAME}"),
        ("a ->", f"'' {NO_NAME}"),
        ("a** -> b", "'a**': '**' must be a whole part of a name; write 'a*' instead of 'a**'."),
    ],
)
def test_an_import_pattern_has_two_ends(text: str, message: str) -> None:
    with pytest.raises(InvalidPatternError, match=f"^{re.escape(message)}$"):
        ImportPattern.parse(text)


def test_an_import_pattern_may_have_any_white_space_around_its_arrow() -> None:
    assert ImportPattern.parse("a.*->b") == ImportPattern.parse(" a.*   -> b ")


def test_an_import_pattern_is_shown_with_one_space_on_each_side_of_its_arrow() -> None:
    assert str(ImportPattern.parse("a.*->b")) == "a.* -> b"


@pytest.mark.parametrize(
    ("module", "package", "is_within"),
    [
        ("shop", "shop", True),
        ("shop.cart", "shop", True),
        ("shop.cart.items", "shop", True),
        ("shop", "shop.cart", False),
        ("shopping.cart", "shop", False),
        ("mall.shop", "shop", False),
    ],
)
def test_a_package_contains_itself_and_what_is_inside_but_no_longer_name(
    module: str, package: str, *, is_within: bool
) -> None:
    assert within(module, package) is is_within


def test_of_two_packages_that_overlap_one_contains_the_other() -> None:
    pairs = [("shop", "shop"), ("shop.cart", "shop"), ("shop", "shop.cart"), ("shopping", "shop"), ("shop", "shopping")]
    assert [overlap(*pair) for pair in pairs] == [True, True, True, False, False]


@pytest.mark.parametrize(("module", "package"), [("a.b.c", "a.b"), ("a.b", "a"), ("a", ""), ("", "")])
def test_the_parent_is_the_name_without_its_last_part(module: str, package: str) -> None:
    assert parent(module) == package


def test_ancestors_come_from_the_inside_out() -> None:
    assert list(ancestors("a.b.c")) == ["a.b", "a"]
    assert list(ancestors("a")) == []


@pytest.mark.parametrize(
    ("level", "module", "importer", "is_package", "expected"),
    [
        (0, "x.y", "p.a", False, "x.y"),
        (0, "x", "p", True, "x"),
        (1, "x", "p.a.b", False, "p.a.x"),
        (1, "", "p.a.b", False, "p.a"),
        (1, "x.y", "p.a", True, "p.a.x.y"),
        (1, "", "p", True, "p"),
        (1, "x", "p", True, "p.x"),
        (1, "x", "p", False, None),
        (2, "x", "p.a.b", False, "p.x"),
        (2, "", "p.a.b", False, "p"),
        (2, "x", "p.a.b", True, "p.a.x"),
        (2, "x", "p.a", False, None),
        (2, "", "p", True, None),
        (3, "x", "p.a.b", False, None),
        (4, "x", "p.a.b", False, None),
    ],
)
def test_dots_count_from_the_package_of_the_importer(
    level: int, module: str, importer: str, *, is_package: bool, expected: str | None
) -> None:
    assert absolute(level, module, importer, is_package=is_package) == expected


def _matches(parts: list[str], name: list[str]) -> bool:
    """The meaning of wildcards, by recursion."""
    if not parts or not name:
        return parts == name
    if parts[0] == "**":
        return any(_matches(parts[1:], name[taken:]) for taken in range(1, len(name) + 1))
    return (parts[0] == "*" or _is_like(parts[0], name[0])) and _matches(parts[1:], name[1:])


def _is_like(part: str, word: str) -> bool:
    if part[:1] == "*":
        return any(_is_like(part[1:], word[taken:]) for taken in range(len(word) + 1))
    return part == word if not part or not word else part[0] == word[0] and _is_like(part[1:], word[1:])


PART = st.sampled_from(["a", "b", "*", "**"]) | st.text("ab*", min_size=1, max_size=5)
NAME = st.lists(st.sampled_from("ab") | st.text("ab", min_size=1, max_size=5), min_size=1, max_size=8)


@given(st.lists(PART, min_size=1, max_size=7), NAME)
def test_a_pattern_matches_what_the_recursive_definition_says(parts: list[str], name: list[str]) -> None:
    try:
        pattern = ModulePattern(".".join(parts))
    except InvalidPatternError:
        return
    assert pattern.matches(".".join(name)) == _matches(parts, name)


def test_a_pattern_of_many_wildcards_takes_no_exponential_time() -> None:
    pattern = ModulePattern(".".join(["**", "a"] * 20) + ".b")
    assert not pattern.matches(".".join("a" * 100))


@pytest.mark.parametrize("text", ["*a" * 20 + "*b", "**." + "*a" * 20 + "*b.c", ".".join(["**", "*a*a*"] * 10) + ".b"])
def test_many_wildcards_within_a_part_take_no_exponential_time(text: str) -> None:
    assert not ModulePattern(text).matches(".".join(["a" * 100] * 30))
