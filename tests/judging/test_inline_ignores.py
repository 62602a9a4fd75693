"""Comments that leave an import out of contracts: where they may be, what they do, and what is wrong with them."""

import json
from collections.abc import Collection
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from import_contracts.contracts.findings import Violation
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.judging.inline import InlineIgnore, lines_of, prevented
from import_contracts.reading.source.remarks import Remark, may_remark, read_remarks
from tests.judging.test_ratchet import commit, git
from tests.support.arranging import check, configuration, contract, graph, lint, write

LAYERS = contract("layers", "layers", layers=["shop.web", "shop.models"])
APART = contract("apart", "forbidden", source_modules=["shop.models"], forbidden_modules=["shop.web"])


def shop(folder: Path, models: str, *contracts: str, keys: str = "", **files: str) -> Path:
    """Write a program whose models import the web, and its configuration."""
    sources = {"__init__": "", "web": "", "models": models, **files}
    written = {f"shop/{name}.py": text for name, text in sources.items()}
    return write(folder, {"pyproject.toml": configuration(*(contracts or (LAYERS,)), keys=keys), **written})


def reported(folder: Path, *args: str) -> tuple[int, list[str], list[str]]:
    """Return the exit status, the violations as ``importer:line``, and the errors and warnings with their places."""
    run = lint(folder, "--format", "json", *args)
    found = json.loads(run.out)
    violations = [f"{each['importer']}:{each['line']}" for one in found["contracts"] for each in one["violations"]]
    lines = lint(folder, "--format", "concise", *args).out.splitlines()
    return run.status, violations, [line.partition("inline ignore: ")[2] for line in lines if "inline ignore" in line]


# --- reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import a  # import-contracts: ignore[x] why\n", [(1, 1, 1, "ignore[x] why")]),
        ("import a  #import-contracts:ignore[x] why", [(1, 1, 1, "ignore[x] why")]),
        ("import a  # noqa: F401 # import-contracts: ignore[x] why  # type: ignore", [(1, 1, 1, "ignore[x] why")]),
        ("import a  # import-contracts: ignore[x] see #12", [(1, 1, 1, "ignore[x] see #12")]),
        ("from a import (\n    b,\n    c,  # import-contracts: ignore[x] why\n)\n", [(3, 1, 4, "ignore[x] why")]),
        ("\nif x:\n    import a, \\\n        b  # import-contracts: y\n", [(4, 3, 4, "y")]),
        ("# import-contracts: y\nimport a\n", [(1, 1, 1, "y")]),
        ("import a\r\nimport b  # import-contracts: y\r\n", [(2, 2, 2, "y")]),
        ("import a  # import-contracts: y # import-contracts: z", [(1, 1, 1, "y"), (1, 1, 1, "z")]),
        ("s = '# import-contracts: y'\nt = '''\n# import-contracts: z\n'''\n", []),
        ("f'{a  # import-contracts: y\n}'\n", []),
        ("import a  # see import-contracts: y", []),
    ],
)
def test_a_comment_is_on_all_lines_of_its_statement(text: str, expected: list[tuple[int, int, int, str]]) -> None:
    assert list(read_remarks(text)) == [Remark(*each) for each in expected]
    assert may_remark(text.encode()) or not expected


@given(st.lists(st.sampled_from(["import a", "(", ")", "\n", "'", '"""', "\\\n", "# import-contracts: x", " ", "#"])))
def test_no_text_is_too_odd_and_comments_are_in_order_on_lines_of_theirs(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = read_remarks(text)
    assert [each.line for each in found] == sorted(each.line for each in found)
    for each in found:
        assert 1 <= each.first <= each.line <= each.last <= text.count("\n") + 1
        assert "import-contracts:" in text.split("\n")[each.line - 1]


# --- what they do -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "models",
    [
        "import shop.web  # import-contracts: ignore[layers] The mails need a link\n",
        "import shop.web  # import-contracts: ignore[layers]: The mails need a link\n",
        "from shop import (\n    web,  # import-contracts: ignore[layers] The mails need a link\n)\n",
        "def f():\n    from shop \\\n        import web  # import-contracts: ignore[layers] The mails need a link\n",
        "x = 1; import shop.web  # import-contracts: ignore[layers] The mails need a link\n",
    ],
)
def test_the_import_on_the_line_is_ignored_and_counted(tmp_path: Path, models: str) -> None:
    shop(tmp_path, models)
    assert reported(tmp_path) == (0, [], [])
    assert json.loads(lint(tmp_path, "--format", "json").out)["contracts"][0]["inline_ignored"] == 1
    assert "kept     Layers [layers] (1 inline ignore)\n" in lint(tmp_path).out


