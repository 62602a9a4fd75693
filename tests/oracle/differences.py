"""What this project answers differently from import-linter, on purpose.

Each is a case with both verdicts, so that this list cannot go stale unseen; the generator draws none of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from .cases import Case, Module, Table, program
from .peer import Verdict


@dataclass(frozen=True, slots=True)
class Difference:
    name: str
    why: str
    case: Case
    peer: Verdict
    ours: Verdict


FORBIDDEN: Table = {
    "id": "one",
    "name": "one",
    "type": "forbidden",
    "source_modules": ("p.a",),
    "forbidden_modules": ("p.b",),
}
ROOT: Table = {"root_package": "p"}


def guarded(guard: str) -> dict[str, Module]:
    piece = f"import sys\nfrom typing import TYPE_CHECKING\n{guard}\n    import p.b"
    return {**program("p.a", "p.b"), "p.a": Module((piece,))}


GUARDED = guarded("if TYPE_CHECKING:")

DIFFERENCES = (
    Difference(
        "wildcards in layers",
        "every other list of modules takes them",
        Case(
            program("p.a.x", "p.b"), ROOT, ({"id": "one", "name": "one", "type": "layers", "layers": ("p.a.*", "p.b")},)
        ),
        Verdict.UNUSABLE,
        Verdict.KEPT,
    ),
    *(
        Difference(
            f"a wildcard within a part of a name, {key}",
            "it matches any characters; import-linter takes wildcards for whole parts only",
            Case(program(*lines), ROOT, ({**FORBIDDEN, "source_modules": ("p.ab",), key: value},)),
            Verdict.UNUSABLE,
            Verdict.KEPT,
        )
        for key, value, lines in (
            ("source_modules", ("p.a*",), ("p.ab", "p.b")),
            ("ignore_imports", ("p.*b -> p.b",), ("p.ab -> p.b",)),
        )
    ),
    Difference(
        "a percent sign in an INI file",
        "it is text; import-linter takes it for the start of an interpolation",
        Case(program("p.a", "p.b"), ROOT, ({**FORBIDDEN, "name": "100% apart"},), ".importlinter"),
        Verdict.UNUSABLE,
        Verdict.KEPT,
    ),
    Difference(
        "root_packages as a string in TOML",
        "it is read as a list of one; import-linter takes each letter for a package",
        Case(
            {"pp": Module((), package=True), "pp.a": Module(), "pp.b": Module()},
            {"root_packages": "pp"},
            ({**FORBIDDEN, "source_modules": ("pp.a",), "forbidden_modules": ("pp.b",)},),
        ),
        Verdict.UNUSABLE,
        Verdict.KEPT,
    ),
    Difference(
        "a truth value in capitals for the whole session",
        "it counts as in a contract; import-linter takes TRUE for false here, and only here",
        Case(GUARDED, {**ROOT, "exclude_type_checking_imports": "TRUE"}, (FORBIDDEN,)),
        Verdict.BROKEN,
        Verdict.KEPT,
    ),
    Difference(
        "a layer of empty parentheses",
        "it is a slip; import-linter takes it for an optional layer without a name",
        Case(program("p.a"), ROOT, ({"id": "one", "name": "one", "type": "layers", "layers": ("p.a", "()")},)),
        Verdict.KEPT,
        Verdict.UNUSABLE,
    ),
    Difference(
        "a name that is no text",
        "it is a slip; import-linter prints whatever it is",
        Case(program("p.a", "p.b"), ROOT, ({**FORBIDDEN, "name": True},)),
        Verdict.KEPT,
        Verdict.UNUSABLE,
    ),
    Difference(
        "a truth value in the place of external packages",
        "it is a slip; import-linter takes it for the name of a package",
        Case(
            program("p.a", "p.b"),
            {**ROOT, "include_external_packages": True},
            ({**FORBIDDEN, "forbidden_modules": True},),
        ),
        Verdict.KEPT,
        Verdict.UNUSABLE,
    ),
    *(
        Difference(
            f"type checking guarded by {' '.join(guard.split())}",
            "it never runs; import-linter knows TYPE_CHECKING only where it is the whole condition",
            Case(guarded(guard), {**ROOT, "exclude_type_checking_imports": True}, (FORBIDDEN,)),
            Verdict.BROKEN,
            Verdict.KEPT,
        )
        for guard in (
            "if TYPE_CHECKING and sys:",
            "if not TYPE_CHECKING:\n    pass\nelse:",
            "from typing import TYPE_CHECKING as other\nif other:",
        )
    ),
    Difference(
        "an import of a missing module, where external packages are included",
        "it is no import; import-linter takes it for one of the root package, among the external ones",
        Case(
            {**program("p.a", "p -> p.b"), "p.a": Module(("from p.nowhere import x",))},
            {**ROOT, "include_external_packages": True},
            (FORBIDDEN,),
        ),
        Verdict.BROKEN,
        Verdict.KEPT,
    ),
    Difference(
        "a part of an external package",
        "it is read where a contract names one; import-linter knows external packages as a whole only",
        Case(
            program("p.a -> p.b"),
            {**ROOT, "include_external_packages": True},
            ({**FORBIDDEN, "forbidden_modules": ("google.protobuf",)},),
        ),
        Verdict.UNUSABLE,
        Verdict.KEPT,
    ),
    Difference(
        "x.py beside x/__init__.py",
        "CPython imports the package; import-linter reads the file that is never imported",
        Case(
            {**program("p.a", "p.b"), "p.a": Module((), package=True)},
            ROOT,
            (FORBIDDEN,),
            files={"p/a.py": "import p.b\n"},
        ),
        Verdict.BROKEN,
        Verdict.KEPT,
    ),
)
