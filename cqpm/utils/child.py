"""Foreign files are parsed in a child process: what they can break or swallow there, the worker does not lose.

    result = run(read_document, content, seconds=60, megabytes=512, progress=note)

The child is a fresh interpreter: no database connection, no secret of the environment, no thread is inherited, so
that it can be had from a prefork or solo worker, a command or a test alike. Address space, processor time and wall
clock are bounded; it can write no file. Arguments go to it pickled; what comes back is JSON, because a parser that
a hostile file has taken over must not be able to send its parent code to run.

`function` is at the top of a module that needs no Django. While it works it may call `report(done, total)`; it says
no to a file with a `Refusal`, which is raised again here.
"""

import json
import os
import pickle
import resource
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cqpm.utils.refusal import Refusal

PROJECT = Path(__file__).resolve().parent.parent.parent
ANSWER_LIMIT = 64 * 1024 * 1024  # the longest answer a parent keeps in memory
KEPT = ("PATH", "LANG", "LC_ALL", "TZ")  # of the environment
TAIL = 4000  # of what the child complained of
BEGIN = "from cqpm.utils import child; child.begin()"
Progress = Callable[[int, int], object]  # told (done, total); what it raises ends the child

CRASHED = "La lecture du fichier s’est interrompue : il est sans doute endommagé."


class Unfinished(Exception):
    """The child gave no result; `str()` is a French sentence for whoever sent the file, `detail` is for the log."""

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.detail = detail


class OutOfTime(Unfinished):
    """Stopped by the wall clock or by the limit of processor time."""


class OutOfMemory(Unfinished):
    """Stopped by the limit of its address space."""


class Crashed(Unfinished):
    """Ended without an answer, or by an exception that is no refusal."""


def run(
    function: Callable[..., Any],
    *arguments: object,
    seconds: int = 60,
    megabytes: int = 512,
    progress: Progress | None = None,
) -> Any:
    """What `function(*arguments)` gives, from a child process within these limits.

    `progress(done, total)` is called here each time the child reports; what it raises ends the child. Raises
    `OutOfTime`, `OutOfMemory`, `Crashed`, or the `Refusal` of the function.
    """
    deadline = time.monotonic() + seconds
    child = subprocess.Popen(
        [sys.executable, "-B", "-c", BEGIN, str(seconds), str(megabytes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=PROJECT,
        env={key: os.environ[key] for key in KEPT if key in os.environ} | {"PYTHONIOENCODING": "utf-8"},
        start_new_session=True,
    )
    assert child.stdin and child.stdout and child.stderr  # all three are pipes
    try:
        return listen(child, pickle.dumps((function, arguments)), deadline, progress, seconds, megabytes)
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        for pipe in (child.stdin, child.stdout, child.stderr):
            pipe.close()


def listen(
    child: subprocess.Popen[bytes],
    sent: bytes,
    deadline: float,
    progress: Progress | None,
    seconds: int,
    megabytes: int,
) -> Any:
    """Feeds the child and hears it out."""
    assert child.stdin and child.stdout and child.stderr
    too_long = OutOfTime(f"La lecture du fichier a été arrêtée : elle demande plus de {seconds} s.")
    too_big = OutOfMemory(
        f"La lecture du fichier a été arrêtée : elle demande plus de {megabytes} Mo de mémoire."
    )
    try:
        child.stdin.write(sent)  # read whole before anything else; the child's own alarm bounds the wait
        child.stdin.close()
    except BrokenPipeError:
        pass
    complaint, answer = b"", bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        selector.register(child.stderr, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(timeout=max(0, deadline - time.monotonic()))
            if not ready:
                raise too_long
            for key, _ in ready:
                if not (part := os.read(key.fd, 65536)):
                    selector.unregister(key.fileobj)
                elif key.fileobj is child.stderr:
                    complaint = (complaint + part)[-TAIL:]
                else:
                    told(answer, part, progress)
    code = child.wait()
    detail = f"code {code}\n{complaint.decode(errors='replace')}"
    if code in (-signal.SIGXCPU, -signal.SIGALRM):
        raise too_long
    try:
        kind, value = json.loads(answer)
    except ValueError:
        raise too_big if b"MemoryError" in complaint else Crashed(CRASHED, detail) from None
    if kind == "memory":
        raise too_big
    if kind == "refusal":
        raise Refusal(*value)
    if kind != "result":
        raise Crashed(CRASHED, f"{value}\n{detail}")
    return value


def told(answer: bytearray, part: bytes, progress: Progress | None) -> None:
    """Adds what was received to the answer, after passing on the reports it completes."""
    if len(answer) + len(part) > ANSWER_LIMIT:
        raise Crashed("La lecture du fichier donne un résultat démesuré.")
    answer += part
    if b"\n" not in part:
        return
    *lines, rest = bytes(answer).split(b"\n")
    answer[:] = rest
    for line in lines:
        kind, value = json.loads(line)
        if kind != "progress":
            answer[:] = line  # the last word
        elif progress:
            progress(*value)


# --- In the child -----------------------------------------------------------------------------------------

channel = None  # to the parent; none anywhere else


def report(done: int, total: int) -> None:
    """Tells the parent how far the reading is; nothing outside a child."""
    say("progress", [done, total])


def say(kind: str, value: object) -> None:
    if channel:
        channel.write(json.dumps([kind, value]).encode() + b"\n")
        channel.flush()


def begin() -> None:
    """Sets the limits this process cannot lift again, then answers with one word and its value."""
    global channel
    seconds, megabytes = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 1024 * 1024,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(seconds + 1)  # should the parent be gone
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is a complaint, not an answer
    try:
        function, arguments = pickle.loads(sys.stdin.buffer.read())
        say("result", function(*arguments))
    except MemoryError:
        say("memory", None)
    except Refusal as refusal:
        say("refusal", refusal.reasons)
    except Exception as error:
        say("error", f"{type(error).__name__}: {error}"[:TAIL])
        raise
