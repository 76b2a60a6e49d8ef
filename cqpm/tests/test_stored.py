"""One store, two places: each test runs on a folder and on a bucket of a server that speaks S3."""

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from moto.server import ThreadedMotoServer

from cqpm.tests.code import modules
from cqpm.utils import s3, stored

KEY, SECRET = secrets.token_hex(8), secrets.token_urlsafe(16)


@pytest.fixture(scope="module")
def server():
    """An S3-compatible server on a free port of the loopback interface."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def store(request, settings):
    """The default storage of this test."""
    if request.param == "bucket":
        server, name = request.getfixturevalue("server"), f"cqpm-{secrets.token_hex(4)}"
        url = f"s3+http://{KEY}:{SECRET}@{server}/{name}?region=eu-west-3"
        boto3.client(
            "s3",
            endpoint_url=f"http://{server}",
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name="eu-west-3",
        ).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
        settings.STORAGES = settings.STORAGES | {
            "default": {"BACKEND": "cqpm.utils.s3.Bucket", "OPTIONS": {"url": url}}
        }
    return default_storage


def names(store, folder):
    """Every file under a folder, whatever its depth."""
    folders, files = store.listdir(folder)
    return sorted(files + [name for inner in folders for name in names(store, f"{folder}/{inner}")])


def test_same_bytes_are_one_file(store):
    sha256 = stored.keep("essais", b"un")
    assert stored.keep("essais", b"un") == sha256 == stored.fingerprint(b"un")
    assert stored.read("essais", sha256) == b"un"
    assert names(store, "essais") == [sha256]


def test_papers_bear_their_suffix(store):
    sha256 = stored.keep("documents", b"%PDF-1.7")
    assert store.exists(f"documents/{sha256[:2]}/{sha256[2:4]}/{sha256}.pdf")
    assert stored.read("documents", sha256) == b"%PDF-1.7"


def test_many_at_once_leave_one_whole_file(store):
    content, together = b"0123456789" * 100_000, threading.Barrier(4)

    def work(_):
        together.wait()
        return stored.keep("essais", content)

    with ThreadPoolExecutor(4) as workers:
        (sha256,) = set(workers.map(work, range(4)))
    assert names(store, "essais") == [sha256]
    assert stored.read("essais", sha256) == content


def test_altered_and_missing_bytes_are_never_handed_out(store):
    sha256 = stored.keep("essais", b"un")
    store.delete(stored.path("essais", sha256))
    store.save(stored.path("essais", sha256), ContentFile(b"deux"))
    with pytest.raises(stored.Unreadable, match="altered"):
        stored.read("essais", sha256)
    stored.forget("essais", sha256)
    with pytest.raises(stored.Unreadable, match="missing"):
        stored.read("essais", sha256)
    stored.forget("essais", sha256)  # once more harms nothing


def test_a_file_cut_short_leaves_nothing(tmp_path):
    class Cut(ContentFile):
        def chunks(self, chunk_size=None):
            yield b"beg"
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        default_storage.save("essais/un", Cut(b"begun"))
    assert list((tmp_path / "files" / "essais").iterdir()) == []


def test_a_bucket_that_does_not_answer_is_unreadable(settings):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "cqpm.utils.s3.Bucket",
            "OPTIONS": {"url": "s3+http://a:b@127.0.0.1:9/c?region=x"},
        }
    }
    with pytest.raises(stored.Unreadable, match="cannot be read"):
        stored.read("essais", "0" * 64)
    with pytest.raises(OSError):
        stored.keep("essais", b"un")


def test_no_address_of_a_file_is_handed_out():
    bucket = s3.Bucket("s3://a:b@s3.example.org/cqpm?region=fr-par")
    with pytest.raises(NotImplementedError):
        bucket.url("essais/un")


def test_the_setting_is_read():
    found = s3.options("s3://K%40:S%2F1@s3.example.org:8443/cqpm?region=fr-par")
    del found["client_config"]
    assert found == {
        "access_key": "K@",
        "secret_key": "S/1",
        "endpoint_url": "https://s3.example.org:8443",
        "bucket_name": "cqpm",
        "region_name": "fr-par",
        "default_acl": None,
        "querystring_auth": False,
    }


@pytest.mark.parametrize(
    "url", ["s3://s3.example.org/cqpm", "https://a:b@host/cqpm", "s3://a:b@host", "s3://a:b@host/cqpm/papers"]
)
def test_a_setting_half_written_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match=r"^STORAGE_URL is read as s3://KEY:SECRET@"):
        s3.options(url)


# --- What leaves ------------------------------------------------------------------------------------------


def test_a_file_leaves_as_a_download():
    response = stored.download(b"x", name="Manuel d’évaluation.pdf", content_type="application/pdf")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert (
        response["Content-Disposition"]
        == "attachment; filename*=utf-8''Manuel%20d%E2%80%99%C3%A9valuation.pdf"
    )


def test_files_leave_through_one_function():
    """The access matrix asks every URL; this reads every module, for what it does not reach."""
    words = ("FileResponse", "Content-Disposition", "content_disposition_header", "as_attachment")
    sources = {
        str(module): (settings.BASE_DIR / module.path).read_text()
        for module in modules()
        if not (module.is_test or module.name.startswith("cqpm.same"))  # which only reads what is answered
    }
    found = [name for name, source in sources.items() if any(word in source for word in words)]
    assert found == ["cqpm/utils/stored.py"]
