"""`python -m cqpm.mutants [--only GLOB] [what pytest is to run]`: exit status 0 when every change is noticed.

One process collects the tests and makes the database, SQLite in memory; each change is tried in a fork of it, where
the functions of the changed file take their new code: no file is written, nothing is imported again, and two run at
once. A first turn, without any change, says which lines each test runs and how long it takes. A change then meets
only the tests that run its lines, the quickest first, until one fails. `equivalent.txt` lists those no test can
notice, each with its reason; a line of it that is noticed after all, or that changes nothing any more, is told.
"""

import argparse
import ast
import gc
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from types import CodeType, FunctionType

import coverage
import hypothesis
import pytest
from _pytest.runner import runtestprotocol
from django.db.models import Q

from cqpm.mutants.changes import changes

TREE = Path(__file__).parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.txt")
TARGETS = {  # {files: the one function of them that is meant, "" for all}
    "*/rules.py": "",
    "*/rules/*.py": "",
    "cqpm/utils/periods.py": "",
    "evaluations/reads/decision.py": "",  # what is kept
    "evaluations/reads/transfer.py": "",
    "evaluations/actions/jury/session.py": "kept_until",
    "cqpm/utils/personal.py": "",
    "*/personal_data.py": "",
    "accounts/reminders.py": "",
}
CHILDREN = 2
SECONDS = 20  # a test that takes longer, and ten times longer than it did, is taken for caught in a loop
NOTICED, SURVIVES, LOST = 0, 1, 2  # exit statuses of a fork


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


def codes(code):
    """{(name, first line): code} of every function compiled with a file."""
    found = {}
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            found |= {(inner.co_qualname, inner.co_firstlineno): inner} | codes(inner)
    return found


def graft(change, tree):
    """Makes the change in this process: in the code of functions, else in what the module set when imported."""
    path = str(TREE / change.path)
    change.make()
    code = compile(tree, path, "exec")
    module = next(one for one in list(sys.modules.values()) if getattr(one, "__file__", None) == path)
    if not change.runs:
        fresh = {"__name__": module.__name__, "__file__": path}
        exec(code, fresh)
        return reset(fresh, module)
    new = codes(code)
    gc.unfreeze()  # what is frozen is not listed
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename == path:
            key = (one.__code__.co_qualname, one.__code__.co_firstlineno)
            if key in new and len(new[key].co_freevars) == len(one.__code__.co_freevars):
                one.__code__ = new[key]
    return None


def reset(fresh, old):
    """Gives a module, or a class of it, the plain values and the defaults of its changed twin."""
    for name, value in fresh.items():
        former = vars(old).get(name)
        if isinstance(value, type) and value.__module__ == fresh.get("__name__") and isinstance(former, type):
            reset(vars(value), former)
        elif isinstance(value, FunctionType) and isinstance(former, FunctionType):
            if (value.__defaults__, value.__kwdefaults__) != (former.__defaults__, former.__kwdefaults__):
                former.__defaults__, former.__kwdefaults__ = value.__defaults__, value.__kwdefaults__
        elif isinstance(value, int | timedelta | Q) and value != former:
            for one in list(sys.modules.values()) if "__file__" in fresh else [old]:
                if type(vars(one).get(name)) is type(former) and vars(one)[name] == former:
                    setattr(one, name, value)
        elif isinstance(value, dict) and isinstance(former, dict) and value and value.keys() != former.keys():
            setattr(old, name, value)


