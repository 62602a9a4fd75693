import json
import re
import subprocess
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.baseline import MODULE, Baseline, Entry, Line, once, parse
from import_contracts.judging.renamings import Named, find_renamings, moved
from import_contracts.problems import UserError
from tests.support.arranging import lint, write

CONFIGURATION = """
[tool.import-contracts]
root_packages = ["shop"]
baseline = "known.txt"
[[tool.import-contracts.contracts]]
id = "layers"
name = "Layers"
type = "layers"
containers = ["shop"]
layers = ["web", "models"]
exhaustive = true
[[tool.import-contracts.contracts]]
id = "no cycles"
name = "No cycles"
type = "acyclic"
"""
KNOWN = """\
layers shop.models -> shop.util => shop.web  # SHOP-412
layers shop.util
no cycles shop.models -> shop.util
no cycles shop.util -> shop.web

# the last one
no cycles shop.web -> shop.models
"""


@pytest.fixture
def shop(shop: Path) -> Path:
    return write(shop, {"pyproject.toml": CONFIGURATION, "known.txt": KNOWN})


def baseline(shop: Path, *args: str) -> Any:
    return json.loads(lint(shop, "--format", "json", *args).out)["baseline"]


def test_what_is_known_breaks_nothing(shop: Path) -> None:
    run = lint(shop)
    assert run.status == 0
    assert "kept     Layers [layers] (2 known violations)" in run.out
    assert baseline(shop) == {"new": 0, "known": 5, "renamed": 0, "stale": [], "renaming": None, "renamings": []}


def test_what_is_new_is_reported_and_nothing_else(shop: Path) -> None:
    write(shop, {"shop/models.py": "import shop.util\nimport shop.web\n"})
    run = lint(shop)
    assert run.status == 1
    assert "shop/models.py:2:1: import shop.web" in run.out
    assert "shop/models.py:1:1" not in run.out
    assert "broken   Layers [layers] (1 new violation, 2 known violations)" in run.out


def test_a_violation_that_moves_or_takes_another_way_is_still_known(shop: Path) -> None:
    write(shop, {"shop/models.py": "\n\n\nimport shop.util as u\n", "shop/util.py": "import shop.web.page\n"})
    (shop / "shop/web.py").unlink()
    write(shop, {"shop/web/__init__.py": "import shop.models\n", "shop/web/page.py": "import shop.web\n"})
    assert "layers" not in json.dumps(baseline(shop))


def test_an_entry_that_no_violation_matches_is_status_3(shop: Path) -> None:
    write(shop, {"known.txt": KNOWN + "layers shop.models -> shop.gone => shop.web\ngone shop.a -> shop.b\n"})
    run = lint(shop)
    assert run.status == 3
    assert "  gone shop.a -> shop.b\n  layers shop.models -> shop.gone => shop.web\n" in run.out
    assert "2 stale baseline entries." in run.out
    assert "  lint-imports baseline shrink\n" in run.out


def test_something_new_is_status_1_also_where_something_is_stale(shop: Path) -> None:
    write(shop, {"known.txt": KNOWN.replace("shop.util => shop.web", "shop.gone => shop.web")})
    assert lint(shop).status == 1


def test_a_narrowed_run_makes_no_other_contracts_entries_stale(shop: Path) -> None:
    write(shop, {"known.txt": KNOWN + "gone shop.a -> shop.b\n"})
    assert lint(shop, "--contract", "layers").status == 0


def test_nothing_is_stale_while_a_file_cannot_be_read(shop: Path) -> None:
    write(shop, {"shop/models.py": "import shop.util\nx = (\n"})
    assert lint(shop).status == 2
    assert baseline(shop) == {"new": 0, "known": 1, "renamed": 0, "stale": [], "renaming": None, "renamings": []}


def test_nothing_of_a_contract_that_cannot_be_checked_is_stale(shop: Path) -> None:
    write(shop, {"pyproject.toml": CONFIGURATION + "wrong = 1\n", "known.txt": KNOWN + "layers shop.a -> shop.b\n"})
    assert lint(shop).status == 2
    assert baseline(shop)["stale"] == ["layers shop.a -> shop.b"]
    assert lint(shop, "baseline", "shrink").status == 2
    assert (shop / "known.txt").read_text().endswith("layers shop.a -> shop.b\n")


