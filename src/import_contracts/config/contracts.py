"""The contracts of a configuration: makes a rule from each table and collects the problems."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from import_contracts.config.custom import load_types, refused_types
from import_contracts.config.files import FIRST_CONTRACT, Document
from import_contracts.config.session import EXCLUDING, Config
from import_contracts.contracts.findings import Rule
from import_contracts.contracts.table import Table
from import_contracts.contracts.types import TYPES, ContractType
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import ImportPattern, ModulePattern, dotted_names
from import_contracts.problems import Problem, Severity, UserError, suggestion
from import_contracts.records import NamedTuple, dataclass, field, replace
from import_contracts.wording import listed

if TYPE_CHECKING:
    from import_contracts.contracts.declared import Declaration

ALERTING = ("error", "warn", "none")


@dataclass(frozen=True)
class Contract:
    """One contract: its rule, and how the import graph is prepared for the rule.

    ``file`` is the path of its file as reports show it. ``rule`` is None if the type is unknown or failed.
    ``ignored``, ``excluded``, ``include_parent_packages`` and ``excepted`` prepare the graph. ``alerting``, one of
    ``ALERTING``, is the severity of an ignore that matches no import. ``is_sound`` is False if a key of the table is
    wrong; the errors are in `Contracts.problems`.
    """

    id: str
    name: str
    type: str
    file: str
    rule: Rule | None
    reason: str = ""
    ignored: tuple[ImportPattern, ...] = ()
    alerting: str = "error"
    excluded: frozenset[Kind] = frozenset()
    include_parent_packages: bool = False
    excepted: tuple[ModulePattern, ...] = ()
    """The modules whose imports are not judged, with all that is inside them."""
    allow_inline_ignores: bool = True
    """Whether a comment on the line of an import may leave it out."""
    is_sound: bool = True
    contract_type: ContractType | None = None
    """Its type; None if that is unknown."""
    table: Table = field(default_factory=lambda: Table({}), compare=False)
    """Its keys, as written."""

    @cached_property
    def named(self) -> frozenset[str]:
        """The names with a dot in its keys: among them those of parts of external packages."""
        return frozenset(dotted_names(self.table.values))


@dataclass(frozen=True, slots=True)
class Contracts:
    """The contracts of a configuration.

    ``chosen`` are the contracts to check, and ``ids`` the ids of all contracts, both in the order of the files.
    ``problems`` are all problems with the configuration. ``everywhere`` are the ids of the contracts of all
    configurations of a run; empty if there is only this one.
    """

    chosen: tuple[Contract, ...]
    ids: tuple[str, ...]
    problems: tuple[Problem, ...]
    everywhere: frozenset[str] = frozenset()

    def only(self, ids: Collection[str]) -> Contracts:
        """Choose the contracts with the given ids, or all if there are none; raises UserError for unknown ids."""
        unknown = [id_ for id_ in dict.fromkeys(ids) if id_ not in self.ids]
        if unknown:
            raise UserError(*(_unknown(id_, self.ids) for id_ in unknown))
        return replace(self, chosen=tuple(contract for contract in self.chosen if not ids or contract.id in ids))

    def limited(self, ids: Collection[str]) -> Contracts:
        """Choose the contracts with the given ids. What is wrong with others is left out, except for their ids."""
        others = set(self.ids).difference(ids)
        return replace(
            self,
            chosen=tuple(contract for contract in self.chosen if contract.id in ids),
            problems=tuple(each for each in self.problems if each.contract not in others or each.key == "id"),
        )


def chosen(several: Sequence[tuple[Config, Contracts]], ids: Collection[str]) -> list[Contracts]:
    """Choose the contracts with the given ids in some configurations, or all if there are none.

    An id may also be written as ``file:id``. Raises UserError for ids that no contract has, or contracts of several
    files.
    """
    if len(several) > 1:
        everywhere = frozenset(id_ for _, contracts in several for id_ in contracts.ids)
        several = [(config, replace(contracts, everywhere=everywhere)) for config, contracts in several]
    wanted: list[set[str]] = [set() for _ in several]
    problems: list[Problem] = []
    for text in dict.fromkeys(ids):
        found = _found(text, several)
        if len(found) == 1:
            wanted[found[0][0]].add(found[0][1])
        else:
            problems.append(_unclear(text, [several[place] for place, _ in found], several))
    if problems:
        raise UserError(*problems)
    if not ids:
        return [contracts for _, contracts in several]
    return [contracts.limited(own) for (_, contracts), own in zip(several, wanted, strict=True)]


def _found(text: str, several: Sequence[tuple[Config, Contracts]]) -> list[tuple[int, str]]:
    """Return the configurations that have a contract that is written as ``id`` or ``file:id``, and the id."""
    found = [(place, text) for place, (_, contracts) in enumerate(several) if text in contracts.ids]
    file, colon, id_ = text.rpartition(":")
    return found or [
        (place, id_)
        for place, (config, contracts) in enumerate(several)
        if colon and id_ in contracts.ids and config.is_at(file)
    ]


def _unclear(
    text: str, found: Sequence[tuple[Config, Contracts]], several: Sequence[tuple[Config, Contracts]]
) -> Problem:
    if not found:
        return _unknown(text, [id_ for _, contracts in several for id_ in contracts.ids])
    named = listed((f"--contract {config.as_named}:{text}" for config, _ in found), "or")
    return Problem(f"Several files have a contract '{text}'. Write {named}.")


def _unknown(text: str, ids: Collection[str]) -> Problem:
    return Problem(f"There is no contract '{text}'.{suggestion(text, ids)}")


class Types(NamedTuple):
    """The contract types of a configuration: those that can be used, and the names of those that are refused."""

    usable: Mapping[str, ContractType]
    refused: Collection[str] = ()

    def why_not(self, name: str) -> str:
        """Return why a type cannot be used."""
        if name in self.refused:
            return f"The custom contract type '{name}' is refused, so this contract was not checked."
        hint = suggestion(name, self.usable)
        return f"There is no contract type '{name}'.{hint}"


def ids_of(config: Config) -> tuple[str, ...]:
    """Return the ids of all contracts, without their rules, so that no code of custom contract types is imported."""
    plain = replace(config, custom_types=())
    return read_contracts(plain).ids


def read_contracts(config: Config) -> Contracts:
    """Return the contracts of a configuration; this imports the custom contract types that it names.

    If they are refused, nothing is imported, and their contracts cannot be checked.
    """
    custom_types, type_problems = load_types(config)
    types = Types({**TYPES, **custom_types}, refused_types(config))
    contracts: list[Contract] = []
    problems = [*config.problems, *type_problems]
    declared = _declared(config)
    groups = _groups([values for document in config.documents for values in document.contracts], types)
    for document in config.documents:
        for number, values in enumerate(document.contracts, len(contracts) + 1):
            table = Table(values, file=document.file, groups=groups, declarations=declared)
            contract = _contract(table, number, types, config.defaults)
            contracts.append(contract)
            problems += contract.table.problems
    if not contracts and not any(problem.is_error for problem in problems):
        first, *others = _first(config.documents[0]).split("\n")
        problems.append(Problem(f"There are no contracts. {first}", file=config.file, below=tuple(others)))
    problems += _named_twice(contracts)
    problems += _repeated(contracts, has_baseline=config.baseline is not None)
    return Contracts(tuple(contracts), tuple(contract.id for contract in contracts), tuple(problems))


def _declared(config: Config) -> tuple[Declaration, ...]:
    if not config.asks_what_is_declared:
        return ()
    from import_contracts.config.declared import declarations  # noqa: PLC0415 - only if a contract asks for it

    return declarations(config)


def _groups(tables: Iterable[Mapping[str, object]], types: Types) -> dict[str, tuple[str, ...]]:
    """Return the modules to which contracts give names, by these names."""
    groups: dict[str, tuple[str, ...]] = {}
    for values in tables:
        of_type = types.usable.get(str(values.get("type")))
        groups |= of_type.groups(values) if of_type and of_type.groups else {}
    return groups


def _named_twice(contracts: Sequence[Contract]) -> Iterator[Problem]:
    """Yield a problem for every contract that gives a name to modules that an earlier one has given to others."""
    seen: dict[str, tuple[str, ...]] = {}
    for contract in contracts:
        of_type = contract.contract_type
        for name, modules in (of_type.groups(contract.table.values) if of_type and of_type.groups else {}).items():
            if seen.setdefault(name, modules) != modules:
                message = f"Another contract calls other modules '{name}'. Use another name."
                yield Problem(message, file=contract.file, contract=contract.id)


def _first(document: Document) -> str:
    """Return how to write a first contract in a file without any."""
    if document.overlooked:
        return " ".join(document.overlooked)
    if document.is_ini:
        return "Each contract is a section of its own, such as [importlinter:contract:layers], with a name and a type."
    if document.is_peers:
        return (
            "Each contract is a table of its own, with the header [[tool.importlinter.contracts]], a name and a type."
        )
    return f"Add one with the names of your modules, such as:\n\n{FIRST_CONTRACT}"


def _contract(table: Table, number: int, types: Types, defaults: Mapping[str, bool]) -> Contract:
    """Make a contract from its table.

    ``number`` counts the contracts of the configuration from 1. ``defaults`` are the values for all contracts: those of
    the keys in ``EXCLUDING`` that are set, and those of ``include_parent_packages`` and ``allow_inline_ignores``.
    """
    name = table.string("name")
    id_ = _id(table, _slug(name) or f"contract-{number}")
    type_name = table.string("type")
    contract_type = types.usable.get(type_name)
    reason = "\n".join(filter(None, (table.text("reason"), table.text("broken_contract_guidance"))))
    ignored = table.imports("ignore_imports")
    if _EVERY_IMPORT in map(str, ignored):
        table.warn("ignore_imports", f"'{_EVERY_IMPORT}' ignores every import.")
    alerting = table.choice("unmatched_ignore_imports_alerting", ALERTING, "error")
    excluded = {
        kind
        for key, kind in ((key, Kind(kind)) for key, kind in EXCLUDING.items())
        if table.flag(key, default=defaults.get(key, bool(contract_type and kind in contract_type.excludes)))
    }
    parents = table.flag("include_parent_packages", default=defaults["include_parent_packages"])
    excepted = table.modules("except_modules", ())
    allow_inline = table.flag("allow_inline_ignores", default=defaults["allow_inline_ignores"])
    rule = _rule(table, type_name, contract_type)
    if contract_type is None and "type" in table:
        table.error("type", types.why_not(type_name))
    return Contract(
        id=id_,
        name=name or id_,
        type=type_name,
        file=table.file,
        rule=rule,
        reason=reason,
        ignored=ignored,
        alerting=alerting,
        excluded=frozenset(excluded),
        include_parent_packages=parents,
        excepted=excepted,
        allow_inline_ignores=allow_inline,
        is_sound=not any(problem.is_error for problem in table.problems),
        contract_type=contract_type,
        table=table,
    )


def _id(table: Table, default: str) -> str:
    """Return the id of a contract, and name it in the problems of its table."""
    written = table.string("id", default)
    table.place(contract=written or default)
    if not written:
        table.error("id", "This is empty. Write an id, or remove this key.")
    if ":" in written:
        table.error("id", _COLON.format(written, _slug(written) or default))
    return written or default


def _rule(table: Table, type_name: str, contract_type: ContractType | None) -> Rule | None:
    """Return the rule that a contract type makes of a table; None without a type, or if a custom one fails."""
    if contract_type is None:
        return None
    try:
        rule = contract_type.parse(table)
        table.finish()
    except (Exception, SystemExit) as error:
        if type_name in TYPES:
            raise
        table.error("type", f"The contract type '{type_name}' failed with {type(error).__name__}: {error}")
        return None
    return rule


_EVERY_IMPORT = "** -> **"
_COLON = "'{}' has a colon, which separates file and id in '--contract FILE:ID'. Write '{}'."


def _slug(name: str) -> str:
    return "-".join("".join(letter if letter.isalnum() else " " for letter in name.lower()).split())


def _repeated(contracts: Sequence[Contract], *, has_baseline: bool) -> Iterator[Problem]:
    """Yield a problem for every contract that has the id of an earlier contract.

    It is a warning if one of the ids was made from a name, unless a baseline needs to tell the two apart.
    """
    seen: dict[str, Contract] = {}
    for contract in contracts:
        earlier = seen.setdefault(contract.id, contract)
        if earlier is not contract:
            are_written = "id" in contract.table and "id" in earlier.table
            severity = Severity.ERROR if are_written or has_baseline else Severity.WARNING
            message = f"Another contract has this id: '{earlier.name}' in {earlier.file}. Give each its own 'id'."
            yield Problem(message, file=contract.file, contract=contract.id, key="id", severity=severity)