def test_an_import_in_the_middle_of_a_chain_may_be_ignored(tmp_path: Path) -> None:
    link = "import shop.web  # import-contracts: ignore[layers] The address of the shop\n"
    shop(tmp_path, "import shop.util\n", util=link)
    assert reported(tmp_path) == (0, [], [])


def test_one_comment_names_several_contracts_and_leaves_the_others_alone(tmp_path: Path) -> None:
    shop(tmp_path, "import shop.web  # import-contracts: ignore[layers, apart] why\n", LAYERS, APART)
    assert reported(tmp_path) == (0, [], [])
    shop(tmp_path, "import shop.web  # import-contracts: ignore[apart] why\n", LAYERS, APART)
    assert reported(tmp_path) == (1, ["shop.models:1"], [])


def test_the_same_import_on_another_line_counts(tmp_path: Path) -> None:
    two = "import shop.web  # import-contracts: ignore[layers] why\nimport shop.web\n"
    shop(tmp_path, two)
    assert reported(tmp_path) == (2, ["shop.models:2"], ["There is no violation without it. Remove the comment."])
    shop(tmp_path, two.replace("web\n", "web  # import-contracts: ignore[layers] why\n"))
    assert reported(tmp_path) == (0, [], [])


def test_an_import_by_a_call_and_what_a_star_loads_may_be_ignored(tmp_path: Path) -> None:
    call = 'from importlib import import_module\nimport_module("shop.web")  # import-contracts: ignore[layers] why\n'
    shop(tmp_path, call, keys="count_dynamic_imports = true\n")
    assert reported(tmp_path) == (0, [], [])
    write(tmp_path, {"shop/__init__.py": '__all__ = ["web"]\n'})
    shop(tmp_path, "from shop import *  # import-contracts: ignore[layers] why\n", __init__='__all__ = ["web"]\n')
    assert reported(tmp_path) == (0, [], [])


def test_a_crash_may_be_ignored_where_it_happens(tmp_path: Path) -> None:
    crash = contract("crash", "crash")
    models = "from shop.web import page\nname = 1\n"
    shop(tmp_path, models, crash, web="from shop.models import name\npage = 1\n")
    assert reported(tmp_path)[:2] == (1, ["shop.models:1", "shop.web:1"])
    ignored = "from shop.web import page  # import-contracts: ignore[crash] The web is first\nname = 1\n"
    shop(tmp_path, ignored, crash, web="from shop.models import name\npage = 1\n")
    assert reported(tmp_path)[0] == 1
    assert len(reported(tmp_path)[1]) == 1


def test_an_import_that_the_parents_of_a_module_make_too_is_ignored_with_them(tmp_path: Path) -> None:
    of_parents = contract(
        "apart",
        "forbidden",
        source_modules=["shop.models"],
        forbidden_modules=["shop.web"],
        include_parent_packages=True,
        as_packages=False,
    )
    models = "import shop.web.page  # import-contracts: ignore[apart] why\n"
    shop(tmp_path, models, of_parents)
    (tmp_path / "shop" / "web.py").unlink()
    write(tmp_path, {"shop/web/__init__.py": "", "shop/web/page.py": ""})
    assert reported(tmp_path) == (0, [], [])


# --- what is wrong with them --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("ignore[layers]", "Nothing is ignored, because the reason is missing. Write it after ignore[layers]."),
        (
            "ignore why",
            "Nothing is ignored, because no contract is named. Write: # import-contracts: ignore[layers] reason",
        ),
        (
            "ignore[] why",
            "Nothing is ignored, because no contract is named. Write: # import-contracts: ignore[layers] reason",
        ),
        ("ignore[layer] why", "There is no contract 'layer'. Did you mean 'layers'?"),
        ("ignored[layers] why", "Found 'ignored[layers] why'; write: # import-contracts: ignore[layers] reason"),
    ],
)
def test_a_comment_that_is_wrong_ignores_nothing_and_is_told(tmp_path: Path, comment: str, message: str) -> None:
    shop(tmp_path, f"import shop.web  # import-contracts: {comment}\n")
    status, violations, problems = reported(tmp_path)
    assert (violations, problems) == (["shop.models:1"], [message])
    assert status == (1 if "Found" in message else 2)


@pytest.mark.parametrize(
    "line", ["# import-contracts: ignore[layers] why\n", "import os  # import-contracts: ignore[layers] why\n"]
)
def test_a_comment_on_no_import_of_the_program_is_told(tmp_path: Path, line: str) -> None:
    shop(tmp_path, line)
    assert reported(tmp_path) == (2, [], ["No import on this line is checked. Move the comment to one, or remove it."])


def test_a_comment_that_is_not_needed_any_more_is_told(tmp_path: Path) -> None:
    shop(
        tmp_path,
        "import shop.util  # import-contracts: ignore[layers, apart] why\nimport shop.web\n",
        LAYERS,
        APART,
        util="",
    )
    assert reported(tmp_path)[2] == [
        "There is no violation without it. Remove 'layers' from the comment.",
        "There is no violation without it. Remove 'apart' from the comment.",
    ]


