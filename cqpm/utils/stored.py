"""Files outside the web root, under the default storage by their SHA-256: the same bytes are one file.

    sha256 = keep("referentiels", content)
    response = download(read("referentiels", sha256), name="Manuel.pdf", content_type="application/pdf")

Whoever serves one has checked who asks; it always leaves as a download, never as a page.
"""

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.utils.http import content_disposition_header


class Unreadable(Exception):
    """The file is missing or no longer has its fingerprint."""


def path(folder, sha256):
    """«referentiels/ab/cd/<sha256>»: no extension, nothing a server could take for a page."""
    return f"{folder}/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def keep(folder, content):
    """Stores the bytes unless they are there already; gives their SHA-256."""
    sha256 = hashlib.sha256(content).hexdigest()
    if not default_storage.exists(path(folder, sha256)):
        default_storage.save(path(folder, sha256), ContentFile(content))
    return sha256


def read(folder, sha256):
    """The bytes; raises Unreadable rather than hand out anything but what was stored."""
    try:
        with default_storage.open(path(folder, sha256)) as file:
            content = file.read()
    except FileNotFoundError:
        raise Unreadable(f"{path(folder, sha256)} is missing") from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Unreadable(f"{path(folder, sha256)} was altered")
    return content


def download(content, *, name, content_type):
    """An answer the browser saves and never shows."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    return response
