"""What is too large is refused unread; what a file is, its content says."""

import io
import zipfile

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.test import override_settings
from django.test.client import RequestFactory
from django.urls import include, path

from cqpm.utils.uploads import AROUND, LIMITS, Type, UploadField, sniff, takes
from cqpm.wsgi import application

pytestmark = pytest.mark.django_db  # each request looks after the connections of its process
BOUNDARY = "frontiere"


@takes("class")
def taking(request):
    return HttpResponse(str(sum(file.size for file in request.FILES.values())))


def taking_nothing(request):
    return HttpResponse(str(len(request.FILES)))


for view in (taking, taking_nothing):
    view.login_required = False

urlpatterns = [
    path("class/", taking),
    path("nothing/", taking_nothing),
    path("", include("cqpm.urls")),
]


class Body(io.RawIOBase):
    """A form with one file of so many bytes, made as it is read: `read_bytes` tells how much was asked for."""

    def __init__(self, size):
        opening = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        self.pieces = [opening.encode(), size, f"\r\n--{BOUNDARY}--\r\n".encode()]
        self.length = len(self.pieces[0]) + size + len(self.pieces[2])
        self.read_bytes = 0
        self.content = self.made()
        self.kept = b""

    def made(self):
        yield self.pieces[0]
        for start in range(0, self.pieces[1], 65536):
            yield b"a" * min(65536, self.pieces[1] - start)
        yield self.pieces[2]

    def readable(self):
        return True

    def read(self, size=-1):
        while len(self.kept) < size and (piece := next(self.content, b"")):
            self.kept += piece
        given, self.kept = self.kept[:size], self.kept[size:]
        self.read_bytes += len(given)
        return given

    def readline(self, size=-1):
        raise AssertionError("no line is asked of a multipart body")


def post(address, body, length):
    """(status, text) of a raw POST through every middleware, as the server would hand it over."""
    environ = RequestFactory().generic("POST", address).environ | {
        "wsgi.input": body,
        "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
        "CONTENT_LENGTH": str(length),
        "HTTP_COOKIE": f"csrftoken={'a' * 32}",  # without it the body is not looked at in any case
    }
    answer = {}
    chunks = application(environ, lambda status, headers: answer.update(status=int(status[:3])))
    text = b"".join(chunks).decode()
    chunks.close()
    return answer["status"], text


@pytest.fixture(autouse=True)
def addresses():
    with override_settings(ROOT_URLCONF=__name__):
        yield


def test_an_honest_length_too_large_is_refused_without_one_byte_read():
    body = Body(LIMITS["class"] + AROUND)
    status, text = post("/class/", body, body.length)
    assert (status, body.read_bytes) == (413, 0)
    assert "dépasse 10\u00a0Mo" in text


def test_a_view_that_takes_nothing_reads_no_large_form():
    body = Body(3 * 1024 * 1024)
    assert (post("/nothing/", body, body.length)[0], body.read_bytes) == (413, 0)


@pytest.mark.parametrize("excess", [1, AROUND // 2])
def test_a_length_within_the_allowance_is_not_believed_and_the_rest_left_unread(excess):
    """The envelope may weigh something; a file that outgrows the limit in it is stopped by counting."""
    limit = LIMITS["class"]
    body = Body(limit + excess)
    status, text = post("/class/", body, body.length)
    assert (status, "dépasse 10\u00a0Mo" in text) == (413, True)
    assert body.read_bytes <= limit + 2 * 65536


def test_a_file_at_the_limit_is_read(rf):
    """The view itself, without the token that the raw form above lacks."""
    body = Body(LIMITS["class"])
    environ = rf.generic("POST", "/class/").environ | {
        "wsgi.input": body,
        "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
        "CONTENT_LENGTH": str(body.length),
    }
    request = WSGIRequest(environ)
    assert taking(request).content == str(LIMITS["class"]).encode()
    request.close()


# --- Type -------------------------------------------------------------------------------------------------


def archive(**members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name, text in members.items():
            file.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return content.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
OFFICE = {"[Content_Types]_xml": "<Types/>"}
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.7\n...", Type.PDF),
        (b"\xef\xbb\xbf%PDF-1.4", Type.PDF),
        (b"\x89PNG\r\n\x1a\n....", Type.PNG),
        (b"\xff\xd8\xff\xe0..JFIF", Type.JPEG),
        (archive(**OFFICE, xl__workbook_xml="<workbook/>"), Type.XLSX),
        (archive(**OFFICE, word__document_xml="<document/>"), Type.DOCX),
        (archive(mimetype=OPEN_DOCUMENT + "text"), Type.ODT),
        (archive(mimetype=OPEN_DOCUMENT + "spreadsheet"), Type.ODS),
        (archive(mimetype="x" * 10_000), Type.UNKNOWN),
        (archive(xl__workbook_xml="<workbook/>"), Type.UNKNOWN),
        (archive(**OFFICE, xl__workbook_xml="<workbook/>")[:60], Type.UNKNOWN),
        (OLE, Type.OLD_OFFICE),
        (OLE + "EncryptedPackage".encode("utf-16-le"), Type.ENCRYPTED),
        ("Nom;Prénom\nÉmile;Zoé\n".encode(), Type.TEXT),
        ("Nom;Prénom\r\nÉmile;Zoé\r\n".encode("cp1252"), Type.TEXT),
        (b"MZ\x90\x00\x03\x00", Type.UNKNOWN),
        (b"", Type.UNKNOWN),
    ],
    ids=lambda value: value.name if isinstance(value, Type) else "",  # an archive bears the hour it was made
)
def test_a_file_is_what_its_content_says(content, found):
    assert sniff(content) == found
    file = io.BytesIO(content)
    file.seek(min(3, len(content)))
    assert (sniff(file), file.tell()) == (found, 0)


class UploadForm(forms.Form):
    file = UploadField(kind="class", types={Type.XLSX, Type.TEXT})


def errors(content, name="a.xlsx"):
    form = UploadForm({}, {"file": SimpleUploadedFile(name, content, "application/zip")})
    form.is_valid()
    return form.errors.get_json_data().get("file", [])


def test_the_field_believes_neither_name_nor_declared_type():
    assert errors(b"Nom;Naissance\n") == []
    (error,) = errors(b"%PDF-1.7\n")
    assert error["message"] == (
        "Ce fichier n’est pas du type attendu (XLSX ou texte (CSV, TXT)). Type reconnu : PDF."
    )


def test_the_field_refuses_what_another_way_in_did_not():
    (error,) = errors(b"a" * (LIMITS["class"] + 1))
    assert error["message"] == "Ce fichier dépasse 10\u00a0Mo."