@pytest.mark.parametrize(("alerting", "status"), [("error", 2), ("warn", 0), ("none", 0)])
def test_whether_that_is_an_error_is_said_as_for_ignore_imports(tmp_path: Path, alerting: str, status: int) -> None:
    lenient = contract(
        "layers", "layers", layers=["shop.web", "shop.models"], unmatched_ignore_imports_alerting=alerting
    )
    shop(tmp_path, "import shop.util  # import-contracts: ignore[layers] why\n", lenient, util="")
    found = reported(tmp_path)
    assert (found[0], len(found[2])) == (status, int(alerting != "none"))


def test_inline_ignores_may_be_forbidden_for_all_contracts_or_for_one(tmp_path: Path) -> None:
    line = "import shop.web  # import-contracts: ignore[layers, apart] why\n"
    message = "allow_inline_ignores = false forbids this comment. Remove it."
    shop(tmp_path, line, LAYERS, APART, keys="allow_inline_ignores = false\n")
    assert reported(tmp_path) == (2, ["shop.models:1"] * 2, [message] * 2)
    strict = contract("layers", "layers", layers=["shop.web", "shop.models"], allow_inline_ignores=False)
    shop(tmp_path, line, strict, APART)
    assert reported(tmp_path) == (2, ["shop.models:1"], [message])


def test_only_the_chosen_contracts_are_asked_but_all_are_known(tmp_path: Path) -> None:
    shop(tmp_path, "import shop.web  # import-contracts: ignore[layers] why\n", LAYERS, APART)
    assert reported(tmp_path, "--contract", "apart") == (1, ["shop.models:1"], [])


def test_a_comment_may_name_a_contract_of_another_configuration_of_the_run(tmp_path: Path) -> None:
    shop(tmp_path, "import shop.web  # import-contracts: ignore[layers] why\n", LAYERS)
    (tmp_path / "pyproject.toml").rename(tmp_path / "one.toml")
    write(tmp_path, {"two.toml": configuration(contract("other", "acyclic"))})
    assert reported(tmp_path, "one.toml", "two.toml") == (0, [], [])
    assert reported(tmp_path, "two.toml")[2] == ["There is no contract 'layers'."]


# --- what depends on them -----------------------------------------------------------------------------------------


def test_a_comment_is_remembered_and_a_change_of_it_is_noticed(tmp_path: Path) -> None:
    line = "import shop.web  # import-contracts: ignore[layers] why\n"
    shop(tmp_path, line)
    for models, status in ((line, 0), (line, 0), (line.replace(" why", ""), 2), ("import shop.web\n", 1), (line, 0)):
        write(tmp_path, {"shop/models.py": models})
        assert lint(tmp_path, "--cache-dir", "cache").status == status


def test_the_baseline_counts_them_apart(tmp_path: Path) -> None:
    line = "import shop.web  # import-contracts: ignore[layers] why\nfrom shop import other\n"
    shop(tmp_path, line, LAYERS, APART, other="import shop.web\n")
    assert lint(tmp_path, "baseline", "create").status == 0
    status = json.loads(lint(tmp_path, "baseline", "status", "--format", "json").out)
    assert [(each["id"], each["known"], each["inline"]) for each in status["contracts"]] == [
        ("layers", 1, 1),
        ("apart", 2, 0),
    ]
    assert (
        "known  new  stale  inline  contract\n    1    0      0       1  layers\n"
        in lint(tmp_path, "baseline", "status").out
    )


def test_an_ignore_that_ignores_nothing_does_not_keep_the_baseline_from_being_written(tmp_path: Path) -> None:
    shop(tmp_path, "import shop.util  # import-contracts: ignore[layers] why\nimport shop.web\n", util="")
    assert lint(tmp_path, "baseline", "create").status == 0


def test_one_that_was_added_is_told_as_something_let_through(tmp_path: Path) -> None:
    old = "import shop.web  # import-contracts: ignore[layers] why\n"
    git(tmp_path, "init", "-q")
    shop(tmp_path, old, keys='baseline = "known.txt"\n', util="import shop.web\n", web="")
    write(tmp_path, {"known.txt": ""})
    commit(tmp_path)
    write(tmp_path, {"shop/models.py": f"\n{old}"})
    args = ("baseline", "status", "--since", "main", "--format", "json")
    assert json.loads(lint(tmp_path, *args).out)["let_through"] == []
    more = "import shop.util  # import-contracts: ignore[layers] why\n"
    write(tmp_path, {"shop/models.py": f"\n{old}{more}"})
    (found,) = json.loads(lint(tmp_path, *args).out)["let_through"]
    assert (found["violation"], found["path"], found["line"], found["because"]) == (
        "layers shop.models -> shop.util => shop.web",
        "shop/models.py",
        3,
        "inline ignore added",
    )


