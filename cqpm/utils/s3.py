"""Files in a bucket of any S3-compatible service, when `STORAGE_URL` says so.

Objects are private and no address of one is ever handed out, signed or not: what leaves passes by a view that has
checked who asks. A put is atomic; a reading is one request. A service that does not answer is an OSError, as a disk is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn
from urllib.parse import parse_qs, unquote, urlsplit

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile, File
from storages.backends.s3 import S3Storage

SCHEMES = {"s3": "https", "s3+http": "http"}  # the second for a service on the loopback interface
SHAPE = "STORAGE_URL is read as s3://KEY:SECRET@endpoint/bucket?region=…"
MISSING = {"404", "NoSuchKey"}


@contextmanager
def answering() -> Iterator[None]:
    """What the client raises becomes what a file system would."""
    try:
        yield
    except ClientError as error:
        kind = FileNotFoundError if error.response["Error"]["Code"] in MISSING else OSError
        raise kind(str(error)) from error
    except BotoCoreError as error:
        raise OSError(str(error)) from error


class Bucket(S3Storage):
    def __init__(self, url: str) -> None:
        super().__init__(**options(url))

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        with answering():
            return ContentFile(self.bucket.Object(name).get()["Body"].read(), name)

    def _save(self, name: str, content: "File[bytes]") -> str:
        with answering():
            return super()._save(name, content)

    def exists(self, name: str) -> bool:
        with answering():
            return super().exists(name)

    def delete(self, name: str) -> None:
        with answering():
            super().delete(name)

    def url(self, name: str, *args: object, **kwargs: object) -> NoReturn:
        raise NotImplementedError("No address of a stored file is handed out.")


def options(url: str) -> dict[str, Any]:
    """The options of S3Storage out of the setting. Raises ImproperlyConfigured."""
    parts = urlsplit(url)
    bucket = parts.path.strip("/")
    if (
        parts.scheme not in SCHEMES
        or not (parts.username and parts.password and parts.hostname and bucket)
        or "/" in bucket
    ):
        raise ImproperlyConfigured(SHAPE)
    return {
        "access_key": unquote(parts.username),
        "secret_key": unquote(parts.password),
        "endpoint_url": f"{SCHEMES[parts.scheme]}://{parts.netloc.rpartition('@')[2]}",
        "bucket_name": bucket,
        "region_name": parse_qs(parts.query).get("region", [None])[0],
        "default_acl": None,
        "querystring_auth": False,
        "client_config": Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},  # the other one asks for a DNS name per bucket
            connect_timeout=5,
            read_timeout=30,
            retries={"mode": "standard", "max_attempts": 3},
            # Since 2025 the client adds checksums of its own that other services than Amazon's refuse.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    }
