"""Files outside the web root, under the default storage by their SHA-256: the same bytes are one file.

    sha256 = keep("referentiels", content)
    response = download(read("referentiels", sha256), name="Manuel.pdf", content_type="application/pdf")

The storage is a folder (`Folder`) or a bucket (`cqpm.utils.s3`), by the setting `STORAGE_URL`. Whoever serves a file has
checked who asks; it always leaves as a download, never as a page.
"""

import hashlib
import os
import uuid
from pathlib import Path
from typing import IO

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, default_storage
from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SUFFIXES = {"documents": ".pdf"}  # papers have borne it since the first one


class Unreadable(Exception):
    """The file is missing, no longer has its fingerprint, or its storage does not answer."""


class Folder(FileSystemStorage):
    """A file is there whole or not at all: written beside, flushed to the disk, renamed."""

    def __init__(self, location: str | Path) -> None:
        super().__init__(
            location, allow_overwrite=True
        )  # or the second of two at once would take another name

    def _save(self, name: str, content: "File[bytes]") -> str:
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
        try:
            with partial.open("xb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
        return name


def fingerprint(content: bytes) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def path(folder: str, sha256: str) -> str:
    """«referentiels/ab/cd/<sha256>»: nothing a server could take for a page."""
    return f"{folder}/{sha256[:2]}/{sha256[2:4]}/{sha256}{SUFFIXES.get(folder, '')}"


def keep(folder: str, content: bytes) -> str:
    """Stores the bytes unless they are there already; gives their SHA-256. Raises OSError.

    Two at once both write the same bytes, under the same name.
    """
    sha256 = fingerprint(content)
    if not default_storage.exists(path(folder, sha256)):
        default_storage.save(path(folder, sha256), ContentFile(content))
    return sha256


def read(folder: str, sha256: str) -> bytes:
    """The bytes; raises Unreadable rather than hand out anything but what was stored."""
    try:
        with default_storage.open(path(folder, sha256)) as file:
            content: bytes = file.read()
    except FileNotFoundError:
        raise Unreadable(f"{path(folder, sha256)} is missing") from None
    except OSError as error:
        raise Unreadable(f"{path(folder, sha256)} cannot be read: {error}") from error
    if fingerprint(content) != sha256:
        raise Unreadable(f"{path(folder, sha256)} was altered")
    return content


def forget(folder: str, sha256: str) -> None:
    """Deletes the file, if it is still there; the caller has seen that no row refers to it any more."""
    default_storage.delete(path(folder, sha256))


def download(content: bytes | IO[bytes], *, name: str, content_type: str) -> HttpResponse | FileResponse:
    """An answer the browser saves and never shows; `content`: bytes, or an open file, sent as it is read."""
    answer = FileResponse if hasattr(content, "read") else HttpResponse
    response = answer(content, content_type=content_type)
    response["Content-Disposition"] = str(content_disposition_header(True, name))
    response["X-Content-Type-Options"] = "nosniff"
    return response