def test_explain_lists_them_with_what_they_prevent(tmp_path: Path) -> None:
    lines = (
        "import shop.web  # import-contracts: ignore[layers] The mails\n"
        "import shop.util  # import-contracts: ignore[layers] Old\n"
    )
    shop(tmp_path, lines, util="")
    (found,) = json.loads(lint(tmp_path, "explain", "layers", "--format", "json").out)["contracts"]
    assert found["inline"] == [
        {"path": "shop/models.py", "line": 1, "text": "import shop.web", "reason": "The mails", "violations": 1},
        {"path": "shop/models.py", "line": 2, "text": "import shop.util", "reason": "Old", "violations": 0},
    ]
    assert (
        "  Inline ignores:\n"
        "    shop/models.py:2: import shop.util  no longer needed\n"
        "      Reason: Old\n"
        "    shop/models.py:1: import shop.web  prevents 1 violation\n"
        "      Reason: The mails\n"
    ) in lint(tmp_path, "explain", "layers").out
    assert "import shop.web  prevents 1 violation  [layers]" in lint(tmp_path, "explain").out
    assert "ignored   Layers [layers] (1 ignored violation)" in lint(tmp_path, "explain", "shop.models", "shop.web").out


# --- brute force --------------------------------------------------------------------------------------------------

NODES = ("p.a", "p.b", "p.c", "p.d", "p.e")
EDGES = st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).filter(lambda edge: edge[0] != edge[1]))


def on_line(module: str, line: int) -> InlineIgnore:
    return InlineIgnore(module, line, line, line, "why")


def violations(a_graph: ImportGraph) -> tuple[Violation, ...]:
    keys = {"source_modules": ["p.a", "p.b"], "forbidden_modules": ["p.d", "p.e"]}
    return (*check(a_graph, "forbidden", **keys).violations, *check(a_graph, "acyclic").violations)


@given(EDGES, st.sets(st.integers(1, 12)))
def test_lines_that_are_left_out_leave_the_other_lines(edges: list[tuple[str, str]], gone: set[int]) -> None:
    lines = [f"{one} -> {other}" for one, other in edges]
    ignores = [on_line(edges[line - 1][0], line) for line in gone if line <= len(edges)]
    whole, left = graph(*NODES, *lines), [line for number, line in enumerate(lines, 1) if number not in gone]
    # The first lines of the graph are its modules.
    moved = [on_line(each.module, each.line + len(NODES)) for each in ignores]
    found = whole.without_lines(lines_of(moved, whole))
    assert list(found.edges()) == sorted({(one, other) for one, _, other in (line.split() for line in left)})
    expected = {(edge, number + len(NODES)) for number, edge in enumerate(edges, 1) if number not in gone}
    assert {(edge, line) for edge in found.edges() for line in found.lines(*edge)} == expected


@given(EDGES, st.sets(st.integers(1, 12)))
@example([("p.a", "p.e"), ("p.c", "p.d"), ("p.e", "p.d"), ("p.e", "p.c")], {3, 4})  # needed after another one
def test_ignores_that_prevent_nothing_can_all_be_removed_together(
    edges: list[tuple[str, str]], ignored: set[int]
) -> None:
    whole = graph(*NODES, *(f"{one} -> {other}" for one, other in edges))
    numbered = [(line, edges[line - 1][0]) for line in sorted(ignored) if line <= len(edges)]
    ignores = [on_line(module, line + len(NODES)) for line, module in numbered]

    def found_with(some: Collection[InlineIgnore]) -> tuple[Violation, ...]:
        return violations(whole.without_lines(lines_of(some, whole)))

    def identities(some: Collection[InlineIgnore]) -> set[tuple[str, str, str]]:
        return {each.identity for each in found_with(some)}

    now = identities(ignores)

    def hidden_with(some: Collection[InlineIgnore]) -> list[Violation]:
        return [each for each in found_with(some) if each.identity not in now]

    counts = prevented(ignores, whole, hidden_with)
    assert list(counts) == sorted(ignores)
    needed = [each for each, number in counts.items() if number]
    assert identities(needed) == now
    assert bool(needed) == (identities([]) != now)


def test_where_nothing_is_left_out_the_graph_is_the_same_with_all_that_is_known_of_it() -> None:
    graph = ImportGraph(["p", "p.a"], {"p": {"p.a": [1, 2]}})
    assert graph.without_lines({}) is graph.without_lines({"p": {3}}) is graph
    assert graph.without_lines({"p": {1}}).lines("p", "p.a") == (2,)
