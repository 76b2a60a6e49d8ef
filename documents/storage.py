"""The files of papers, under the default storage by their SHA-256: the same bytes are one file, never overwritten."""

import hashlib
import os
import uuid
from pathlib import Path

from django.core.files.storage import default_storage


class Unreadable(Exception):
    """The file of a ready document is missing or no longer has its fingerprint."""


def fingerprint(content):
    """The SHA-256 of a paper, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def name(sha256):
    """Where the file stands: «documents/ab/cd/<sha256>.pdf»."""
    return f"documents/{sha256[:2]}/{sha256[2:4]}/{sha256}.pdf"


def write(content):
    """Stores the paper, whole or not at all: written beside, flushed to the disk, renamed."""
    target = Path(default_storage.path(name(fingerprint(content))))
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    with partial.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(target)


def read(sha256):
    """The stored paper; raises Unreadable rather than hand out anything but the bytes that were sealed."""
    try:
        with default_storage.open(name(sha256)) as file:
            content = file.read()
    except FileNotFoundError:
        raise Unreadable(f"{name(sha256)} is missing") from None
    if fingerprint(content) != sha256:
        raise Unreadable(f"{name(sha256)} was altered")
    return content
