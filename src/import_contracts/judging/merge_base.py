"""The program as it was where the branch began."""

from __future__ import annotations

from pathlib import Path

from import_contracts import git
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.reading.commit_tree import Tree
from import_contracts.reading.context import RunContext
from import_contracts.reading.snapshot import Snapshot, take_snapshot
from import_contracts.reading.store.refresh import compare


def graph_at_base(snapshot: Snapshot) -> ImportGraph | None:
    """Return the import graph at the merge base of HEAD and the target branch; None if it is not known as a whole.

    A root package that did not exist has no modules.
    """
    folder, extent = snapshot.context.folder, snapshot.last.extent
    commit = git.merge_base(folder)
    listing = git.listing(folder, commit) if commit else None
    if listing is None:
        return None
    with Tree(folder) as tree:
        tree.become(listing)
        portions = tuple((name, str(place)) for name, path in extent.portions if (place := tree.place(Path(path))))
        exclude = tuple((glob, str(tree.place(Path(inside)) or tree.root)) for glob, inside in extent.exclude)
        if len(portions) < len(extent.portions) or not tree.is_whole:
            return None
        there = tuple(
            (name, place) for name, place in portions if Path(place).is_dir() or Path(f"{place}.py").is_file()
        )
        then = extent._replace(portions=there, exclude=exclude, unread=())
        scan = take_snapshot(compare(then, RunContext(tree.root, checkouts=(tree.root,)))).scan
        return None if scan.unreadable else scan.graph
