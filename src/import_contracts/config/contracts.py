"""The contracts of a configuration: each table becomes a rule, and every problem is collected."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from import_contracts.config.custom import load_types
from import_contracts.config.files import FIRST_CONFIGURATION
from import_contracts.config.session import EXCLUDING, Config
from import_contracts.contracts.findings import Rule
from import_contracts.contracts.table import Table
from import_contracts.contracts.types import TYPES, ContractType
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import ImportPattern
from import_contracts.problems import Problem, Severity, UserError, did_you_mean

ALERTING = ("error", "warn", "none")


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract: its rule, and what the graph is like that the rule is asked about.

    ``rule`` is None where the type is unknown. A contract ``is_sound`` unless its keys are wrong; then the
    configuration's problems say how, and of the rule's answer only further errors are of use.
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
    is_sound: bool = True
    contract_type: ContractType | None = None
    """What is known of its type; None where that is unknown."""
    table: Table = field(default_factory=lambda: Table({}), repr=False, compare=False)
    """Its keys, as they were read."""


@dataclass(frozen=True, slots=True)
class Contracts:
    """The contracts of a configuration that were chosen, in the order of the files, and the ids of all of them.

    ``problems`` are all that is wrong with the configuration.
    """

    chosen: tuple[Contract, ...]
    ids: tuple[str, ...]
    problems: tuple[Problem, ...]

    def only(self, ids: Collection[str]) -> Contracts:
        """Return the contracts with some ids, or all where none is given; raises UserError for unknown ids."""
        unknown = [each for each in dict.fromkeys(ids) if each not in self.ids]
        if unknown:
            messages = (f"There is no contract '{each}'.{did_you_mean(each, self.ids)}" for each in unknown)
            raise UserError(*map(Problem, messages))
        return replace(self, chosen=tuple(each for each in self.chosen if not ids or each.id in ids))


def read_contracts(config: Config) -> Contracts:
    """Return the contracts of a configuration; imports the custom contract types that it names."""
    custom, wrong = load_types(config)
    types = {**TYPES, **custom}
    contracts: list[Contract] = []
    problems = [*config.problems, *wrong]
    for document in config.documents:
        for number, values in enumerate(document.contracts, len(contracts) + 1):
            contract = _contract(Table(values, file=document.file), number, types, config.defaults)
            contracts.append(contract)
            problems += contract.table.problems
    if not contracts and not any(problem.is_error for problem in problems):
        problems.append(Problem(f"There are no contracts. {FIRST_CONFIGURATION}", file=config.file))
    problems += _repeated(contracts, is_error=config.baseline is not None)
    return Contracts(tuple(contracts), tuple(each.id for each in contracts), tuple(problems))


def _contract(table: Table, number: int, types: Mapping[str, ContractType], defaults: Mapping[str, bool]) -> Contract:
    """Make a contract of its table; ``defaults`` are what the session says of excluded kinds and parent packages."""
    name = table.string("name")
    identity = table.string("id", _slug(name) or f"contract-{number}")
    table.place(contract=identity)
    type_name = table.string("type")
    contract_type = types.get(type_name)
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
    rule = None
    if contract_type is not None:
        try:
            rule = contract_type.parse(table)
            table.finish()
        except (Exception, SystemExit) as error:
            if type_name in TYPES:
                raise
            table.error("type", f"The contract type '{type_name}' failed with {type(error).__name__}: {error}")
    elif "type" in table:
        known = ", ".join(sorted(types))
        table.error(
            "type",
            f"There is no contract type '{type_name}'.{did_you_mean(type_name, types) or f' Known are {known}.'}",
        )
    return Contract(
        id=identity,
        name=name or identity,
        type=type_name,
        file=table.file,
        rule=rule,
        reason=reason,
        ignored=ignored,
        alerting=alerting,
        excluded=frozenset(excluded),
        include_parent_packages=parents,
        is_sound=not any(problem.is_error for problem in table.problems),
        contract_type=contract_type,
        table=table,
    )


_EVERY_IMPORT = "** -> **"


def _slug(name: str) -> str:
    return "-".join("".join(letter if letter.isalnum() else " " for letter in name.lower()).split())


def _repeated(contracts: Sequence[Contract], *, is_error: bool) -> Iterator[Problem]:
    """Yield a problem for every contract whose id another has already."""
    severity = Severity.ERROR if is_error else Severity.WARNING
    seen: dict[str, Contract] = {}
    for contract in contracts:
        other = seen.setdefault(contract.id, contract)
        if other is not contract:
            message = f"Another contract has this id: '{other.name}' in {other.file}. Give each an 'id' of its own."
            yield Problem(message, file=contract.file, contract=contract.id, key="id", severity=severity)
