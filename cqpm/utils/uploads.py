"""Files people send: how large by kind, refused before they are read whole; of which type, by their content.

    @takes("class")                    # on the view: what is larger is answered 413, its body left unread
    def import_new(request): …

    file = UploadField(kind="class", types={Type.XLSX, Type.TEXT})        # in the form

The middleware stands before CsrfViewMiddleware, whose check already reads the body. It believes Content-Length when
that is too much, and counts what comes in all the same. A view that takes nothing takes no file worth the name.
Neither the name of a file nor the type its sender declares is ever believed.
"""

import io
import zipfile
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from django import forms
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from cqpm.utils.french import NBSP, enumeration

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

MEGABYTE = 1024 * 1024
LIMITS = {
    "photo": 15 * MEGABYTE,
    "scan": 15 * MEGABYTE,
    "report": 30 * MEGABYTE,
    "referentiel": 20 * MEGABYTE,
    "class": 10 * MEGABYTE,
}
AROUND = 256 * 1024  # the other fields of the form, and the envelope


class Type(StrEnum):
    """What a file is; ODS, old Office files and encrypted ones are told apart only to be refused by name."""

    PDF = "PDF"
    XLSX = "XLSX"
    DOCX = "DOCX"
    ODT = "ODT"
    ODS = "ODS"
    OLD_OFFICE = "ancien format Office (.xls, .doc)"
    ENCRYPTED = "fichier protégé par un mot de passe"
    PNG = "PNG"
    JPEG = "JPEG"
    TEXT = "texte (CSV, TXT)"
    UNKNOWN = "inconnu"


# --- Size -------------------------------------------------------------------------------------------------


def takes(kind: str) -> Callable[[View], View]:
    """Marks a view as taking one file of that kind, up to its limit; decorators outside it keep the mark."""

    def mark(view: Any) -> Any:  # no type of a function knows of the mark
        view.upload_limit = LIMITS[kind]
        return view

    return mark


def spelt(size: int) -> str:
    """«10 Mo»."""
    return f"{round(size / MEGABYTE, 1):g}".replace(".", ",") + f"{NBSP}Mo"


class UploadLimitMiddleware:
    """Refuses too large a body with a page in French, 413, before anybody reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        # Met while counting: whatever has been answered meanwhile, the sender must learn why.
        limit = getattr(request, "upload_refused", None)
        return too_large(limit) if limit else response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: object, kwargs: object
    ) -> HttpResponse | None:
        """Refuses what says it is too long for its view (`takes`), and has the rest counted as it comes."""
        if request.method != "POST":
            return None
        limit = getattr(view, "upload_limit", settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit + AROUND:
            return too_large(limit)
        request.upload_handlers.insert(0, CountingHandler(request, limit))  # type: ignore[union-attr]  # a list until read
        return None


class CountingHandler(FileUploadHandler):
    """Stops the reading as soon as the files of a request outgrow the limit, whatever their length was said to be."""

    request: Any  # which takes the mark `upload_refused`

    def __init__(self, request: HttpRequest, limit: int) -> None:
        super().__init__(request)
        self.limit, self.received = limit, 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > self.limit:
            self.request.upload_refused = self.limit
            for handler in self.request.upload_handlers:
                handler.upload_interrupted()  # the file begun leaves the disk at once
            raise RequestDataTooBig(f"More than {self.limit} bytes of files.")
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None  # the handlers after it keep the file


def too_large(limit: int) -> HttpResponse:
    return render(None, "413.html", {"limit": spelt(limit)}, status=413)


# --- Type -------------------------------------------------------------------------------------------------

# The part that makes an Office or OpenDocument archive what it is.
PARTS = {"xl/workbook.xml": Type.XLSX, "word/document.xml": Type.DOCX}
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
OPEN_DOCUMENTS = {f"{OPEN_DOCUMENT}text": Type.ODT, f"{OPEN_DOCUMENT}spreadsheet": Type.ODS}
OLE = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Office before 2007, and the wrapping of an encrypted document since
)
CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f")) + b"\x7f"


class Binary(Protocol):
    """An open file, whether the system or Django opened it."""

    def read(self, size: int = -1, /) -> bytes: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...


def sniff(content: bytes | bytearray | memoryview | Binary) -> Type:
    """The type of a file, from its bytes or an open binary file (left at its beginning)."""
    file = io.BytesIO(content) if isinstance(content, bytes | bytearray | memoryview) else content
    file.seek(0)
    try:
        return _sniffed(file)
    finally:
        file.seek(0)


def _sniffed(file: Binary) -> Type:
    head = file.read(1024)
    if b"%PDF-" in head:  # readers allow bytes before it
        return Type.PDF
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Type.PNG
    if head.startswith(b"\xff\xd8\xff"):
        return Type.JPEG
    if head.startswith(OLE):
        return (
            Type.ENCRYPTED
            if "EncryptedPackage".encode("utf-16-le") in head + file.read()
            else Type.OLD_OFFICE
        )
    if head.startswith(b"PK\x03\x04"):
        return _archive(file)
    return Type.TEXT if _is_text(head + file.read()) else Type.UNKNOWN


def _archive(file: Binary) -> Type:
    """Looks at the names in the archive; the only member opened is a declaration of 60 bytes, read bounded."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            for part, found in PARTS.items():
                if part in names and "[Content_Types].xml" in names:
                    return found
            if "mimetype" in names:
                with archive.open("mimetype") as declaration:
                    return OPEN_DOCUMENTS.get(declaration.read(100).decode("ascii", "replace"), Type.UNKNOWN)
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        pass  # damaged, encrypted, compressed with a method nobody asked for
    return Type.UNKNOWN


def _is_text(content: bytes) -> bool:
    """Readable as UTF-8 or as Windows wrote French: not empty, no control character."""
    return bool(content) and not any(control in content for control in CONTROLS)


class SentFile(UploadedFile):
    """A file as `UploadField` gives it: one of Django's, its type beside it. For signatures only, none is made."""

    name: str
    sniffed: Type


class UploadField(forms.FileField):
    """A file of a kind and of one of the types, looked at again on arrival; the page checks its size first."""

    def __init__(self, *, kind: str, types: set[Type], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.limit, self.types = LIMITS[kind], types
        self.widget.attrs |= {"data-limit": self.limit, "data-too-large": self.too_large}

    @property
    def too_large(self) -> str:
        return f"Ce fichier dépasse {spelt(self.limit)}{NBSP}: il n’a pas été envoyé."

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The file; `file.sniffed` is its type."""
        file = super().clean(data, initial)
        if not file or file is initial:
            return file
        if file.size > self.limit:
            raise ValidationError(f"Ce fichier dépasse {spelt(self.limit)}.")
        file.sniffed = sniff(file)
        if file.sniffed not in self.types:
            wanted = enumeration(sorted(self.types)).replace(" et ", " ou ")
            raise ValidationError(
                f"Ce fichier n’est pas du type attendu ({wanted}). Type reconnu : {file.sniffed}."
            )
        return file
