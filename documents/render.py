"""From a frozen document to its paper: HTML, then PDF by WeasyPrint, set up once per process.

Tagged PDF/UA-1 in French, static Latin faces, no network. The same input gives the same bytes: no date of its own
goes in. Whatever WeasyPrint complains of stops the rendering: a paper is kept for ever, and one without its QR code
or its typeface must not be.
"""

import logging
import threading
import warnings
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.template.loader import render_to_string
from django.urls import reverse

from documents import fonts
from documents.kinds import KINDS

MISSING = (
    "WeasyPrint ne trouve pas {what}. Sur Debian, installez / on Debian, install: "
    "apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
)

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # said below, with the package to install
        from weasyprint import CSS, HTML
        from weasyprint.logger import LOGGER
        from weasyprint.text.ffi import harfbuzz_subset
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher
except OSError as error:
    raise ImproperlyConfigured(MISSING.format(what="Pango")) from error
if harfbuzz_subset is None:  # papers would come out right, thirteen times as slowly
    raise ImproperlyConfigured(MISSING.format(what="HarfBuzz-subset"))

VARIANT = "pdf/ua-1"
# WeasyPrint's text layout keeps state in C: one rendering at a time in a process.
ENGINE = threading.Lock()
# The standard weighs eight masks for the evenest pattern, four fifths of the work; any of them reads as well.
QR_MASK = 2


class Complaint(Exception):
    """What WeasyPrint found wrong with a paper."""


class _Listener(logging.Handler):
    """Collects warnings and errors of one rendering."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.heard = []

    def emit(self, record):
        self.heard.append(record.getMessage())


@lru_cache(1)
def engine():
    """What every paper shares: (fetcher, font configuration, parsed stylesheet). Cuts the faces if need be."""
    fonts.ensure()
    fetcher = URLFetcher(allowed_protocols={"data", "file"})
    configuration = FontConfiguration()
    stylesheet = CSS(
        string=_faces() + Path(finders.find("css/papers.css")).read_text(),
        font_config=configuration,
        url_fetcher=fetcher,
    )
    return fetcher, configuration, [stylesheet]


def _faces():
    face = '@font-face {{ font-family: "Inter"; font-weight: {}; src: url("{}") }}\n'
    return "".join(face.format(weight, fonts.path(weight).as_uri()) for weight in fonts.FACES)


def render_pdf(html):
    """The PDF of a whole HTML document (with `lang` and `<title>`); raises Complaint with all WeasyPrint says."""
    listener = _Listener()
    with ENGINE:
        LOGGER.addHandler(listener)
        try:
            fetcher, configuration, stylesheets = engine()
            pdf = HTML(string=html, url_fetcher=fetcher).write_pdf(
                stylesheets=stylesheets, font_config=configuration, pdf_variant=VARIANT
            )
        finally:
            LOGGER.removeHandler(listener)
    if listener.heard:
        raise Complaint(" ; ".join(listener.heard))
    return pdf


def render_html(document, *, nonce=None):
    """The document's HTML, as the PDF engine takes it; with a `nonce`, as a browser shows it to the staff.

    The template sees `document`, its `data`, and on public papers `verify_url`, `verify_address` (the address as
    one types it) and `qr`.
    """
    context = {"document": document, "data": document.data, "nonce": nonce}
    if document.public:
        url = verify_url(document.code)
        form = urlsplit(settings.PUBLIC_URL + reverse("verify_form"))
        context |= {
            "verify_url": url,
            "verify_address": f"{form.netloc}{form.path}".rstrip("/"),
            "qr": qr_data_uri(url),
        }
    return render_to_string(KINDS[document.kind].template, context)


def render_document(document):
    """The document's PDF; KeyError when no app registers its kind, Complaint as `render_pdf`."""
    return render_pdf(render_html(document))


def verify_url(code):
    """The public address that answers for a code, as the QR code holds it."""
    return settings.PUBLIC_URL + reverse("verify", args=[code])


def qr_data_uri(url):
    """The QR code of an address as a one-bit PNG, for `<img alt>`: an SVG would have no alternative text in PDF/UA.

    Drawn four pixels a module, so that a reader that smooths it leaves it readable; its quiet zone is the page's own white.
    """
    code = segno.make_qr(url, error="m", boost_error=False, mask=QR_MASK)
    return code.png_data_uri(scale=4, border=0)