class Mutants:
    """The pytest plugin that runs the tests this way."""

    def __init__(self, only):
        wanted = set(TREE.glob(only))
        files = [
            (file, meant) for glob, meant in TARGETS.items() for file in TREE.glob(glob) if file in wanted
        ]
        self.meant = {str(file.relative_to(TREE)): meant for file, meant in sorted(files)}
        self.survivors, self.noticed, self.unreached = [], [], []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        self.items = {item.nodeid: item for item in session.items}
        first = next((item for item in session.items if item.get_closest_marker("django_db")), None)
        if first:
            self.fails(first)  # the database is made here, once
        gc.collect()
        gc.freeze()
        trees = {path: ast.parse((TREE / path).read_text()) for path in self.meant}
        self.measure()
        self.try_all(
            [
                (change, tree)
                for path, tree in trees.items()
                for change in changes(path, tree)
                if self.meant[path] in ("", change.function)
            ]
        )
        return True

    def fails(self, item):
        """Whether a test fails; what lasts for the session is kept, the rest goes with the test."""
        return any(report.failed for report in runtestprotocol(item, log=False, nextitem=item.session))

    def measure(self):
        """Which tests run which line, and for how long: {path: {line: tests}}, {test: seconds}."""
        self.seconds, self.reached = {}, {path: defaultdict(set) for path in self.meant}
        with tempfile.TemporaryDirectory() as folder:
            for share in range(CHILDREN):
                fork(lambda share=share: self.measure_share(Path(folder), share))
            if any(os.wait()[1] for _ in range(CHILDREN)):
                raise pytest.UsageError("the tests fail without any change")
            for share in range(CHILDREN):
                self.seconds |= json.loads((Path(folder) / f"{share}.json").read_text())
                data = coverage.CoverageData(str(Path(folder) / f"{share}.data"))
                data.read()
                for path in self.meant:
                    for line, tests in data.contexts_by_lineno(str(TREE / path)).items():
                        self.reached[path][line] |= set(tests) & self.items.keys()

    def measure_share(self, folder, share):
        include = [str(TREE / path) for path in self.meant]
        trace = coverage.Coverage(data_file=folder / f"{share}.data", include=include, config_file=False)
        trace.set_option("run:disable_warnings", ["no-data-collected"])
        trace.start()
        seconds, failed = {}, []
        for nodeid in list(self.items)[share::CHILDREN]:
            trace.switch_context(nodeid)
            begin = time.monotonic()
            if self.fails(self.items[nodeid]):
                failed.append(nodeid)
            seconds[nodeid] = time.monotonic() - begin
        trace.stop()
        trace.save()
        (folder / f"{share}.json").write_text(json.dumps(seconds))
        say("".join(f"fails: {nodeid}\n" for nodeid in failed))
        return len(failed) > 0

    def tests_of(self, change):
        """The tests that run the lines of a change, the quickest first; of what an import sets, all of the file."""
        lines = self.reached[change.path]
        wanted = change.lines if change.runs else lines
        return sorted(set().union(*(lines.get(line, ()) for line in wanted)), key=self.seconds.get)

    def try_all(self, found):
        running, begin = {}, time.monotonic()
        for rank, (change, tree) in enumerate(found):
            tests = self.tests_of(change)
            if not tests:
                self.unreached.append(change)
                continue
            if len(running) == CHILDREN:
                self.collect(running)
            running[fork(lambda change=change, tree=tree, tests=tests: self.meet(change, tree, tests))] = (
                change
            )
            if rank % 100 == 99:
                say(f"{rank + 1} of {len(found)}, {time.monotonic() - begin:.0f} s\n")
        while running:
            self.collect(running)

    def collect(self, running):
        child, status = os.wait()
        change, survives = running.pop(child), status == SURVIVES << 8
        (self.survivors if survives else self.noticed).append(change)
        if survives:
            say(f"survives: {change}\n")

    def meet(self, change, tree, tests):
        """In a fork: a change that cannot even be made is noticed by whoever imports the file."""
        graft(change, tree)
        for nodeid in tests:
            signal.alarm(int(SECONDS + 10 * self.seconds[nodeid]))  # ends this process
            if self.fails(self.items[nodeid]):
                return NOTICED
        return SURVIVES


def say(text):
    sys.__stdout__.write(text)
    sys.__stdout__.flush()


def conclude(mutants, minutes):
    """Prints what survived and what the list says wrongly; the number of both."""
    lines = [line for line in EQUIVALENT.read_text().splitlines() if line and not line.startswith("#")]
    listed = {line.partition("  # ")[0] for line in lines}
    survivors = [*mutants.survivors, *mutants.unreached]
    equivalent = [change for change in survivors if str(change) in listed]
    wrong = [
        f"{change.path}:{change.lines.start} {change.function}: {change.text}"
        + (" (no test runs it)" if change in mutants.unreached else "")
        for change in survivors
        if str(change) not in listed
    ]
    here = {
        line
        for line in listed
        if line.partition(" ")[0] in mutants.meant or not (TREE / line.partition(" ")[0]).exists()
    }
    wrong += [f"no equivalent any more: {line}" for line in sorted(here - {str(one) for one in equivalent})]
    say("".join(f"{line}\n" for line in wrong))
    total = len(survivors) + len(mutants.noticed)
    say(
        f"{total} changes, {len(mutants.noticed)} noticed, {len(equivalent)} equivalent, {minutes:.1f} minutes.\n"
    )
    return len(wrong)


def main():
    parser = argparse.ArgumentParser(prog="cqpm.mutants")
    parser.add_argument("--only", default="**/*.py", help="of the files to change, those of this pattern")
    asked, tests = parser.parse_known_args()
    begin, mutants = time.monotonic(), Mutants(asked.only)
    # Failing examples need not be made small, and each run meets the same ones.
    phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
    hypothesis.settings.register_profile(
        "mutants", phases=phases, derandomize=True, database=None, deadline=None
    )
    options = ["-p", "no:randomly", "-p", "no:xdist", "-q", "--no-header", "--capture=sys"]
    options += ["--hypothesis-profile=mutants", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    status = pytest.main([*options, "-m", "not browser", *tests], plugins=[mutants])
    return status or min(conclude(mutants, (time.monotonic() - begin) / 60), 1)


if __name__ == "__main__":
    os.chdir(TREE)
    sys.exit(main())
