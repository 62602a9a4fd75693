"""Test the tests: make small changes to the program, and see whether a test fails.

`python -m tests.mutants --seed 1 --sample 100 src` shows which changes no test notices. It takes a random sample of all
changes ("mutants") and runs, for each, the offline tests that could notice it, in a copy of the repository of its own.
Which tests these are is measured once for each state of the checkout.

The exit status is 0 whatever the mutants come to, 1 if the tests cannot be run in copies, and 2 if the call is wrong.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from .canaries import failing_canaries
from .copies import Copies
from .equivalents import FILE, Equivalents
from .mutations import Mutant, mutants_of
from .record import Record, RecordingError
from .trial import Outcome, Trials

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Do what the command line says, and return the exit status."""
    parser = argument_parser()
    options = parser.parse_args()
    with TemporaryDirectory(prefix="mutants-") as folder:
        copies = Copies(ROOT, Path(folder))
        every = all_mutants(copies)
        for place in options.places:
            if not any(is_at(mutant, place) for mutant in every):
                parser.error(f"'{place}' has no code of the program that could be changed")
        places = options.places or [str(ROOT)]
        wanted = [mutant for mutant in every if any(is_at(mutant, place) for place in places)]
        sample = sampled(wanted, options.seed, options.sample)
        if options.list:
            sys.stdout.writelines(f"{mutant}\n" for mutant in sample)
            return 0
        for entry in Equivalents(FILE).unknown(every):
            sys.stderr.write(f"{FILE.name} has what is no mutant any more: {entry}\n")
        return tested(copies, sample, options)


def argument_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("places", nargs="*", help="folders, files, or lines as file:12; default: the whole program")
    parser.add_argument("--seed", type=int, default=0, help="the seed of the random sample; default: 0")
    parser.add_argument("--sample", type=positive, default=100, help="how many mutants to try; default: 100")
    parser.add_argument("--jobs", type=positive, default=2, help="how many processes to use; default: 2")
    parser.add_argument("--verbose", action="store_true", help="name the test that failed for each mutant")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--list", action="store_true", help="print the sample and run nothing")
    only.add_argument("--coverage", action="store_true", help="measure what the tests run, and try no mutant")
    return parser


def positive(text: str) -> int:
    """Return a number above zero, or raise ValueError."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def all_mutants(copies: Copies) -> list[Mutant]:
    """Return the mutants of the program, in the order of its files."""
    files = [name for name in copies.files if name.startswith("src/") and name.endswith(".py")]
    return [mutant for name in files for mutant in mutants_of(name, (copies.tree / name).read_bytes())]


def is_at(mutant: Mutant, place: str) -> bool:
    """Tell whether a mutant is in a folder or a file, or on a line, such as `src/shop/orders.py:12`."""
    path, colon, line = place.rpartition(":")
    if colon and line.isdecimal():
        return ROOT / mutant.path == Path(path).resolve() and mutant.line == int(line)
    return (ROOT / mutant.path).is_relative_to(Path(place).resolve())


def sampled(mutants: Sequence[Mutant], seed: int, size: int) -> list[Mutant]:
    """Return a random sample, in the order of the files."""
    # Not for cryptography.
    numbers = random.Random(seed).sample(range(len(mutants)), min(size, len(mutants)))  # noqa: S311
    return [mutants[number] for number in sorted(numbers)]


def tested(copies: Copies, sample: Sequence[Mutant], options: argparse.Namespace) -> int:
    """Record the tests, make sure that they run in copies, and try mutants; return the exit status."""
    record = Record(copies, ROOT / ".cache" / "mutants")
    copies.compile()
    if record.missing:
        sys.stderr.write(f"Recording the tests of {len(record.missing)} modules.\n")
    try:
        record.complete(options.jobs)
    except RecordingError as error:
        sys.stderr.write(f"{error}\nThe tests fail without any change.\n")
        return 1
    if not options.coverage:
        complaints = failing_canaries(copies, record)
        sys.stderr.writelines(f"{complaint}\n" for complaint in complaints)
        if complaints:
            return 1
        report(try_all(copies, record, sample, options))
    lines, branches = record.coverage()
    sys.stdout.write(
        f"{len(record.tests)} offline tests run {lines:.1f} % of lines and {branches:.1f} % of branches.\n"
    )
    return 0


def try_all(copies: Copies, record: Record, sample: Sequence[Mutant], options: argparse.Namespace) -> list[Outcome]:
    """Try mutants, printing what each comes to."""
    trials = Trials(copies, record, Equivalents(FILE))
    outcomes = []
    with ThreadPoolExecutor(options.jobs) as pool:
        for outcome in pool.map(trials.run, sample):
            note = f"  ({outcome.note})" if options.verbose or outcome.verdict in {"survived", "explained"} else ""
            sys.stdout.write(f"{outcome.verdict:9} {outcome.mutant}{note}\n")
            sys.stdout.flush()
            outcomes.append(outcome)
    return outcomes


def report(outcomes: Sequence[Outcome]) -> None:
    """Print how many mutants were noticed."""
    count = Counter(outcome.verdict for outcome in outcomes)
    noticed, rest = count["killed"] + count["timeout"], len(outcomes) - count["explained"]
    verdicts = ", ".join(f"{count[verdict]} {verdict}" for verdict in ("killed", "timeout", "survived", "explained"))
    score = f" Score: {noticed} of {rest} = {100 * noticed / rest:.1f} %." if rest else ""
    seconds = sum(outcome.seconds for outcome in outcomes) / len(outcomes)
    sys.stdout.write(f"{len(outcomes)} mutants: {verdicts}.{score} {seconds:.1f} s each.\n")


if __name__ == "__main__":
    sys.exit(main())
