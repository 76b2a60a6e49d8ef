"""Starts the programs of the Procfile together and stops them together: `python -m cqpm.start`.

Ctrl-C, SIGTERM and a closed terminal stop them all; the worker finishes its running task first. When one
program stops on its own, the others are stopped too.
"""

import contextlib
import os
import signal
import sys
from pathlib import Path

from honcho import environ, manager

PROCFILE = Path(__file__).resolve().parent.parent / "Procfile"
# Seconds a program is given to stop once another has: the longest task is a batch of papers.
manager.KILL_WAIT = 60


class MainProcessOnly(manager.ProcessManager):
    """Asks a program to stop by its main process alone.

    honcho signals the whole process group, which kills the worker's children in the middle of their tasks.
    The lines of the Procfile say `exec`, so that the main process is the program and not a shell.
    """

    def terminate(self, pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


manager.ProcessManager = MainProcessOnly


def hang_up(signum, frame):
    """The terminal is gone: nothing can be printed any more, and everything has to stop."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    signal.raise_signal(signal.SIGTERM)


def main():
    """Runs until stopped; returns the exit status: 0 after Ctrl-C or SIGTERM, else that of the program that stopped."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONUNBUFFERED": "1"}
    runner = manager.Manager()
    for name, command in environ.parse_procfile(PROCFILE.read_text()).processes.items():
        runner.add_process(name, command, env=environment, cwd=PROCFILE.parent)
    signal.signal(signal.SIGHUP, hang_up)
    runner.loop()
    asked = {known["rc"] for known in manager.SIGNALS.values()}
    return 0 if runner.returncode in asked else runner.returncode


if __name__ == "__main__":
    sys.exit(main())