def test_a_warning_keeps_nobody_from_changing_the_baseline(shop: Path) -> None:
    text = CONFIGURATION.replace('baseline = "known.txt"\n', "wrong = 1\n")
    run = lint(write(shop, {"pyproject.toml": text}), "baseline", "create")
    assert (run.status, run.err) == (0, "")
    write(shop, {"shop/web.py": ""})
    assert lint(shop, "baseline", "shrink").status == 0
    run = lint(shop, "baseline", "status", "--format", "json")
    assert (run.status, json.loads(run.out)["errors"]) == (0, [])


def test_a_renaming_is_seen_beside_the_entries_of_a_contract_that_is_gone(shop: Path) -> None:
    (shop / "shop/util.py").rename(shop / "shop/tools.py")
    write(shop, {"shop/models.py": "import shop.tools\n", "known.txt": KNOWN + "gone shop.a -> shop.b\n"})
    found = baseline(shop)
    assert found["renaming"] == {"old": "shop.util", "new": "shop.tools"}
    assert "gone shop.a -> shop.b" in found["stale"]


def test_without_the_baseline_all_is_new(shop: Path) -> None:
    assert lint(shop, "--no-baseline").status == 1
    assert baseline(shop, "--no-baseline") is None


def test_checking_never_writes_it(shop: Path) -> None:
    lint(shop)
    assert (shop / "known.txt").read_text() == KNOWN


def test_a_baseline_that_is_named_has_to_exist(shop: Path) -> None:
    (shop / "known.txt").unlink()
    run = lint(shop)
    assert run.status == 2
    assert run.err == (
        "error: known.txt: baseline: This file does not exist. Create it with 'lint-imports baseline create'.\n"
    )


@pytest.mark.parametrize(("content", "why"), [(b"# \xff\n", "UTF-8"), (None, "Is a directory")])
def test_a_baseline_that_cannot_be_read_is_named(shop: Path, content: bytes | None, why: str) -> None:
    (shop / "known.txt").unlink()
    (shop / "known.txt").mkdir() if content is None else (shop / "known.txt").write_bytes(content)
    run = lint(shop)
    assert (run.status, run.out) == (2, "")
    assert run.err.startswith("error: known.txt: baseline: ")
    assert why in run.err


