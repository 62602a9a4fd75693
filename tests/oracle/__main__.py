"""Hunt for disagreements: `python -m tests.oracle --cases 2000 --seed 7`."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from .comparison import compare, smallest
from .generator import random_case
from .peer import Oracle


def main() -> int:
    options = parsed_options()
    tally: Counter[str] = Counter()
    found = 0
    began = time.perf_counter()
    with Oracle(with_ours=not options.peer_only) as oracle:
        for number in range(options.first, options.first + options.cases):
            result = compare(oracle, random_case(f"{options.seed}-{number}"))
            tally[result.peer.verdict] += 1
            if options.verbose and result.peer.verdict == "unusable":
                sys.stdout.write(f"{number}: {result.peer.text[:200]!r}\n")
            if not result.agree:
                found += 1
                shown = result if options.no_shrinking else smallest(oracle, result)
                sys.stdout.write(f"\n##### case {options.seed}-{number}\n{shown.show()}")
                sys.stdout.flush()
            if found >= options.most:
                break
    cases = sum(tally.values())
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in tally.most_common())
    each = (time.perf_counter() - began) * 1000 / cases
    sys.stdout.write(f"{cases} cases, {verdicts}, {each:.0f} ms each, {found} disagreements\n")
    return int(found > 0)


def parsed_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", default="0")
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--most", type=int, default=20, help="stop after so many disagreements")
    parser.add_argument("--no-shrinking", action="store_true")
    parser.add_argument("--peer-only", action="store_true", help="ask import-linter alone")
    parser.add_argument("--verbose", action="store_true", help="show why import-linter refuses a case")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
