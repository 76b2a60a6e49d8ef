"""`python -m cqpm.mutants [--only GLOB] [what pytest is to run]`: exit status 0 when every change is noticed.

One process collects the tests and makes the database, SQLite in memory; each change is tried in a fork of it, where
the functions of the changed file take their new code: no file is written, nothing is imported again, and two run at
once. A first turn, without any change, says which lines each test runs and how long it takes. A change then meets
only the tests that run its lines, until one fails. `equivalent.txt` lists those no test can
notice, each with its reason; a line of it that is noticed after all, or that changes nothing any more, is told.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import hypothesis
import pytest

from cqpm.mutants.trials import HOUSE, Trials, announce

EQUIVALENT = Path(__file__).with_name("equivalent.txt")
# Failing examples need not be made small, and each run meets the same ones.
PROFILE = {
    "phases": [hypothesis.Phase.explicit, hypothesis.Phase.generate],
    "derandomize": True,
    "database": None,
    "deadline": None,
}
OPTIONS = ["-p", "no:randomly", "-p", "no:xdist", "-q", "--no-header", "--capture=sys", "-m", "not browser"]
OPTIONS += ["--hypothesis-profile=mutants", "-W", "ignore::pytest.PytestAssertRewriteWarning"]


def conclude(trials, minutes):
    """Prints what survived and what the list says wrongly; gives the number of both."""
    lines = [line for line in EQUIVALENT.read_text().splitlines() if line and not line.startswith("#")]
    listed = {line.split("  # ")[0] for line in lines}
    survivors = {str(mutant): mutant for mutant in [*trials.survivors, *trials.unreached]}
    wrong = [
        f"{mutant.path}:{mutant.lines.start} {mutant}"
        + (" (no test runs it)" if mutant in trials.unreached else "")
        for key, mutant in survivors.items()
        if key not in listed
    ]
    wrong += [
        f"noticed, or gone: {line}" for line in sorted(listed - survivors.keys()) if concerns(trials, line)
    ]
    announce(*wrong)
    total = len(trials.noticed) + len(trials.survivors) + len(trials.unreached)
    equivalent = len(survivors.keys() & listed)
    announce(
        f"{total} changes, {len(trials.noticed)} noticed, {equivalent} equivalent, {minutes:.1f} minutes."
    )
    return len(wrong)


def concerns(trials, line):
    """Whether a line of the list is of a file tried now, or of none any more."""
    path = line.split(" ")[0]
    return path in trials.paths or not (HOUSE / path).exists()


def main():
    """Tries what the command line asks for; gives the exit status."""
    parser = argparse.ArgumentParser(prog="cqpm.mutants")
    parser.add_argument("--only", default="**/*.py", help="of the files to change, those of this pattern")
    asked, tests = parser.parse_known_args()
    begin, trials = time.monotonic(), Trials(asked.only)
    hypothesis.settings.register_profile("mutants", **PROFILE)
    status = pytest.main([*OPTIONS, *tests], plugins=[trials])
    return status or min(conclude(trials, (time.monotonic() - begin) / 60), 1)


if __name__ == "__main__":
    os.chdir(HOUSE)
    sys.exit(main())
