"""The tests, run for mutants instead of for themselves: a plugin of pytest."""

import ast
import gc
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from pathlib import Path

import coverage
import pytest
from _pytest.runner import runtestprotocol

from cqpm.mutants.changes import changes
from cqpm.mutants.graft import graft

HOUSE = Path(__file__).parents[2]
TARGETS = [
    "*/rules.py",
    "*/rules/*.py",
    "candidates/declarable.py",
    "candidates/eligibility.py",
    "candidates/likeness.py",
    "candidates/postal.py",
    "candidates/standing.py",
    "cqpm/utils/periods.py",
    "evaluations/reads/decision.py",  # what is kept
    "evaluations/reads/transfer.py",
    "cqpm/utils/personal.py",
    "*/personal_data.py",
    "accounts/reminders.py",
]
CHILDREN = 2
SECONDS = 20  # a test that takes longer, and ten times longer than it did, is taken for caught in a loop
NOTICED, SURVIVES, LOST = 0, 1, 2  # exit statuses of a fork


class Trials:
    """What is tried, and what came of it: `noticed`, `survivors`, and `unreached` by any test."""

    def __init__(self, only):
        files = {file for glob in TARGETS for file in HOUSE.glob(glob)} & set(HOUSE.glob(only))
        self.paths = sorted(str(file.relative_to(HOUSE)) for file in files)
        self.noticed, self.survivors, self.unreached = [], [], []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        """In place of pytest's own: collected once, the tests run again and again in forks of this process."""
        trees = {path: ast.parse((HOUSE / path).read_text()) for path in self.paths}
        self.items = {item.nodeid: item for item in session.items}
        if first := next((item for item in session.items if item.get_closest_marker("django_db")), None):
            fails(first)  # the database is made here, once
        gc.collect()
        gc.freeze()  # else each fork would copy all of it
        found = [(mutant, tree) for path, tree in trees.items() for mutant in changes(path, tree)]
        with tempfile.TemporaryDirectory() as folder:
            self.notes = Path(folder)  # where a fork says which test noticed
            self.measure(self.notes)
            self.try_all(found)
        return True

    def measure(self, folder):
        """Which tests run which line, and for how long: {path: {line: tests}}, {test: seconds}."""
        self.seconds, self.reached = {}, {path: defaultdict(set) for path in self.paths}
        for share in range(CHILDREN):
            fork(lambda share=share: self.measure_share(folder, share))
        ends = [os.wait()[1] for _ in range(CHILDREN)]
        if any(ends):
            raise pytest.UsageError("the tests fail without any change")
        for share in range(CHILDREN):
            self.seconds |= json.loads((folder / f"{share}.json").read_text())
            data = coverage.CoverageData(str(folder / f"{share}.data"))
            data.read()
            for path in self.paths:
                for line, tests in data.contexts_by_lineno(str(HOUSE / path)).items():
                    self.reached[path][line] |= set(tests) & self.items.keys()

    def measure_share(self, folder, share):
        """In a fork: every second test, without any change. Gives whether one of them fails."""
        include = [str(HOUSE / path) for path in self.paths]
        trace = coverage.Coverage(data_file=folder / f"{share}.data", include=include, config_file=False)
        trace.set_option("run:disable_warnings", ["no-data-collected"])
        trace.start()
        seconds, failed = {}, []
        for item, following in self.in_turn(list(self.items)[share::CHILDREN]):
            trace.switch_context(item.nodeid)
            begin = time.monotonic()
            failed += [item.nodeid] if fails(item, following) else []
            seconds[item.nodeid] = time.monotonic() - begin
        trace.stop()
        trace.save()
        (folder / f"{share}.json").write_text(json.dumps(seconds))
        announce(*(f"fails without any change: {nodeid}" for nodeid in failed))
        return len(failed) > 0

    def in_turn(self, tests):
        """(test, the one after it, None for none)."""
        items = [self.items[nodeid] for nodeid in tests]
        return zip(items, [*items[1:], None], strict=True)

    def tests_of(self, mutant):
        """The tests that run the lines of a change; of what an import sets, all of the file.

        First those that have noticed most in that file, then the quickest. Those of a module stay together: what it
        builds once is built once.
        """
        lines, bites = self.reached[mutant.path], self.bites[mutant.path]
        wanted = mutant.lines if mutant.runs else lines
        found = set().union(*(lines.get(line, ()) for line in wanted))
        tests = sorted(found, key=lambda nodeid: (-bites[nodeid], self.seconds[nodeid]))
        modules = list(dict.fromkeys(self.items[nodeid].module for nodeid in tests))
        return sorted(tests, key=lambda nodeid: modules.index(self.items[nodeid].module))

    def try_all(self, found):
        """Each mutant of `found` (with the tree it changes) in a fork of its own, two at a time."""
        running, begin, self.bites = {}, time.monotonic(), defaultdict(Counter)
        for rank, (mutant, tree) in enumerate(found, start=1):
            if tests := self.tests_of(mutant):
                if len(running) == CHILDREN:
                    self.collect(running)
                running[fork(lambda args=(mutant, tree, tests): self.meet(*args))] = mutant
            else:
                self.unreached.append(mutant)
            if rank % 100 == 0:
                announce(f"{rank} of {len(found)}, {time.monotonic() - begin:.0f} s")
        while running:
            self.collect(running)

    def collect(self, running):
        child, status = os.wait()
        mutant, survives = running.pop(child), status == SURVIVES << 8
        (self.survivors if survives else self.noticed).append(mutant)
        if survives:
            announce(f"survives: {mutant}")
        elif (note := self.notes / str(child)).exists():
            self.bites[mutant.path][note.read_text()] += 1

    def meet(self, mutant, tree, tests):
        """In a fork: a change that cannot even be made is noticed by whoever imports the file."""
        graft(mutant, tree, str(HOUSE / mutant.path))
        for item, following in self.in_turn(tests):
            signal.alarm(int(SECONDS + 10 * self.seconds[item.nodeid]))  # ends this process
            if fails(item, following):
                (self.notes / str(os.getpid())).write_text(item.nodeid)
                return NOTICED
        return SURVIVES


def fails(item, following=None):
    """Whether a test fails; what the one that follows shares with it is kept, at least what lasts for the session."""
    reports = runtestprotocol(item, log=False, nextitem=following or item.session)
    return any(report.failed for report in reports)


def fork(work):
    """The process that does `work` and ends with what it gives as exit status."""
    if child := os.fork():
        return child
    status = LOST
    try:
        status = work()
    except Exception:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(status)


def announce(*lines):
    sys.__stdout__.write("".join(f"{line}\n" for line in lines))
    sys.__stdout__.flush()
