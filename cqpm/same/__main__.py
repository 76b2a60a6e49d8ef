"""Collects what two trees say, side by side, and shows what differs; exit 0 only when nothing does.

    python -m cqpm.same BASE

BASE is a commit, or the folder of an earlier collection; the other side is the tree it is started in, uncommitted
changes included. Both run with this interpreter and its packages.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COLLECT = Path(__file__).with_name("collect.py")
KEPT = ("PATH", "HOME", "LANG")  # of the environment: neither side has a setting of its own
SAME = {
    "DEMO": "1",
    "PORT": "8000",
    "SECRET_KEY": "same" * 16,
    "LINK_KEY": "same" * 16,
    "PYTHONHASHSEED": "0",
}


def start(tree, folder):
    """Has the collection of a tree written into `folder`; gives the process that does it."""
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment |= SAME | {"CQPM_VAR": f"{folder}.var"}
    return subprocess.Popen(
        [sys.executable, COLLECT, folder], cwd=tree, env=environment, stdout=subprocess.DEVNULL
    )


def check_out(commit, tree):
    """Writes the files of a commit into `tree`, leaving the repository as it is."""
    tree.mkdir()
    archive = subprocess.run(["git", "archive", commit], check=True, stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", tree], check=True, input=archive.stdout)


def main(base):
    """Collects both sides at once and prints the differences; leaves by 0 when there is none, else by diff's status."""
    begin, here = time.monotonic(), Path.cwd()
    with tempfile.TemporaryDirectory(prefix="cqpm-same-") as name:
        work = Path(name)
        sides = {here: work / "here"}
        before = Path(base)
        if not before.is_dir():
            before, tree = work / "base", work / "tree"
            check_out(base, tree)
            sides[tree] = before
        running = [start(tree, folder) for tree, folder in sides.items()]
        codes = [process.wait() for process in running]
        if any(codes):
            raise SystemExit("A demonstration could not be built or read.")
        differs = subprocess.run(["diff", "-r", "-U2", "-F", "^== ", before, work / "here"]).returncode
        count(work / "here", time.monotonic() - begin)
        raise SystemExit(differs)


def count(folder, seconds):
    """Says how much was compared."""
    found = {}
    for file in folder.rglob("*.txt"):
        kind = file.relative_to(folder).with_suffix("").parts[0]
        found[kind] = found.get(kind, 0) + file.read_text().count("\n== ") + 1
    said = ", ".join(f"{number} {kind}" for kind, number in sorted(found.items()))
    sys.stdout.write(f"Compared in {seconds:.0f} s: {said}.\n")


if __name__ == "__main__":
    main(sys.argv[1])
