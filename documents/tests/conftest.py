from pathlib import Path

import pytest

from documents.kinds import KINDS
from documents.tests.kinds import BROKEN, CERTIFICATE, REGISTER


@pytest.fixture(autouse=True)
def kinds_of_the_tests(monkeypatch, settings):
    """Registers the tests' own kinds, and shows their templates to Django."""
    for kind in (CERTIFICATE, REGISTER, BROKEN):
        monkeypatch.setitem(KINDS, kind.key, kind)
    (engine,) = settings.TEMPLATES
    folder = Path(__file__).parent / "templates"
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], folder]}]
