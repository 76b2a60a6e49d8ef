"""Functions a child process runs in the tests of `cqpm.utils.child`: each reaches for one limit."""

import os
import sys
import time
from pathlib import Path

from cqpm.utils.child import report
from cqpm.utils.refusal import Refusal


def repeat(text, times):
    for done in range(1, times + 1):
        report(done, times)
    sys.stdout.write("a library that talks")
    return {"text": text * times}


def environment():
    return sorted(os.environ)


def spin():
    while True:
        pass


def sleep():
    time.sleep(30)


def swallow():
    return len(bytearray(10**10))


def swallow_answer():
    return "x" * (65 * 1024 * 1024)


def write(path):
    Path(path).write_bytes(b"x")


def die():
    os.abort()


def fail():
    raise ValueError("odd byte at 12")


def refuse():
    raise Refusal("Le fichier est vide.", "Choisissez-en un autre.")


def unsayable():
    return {1, 2}