def test_an_empty_baseline_knows_nothing(shop: Path) -> None:
    write(shop, {"known.txt": ""})
    assert baseline(shop) == {"new": 5, "known": 0, "renamed": 0, "stale": [], "renaming": None, "renamings": []}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("layers", "x:1: Found 'layers'; write 'contract importer -> imported'"),
        ("layers a -> b\nlayers  a ->  b  # again", "x:2: This entry is already on line 1; remove one of them."),
        ("# c\nlayers a -> b\r\n", "x:2: This line has a Windows line ending; use LF"),
        ("\ufefflayers a -> b\n", "x:1: This line starts with a byte order mark"),
        ("layers a => b\n", "x:1: Found 'layers a => b'"),
        ("layers -> b  # why\n", "x:1: Found 'layers -> b'; write 'contract importer -> imported' or "),
        ("layers a -> b => c d\n", "x:1: Found 'layers a -> b => c d'"),
        *(
            (f"layers a -> b\n{mark} ours\n", "x:2: This line is part of a merge conflict; resolve it.")
            for mark in ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
        ),
    ],
)
def test_what_is_no_entry_is_said_with_its_line(text: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        parse(text, "x")
    assert message in str(error.value)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(UserError) as error:
        parse("layers\n# a comment\n\nlayers a -> b\n=======\nlayers a -> b\n", "x")
    assert [each.file for each in error.value.problems] == ["x:1", "x:5", "x:6"]


@pytest.mark.parametrize(
    ("contract", "can_be_written"),
    [
        ("layers", True),
        ("no cycles", True),
        ("a#b", True),
        ("a->b", True),
        ("no #cycles", False),
        ("# a", False),
        ("a -> b", False),
        ("a => b", False),
        ("=>", False),
        (" a", False),
        ("", False),
    ],
)
def test_an_id_that_a_line_cannot_hold_is_known(contract: str, can_be_written: bool) -> None:
    assert Entry(contract, "p.a", "p.b", "p.c").can_be_written is can_be_written


def test_a_fingerprint_tells_entries_apart_and_never_changes() -> None:
    entries = [Entry("a", "b", "c", "d"), Entry("a", "b", "c"), Entry("a", "b", "", "c"), Entry("a b", "", "c")]
    assert len({entry.fingerprint for entry in entries}) == 4
    assert entries[0].fingerprint == "cf92326f85f50aa865be765403a20d1b"


WORD = st.from_regex(r"[a-z][a-z0-9_.-]{0,8}", fullmatch=True)


@given(st.builds(Entry, st.lists(WORD, min_size=1, max_size=3).map(" ".join), WORD, WORD, st.one_of(st.just(""), WORD)))
def test_an_entry_is_read_as_it_was_written(entry: Entry) -> None:
    assert parse(f"{entry}  # a comment\n", "x").entries == {entry}
    alone = Entry(entry.contract, entry.importer)
    assert parse(f"{alone}\n", "x").entries == {alone}


NAMES = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(".".join)
ENTRY = st.builds(Entry, st.sampled_from(["layers", "no cycles"]), WORD, WORD, st.one_of(st.just(""), WORD))
NAMED = st.builds(Entry, st.sampled_from("xy"), NAMES, NAMES, st.one_of(st.just(""), NAMES))
ENTRIES = st.lists(ENTRY, max_size=12)


@given(ENTRIES, st.lists(st.sampled_from(["# top", "", "  # indented"]), max_size=4))
def test_entries_are_put_in_order_and_nothing_else_moves(entries: list[Entry], other: list[str]) -> None:
    half = len(entries) // 2
    text = "".join(f"{line}\n" for line in other) + Baseline().including(entries[:half]).text
    after = parse(text, "x").including(entries[half:], "why")
    assert after.entries == set(entries)
    assert [line.text for line in after.without(set(entries[half:]) - set(entries[:half])).lines] == text.splitlines()
    keys = [line.key for line in after.lines if line.entry]
    assert keys == sorted(keys)
    assert parse(after.text, "x") == after


@given(ENTRIES, ENTRIES)
def test_only_what_is_named_is_taken_out(entries: list[Entry], gone: list[Entry]) -> None:
    before = Baseline().including(entries, "kept")
    after = before.without(set(gone))
    assert after.entries == set(entries) - set(gone)
    assert [line for line in before.lines if line.entry not in gone] == list(after.lines)


def merged(*texts: str) -> str:
    """Return what git's union merge makes of the text on a branch, before both, and on the other branch."""
    names = ("one", "before", "other")
    with TemporaryDirectory() as folder:
        write(Path(folder), dict(zip(names, texts, strict=True)))
        command = ["git", "merge-file", "--union", "--stdout", *names]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


KEPT = st.sets(st.integers(0, 11))


@given(KEPT, KEPT, st.sets(st.integers(12, 24), max_size=3))
def test_of_lines_that_a_merge_repeats_one_stays(one: set[int], other: set[int], more: set[int]) -> None:
    """Both branches remove entries, and one adds some."""
    before, *branches = (
        Baseline().including(Entry("x", f"m{number * 7 % 25:02}", "y") for number in numbers)
        for numbers in (range(12), one, other | more)
    )
    text, repeats = once(merged(branches[0].text, before.text, branches[1].text))
    entries = parse(text, "x").entries
    assert branches[0].entries & branches[1].entries <= entries <= branches[0].entries | branches[1].entries
    assert entries.issuperset(repeats)
    assert once(text) == (text, [])


def test_of_repeated_lines_the_longest_stays_which_has_the_comment() -> None:
    text = "# top\nx a -> b\n\nx c -> d\nx  a -> b  # why\nx a -> b\n# end"
    repeated = Entry("x", "a", "b")
    assert once(text) == ("# top\n\nx c -> d\nx  a -> b  # why\n# end", [repeated, repeated])


LINE = re.compile(r"(?P<contract>\S.*?)\s+(?P<importer>\S+)(?:\s+->\s+(?P<imported>\S+)(?:\s+=>\s+(?P<target>\S+))?)?")
PIECES = st.lists(st.sampled_from(["a", "b.c", "->", "=>", "#", " ", "  ", "\t", "\x1c", "\u3000", "a#"]), max_size=12)


@given(PIECES.map("".join))
def test_a_line_is_read_as_by_one_regular_expression(line: str) -> None:
    match = LINE.fullmatch(re.split(r"(?:^|\s+)#", line, maxsplit=1)[0].strip())
    expected = set()
    if match and not {"->", "=>"} & set(f"{match['contract']} {match['importer']}".split()):
        expected = {Entry(*(part or "" for part in match.groups()))}
    try:
        found = parse(f"{line}\n", "x").entries
    except UserError:
        found = frozenset()
    assert found == expected
    comment = re.search(r"(?:^|\s+)#", line)
    assert Line(line).comment == (line[comment.start() :] if comment else "")


def test_a_long_line_of_spaces_is_read_like_a_short_one() -> None:
    for space in (" ", " " * 200_000):
        assert parse(f"a{space}x{space}->{space}y{space}\n", "x").entries == {Entry("a", "x", "y")}
        with pytest.raises(UserError, match="Found 'a"):
            parse(f"a{space}->{space}->\n", "x")


@given(st.lists(NAMED, max_size=12), st.lists(st.sampled_from(["# top", ""]), max_size=3), NAMES, NAMES)
def test_a_renaming_removes_what_changes_and_adds_it_again(
    entries: list[Entry], other: list[str], old: str, new: str
) -> None:
    before = parse(Baseline().including(entries, "why").text + "".join(f"{line}\n" for line in other), "x")
    text = {entry: f"{entry}  # why" for entry in before.entries}
    changed = {entry for entry in text if entry.renamed(old, new) != entry}
    added = {entry.renamed(old, new) for entry in changed} - (text.keys() - changed)
    expected = before.without(changed)
    for entry in sorted(added, key=str):
        expected = expected.adding([Line(f"{entry}  # why", entry)])
    assert before.renamed(old, new) == expected


@given(ENTRIES, ENTRIES, st.lists(st.sampled_from(["# top", ""]), max_size=3))
def test_many_lines_are_added_like_one_after_another(entries: list[Entry], more: list[Entry], other: list[str]) -> None:
    before = Baseline((*map(Line, other), *(Line(str(entry), entry) for entry in dict.fromkeys(entries))))
    one_by_one = before
    for entry in sorted(set(more) - set(entries), key=str):
        one_by_one = one_by_one.including([entry])
    assert before.including(more) == one_by_one


def test_a_comment_above_an_entry_stays_above_it() -> None:
    text = "# first\na x -> y\n\n# last\nc x -> y\n"
    assert (
        parse(text, "x").including([Entry("b", "x", "y")]).text == "# first\na x -> y\nb x -> y\n\n# last\nc x -> y\n"
    )
    assert parse(text, "x").including([Entry("0", "x", "y")]).text == "# first\n0 x -> y\n" + text[len("# first\n") :]


def test_a_reason_stays_on_its_line() -> None:
    assert Baseline().including([Entry("a", "x", "y")], "one\n two\u2028three").text == "a x -> y  # one two three\n"


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_without_a_reason_there_is_no_comment(reason: str) -> None:
    assert Baseline().including([Entry("a", "x", "y")], reason).text == "a x -> y\n"


def test_what_is_there_is_not_added_again() -> None:
    before = parse("a  x -> y  # why\n", "x")
    assert before.including([Entry("a", "x", "y"), Entry("a", "x", "z")]).text == "a  x -> y  # why\na x -> z\n"


def test_a_line_comes_after_the_last_entry_that_sorts_before_it() -> None:
    before = parse("a x -> y\nb x -> y  # old\nc x -> y\na x -> z\n", "x")
    after = before.adding([Line("b x -> y  # new", Entry("b", "x", "y")), Line("0 x -> y", Entry("0", "x", "y"))])
    assert [line.text for line in after.lines] == [
        "0 x -> y",
        "a x -> y",
        "b x -> y  # old",
        "c x -> y",
        "a x -> z",
        "b x -> y  # new",
    ]
    same = parse("a x -> y\nb x -> y  # old\n", "x").adding([Line("b x -> y  # new", Entry("b", "x", "y"))])
    assert same.text == "a x -> y\nb x -> y  # new\nb x -> y  # old\n"


def test_a_line_has_its_comment_with_the_space_before_it() -> None:
    lines = parse("a x -> y  # why # so\n# top\n\na x -> z\n", "x").lines
    assert [line.comment for line in lines] == ["  # why # so", "# top", "", ""]


def test_lines_that_a_renaming_does_not_change_stay_as_they_are() -> None:
    before = "b  q -> r  # odd\n\n# old\nb p.old -> q\na  q  ->  r\n"
    assert parse(before, "x").renamed("p.old", "p.new").text == (
        "b  q -> r  # odd\n\n# old\na  q  ->  r\nb p.new -> q\n"
    )


@pytest.mark.parametrize("comments", [("  # a", ""), ("", "  # a"), ("  # a", "  # longer"), ("  # longer", "  # a")])
def test_of_two_entries_that_a_renaming_makes_one_the_longer_line_is_kept(comments: tuple[str, str]) -> None:
    first, second = comments
    text = f"a p.old.x -> p.new.x{first}\na p.new.x -> p.old.x{second}\n"
    kept = max(comments, key=len)
    assert parse(text, "x").renamed("p.old", "p.new").text == f"a p.new.x -> p.new.x{kept}\n"


def test_renaming_takes_comments_and_everything_inside_along() -> None:
    text = "a p.old -> q  # why\na p.old.x -> p.older => p.old.y\n"
    assert parse(text, "x").renamed("p.old", "p.new").text == "a p.new -> q  # why\na p.new.x -> p.older => p.new.y\n"


def test_renaming_into_what_is_there_leaves_one_line() -> None:
    assert parse("a p.new -> q  # kept\na p.old -> q  # lost\n", "x").renamed("p.old", "p.new").text == (
        "a p.new -> q  # kept\n"
    )


def test_an_entry_without_a_target_is_no_renaming_of_nothing() -> None:
    known, found = Entry("a", "shop.x", "shop.y"), Entry("a", "shop.x", "shop.y", "shop.y")
    assert find_renamings([known], [found], Named(["a"], ["shop.x", "shop.y"])) == ()


@pytest.mark.parametrize(
    ("known", "found", "modules", "expected"),
    [
        ("a p.old -> q", "a p.new -> q", "p.new q", ("p.old", "p.new")),
        ("a p.old.x -> q\na r -> p.old.y", "a p.new.x -> q\na r -> p.new.y", "p.new p.new.x q", ("p.old", "p.new")),
        ("a p.old -> q\na s -> q", "a p.new -> q\na s -> q", "p.new s q", ("p.old", "p.new")),
        ("a p.old -> q", "a p.new -> q", "p.old p.new q", None),
        ("a p.old -> q", "b p.new -> q", "p.new q", None),
        ("a p.old -> q", "", "q", None),
        ("", "a p.new -> q", "p.new q", None),
        ("a p.new -> q", "a p.new -> q", "p.new q", None),
        ("a p.old -> q", "a p.new -> q", "q", None),
        ("a p.old.x -> q", "a p.new.y -> q", "p.new p.new.y q", ("p.old.x", "p.new.y")),
        ("a old.x -> q", "a p.new.x -> q", "p p.new p.new.x q", ("old", "p.new")),
        ("a p.old -> q => t.old", "a p.old -> q => t.new", "p.old t.new q", ("t.old", "t.new")),
        ("a p.o.x -> q.o.x", "a p.n.x -> q.o.x", "p.n p.n.x q.o.x", ("p.o", "p.n")),
    ],
)
def test_a_renaming_is_seen_if_it_explains_everything(
    known: str, found: str, modules: str, expected: tuple[str, str] | None
) -> None:
    now = Named(["a", "b"], modules.split())
    found_renamings = find_renamings(parse(known, "x").entries, parse(found, "x").entries, now)
    assert [(each.old, each.new) for each in found_renamings] == ([expected] if expected else [])


def _prefixes(name: str) -> list[str]:
    return list(accumulate(name.split("."), "{}.{}".format))


SHORT = st.lists(st.builds(Entry, st.just("x"), NAMES, NAMES, st.one_of(st.just(""), NAMES)), min_size=1, max_size=4)


@given(SHORT, NAMES, NAMES, SHORT, st.integers(0, 4))
def test_where_one_renaming_explains_all_that_is_new_or_stale_so_do_those_that_are_found(
    entries: list[Entry], old: str, new: str, more: list[Entry], kept: int
) -> None:
    known, found = {*entries, *more}, {entry.renamed(old, new) for entry in entries[:kept]}
    names = {name for entry in found for name in (entry.importer, entry.imported, entry.target) if name}
    modules = {prefix for name in names for prefix in _prefixes(name)}
    gone, added = known - found, found - known
    there = {name for entry in known & found for name in (entry.importer, entry.imported, entry.target)}
    pairs = [(one, other) for entry in gone for one in _all(entry) - modules for other in sorted(modules - there)]
    by_one = max((len({e for e in gone if e.renamed(*pair) in added}) for pair in pairs), default=0)
    renamings = find_renamings(known, found, Named(["x"], modules))
    explained = [entry for entry, after in moved(gone, renamings).items() if after in added]
    assert all(each.kind == MODULE and each.old not in modules and each.new in modules for each in renamings)
    if gone and by_one == len(gone):
        assert len(explained) == by_one or set(moved(gone, renamings).values()) >= added


def _all(entry: Entry) -> set[str]:
    return {prefix for name in (entry.importer, entry.imported, entry.target) if name for prefix in _prefixes(name)}


@pytest.mark.parametrize(
    ("known", "found", "modules", "expected"),
    [
        ("a p.old.x -> q\na p.old.y -> q", "a p.new.x -> q", "p.new p.new.x q", ["p.old p.new 1"]),
        ("a p.old.x -> q", "a p.new.x -> q\na r -> q", "p.new p.new.x q r", ["p.old p.new 1"]),
        (
            "a p.x -> q\na p.y -> q",
            "a p.b.x -> q\na p.d.y -> q",
            "p.b.x p.d.y p p.b p.d q",
            ["p.x p.b.x 1", "p.y p.d.y 1"],
        ),
        ("a p.a.x -> p.b.y", "a p.c.x -> p.d.y", "p.c p.c.x p.d p.d.y", ["p.a p.c 1", "p.b p.d 1"]),
        ("old p -> q\nold r -> q", "new p -> q\nnew r -> q", "p q r", ["old new 2"]),
        ("old p -> q\nold r -> q", "new p -> q", "p q r", ["old new 1"]),
        ("old p -> q", "new p -> q\nnew r -> q", "p q r", ["old new 1"]),
        ("old p -> q\nnew r -> q", "new p -> q\nnew r -> q", "p q r", []),
        ("old p.o.x -> q", "new p.n.x -> q", "p.n p.n.x q", ["old new 1", "p.o p.n 1"]),
        ("a p -> q", "new p -> q", "p q", []),
        ("a p.old -> q\na p.b -> r", "a p.b -> q\na p.b -> r", "p.b q r", []),
        ("a p.old -> p.x\na p.b -> p.c", "a p.c -> p.b\na p.b -> p.c", "p.b p.c", []),
    ],
)
def test_renamings_are_seen_beside_other_changes(known: str, found: str, modules: str, expected: list[str]) -> None:
    now = Named(["a", "new"], modules.split())
    found_renamings = find_renamings(parse(known, "x").entries, parse(found, "x").entries, now)
    assert [f"{each.old} {each.new} {each.entries}" for each in found_renamings] == expected
