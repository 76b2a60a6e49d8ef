"""Inter, cut once from its variable wheel into the faces this software prints and shows.

`ensure()` leaves in `settings.FONTS`:

    inter-300.ttf … inter-600.ttf    static Latin faces for the papers: the PDF engine is three times faster
                                     on them than on the variable file, and draws every glyph right
    inter-latin.woff2                one variable file for the screens, weights 400 to 700

Everything is built beside and renamed, so two processes building at once only waste time. A stamp tells a
changed recipe, wheel or fontTools from the present one: then everything is cut again.
"""

import hashlib
import io
import logging
import uuid
from importlib.metadata import version
from pathlib import Path

import fontpkg
from django.conf import settings
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

# Weight → optical size: 300 only sets the largest titles, hence the cut drawn for them.
FACES = {300: 32, 400: 14, 500: 14, 600: 14}
STYLES = {300: "Light", 400: "Regular", 500: "Medium", 600: "SemiBold"}
WEB = "inter-latin.woff2"
WEB_LIMITS = {"opsz": 14, "wght": (400, 400, 700)}
STAMP = ".recipe"  # a dot file: collectstatic leaves it where it is

# Western and Central European names, French punctuation, and the few signs papers and screens draw.
RANGES = [
    (0x0020, 0x007E),
    (0x00A0, 0x017F),  # Latin-1 and Latin Extended-A
    (0x0218, 0x021B),  # Romanian comma below
    (0x1E9E, 0x1E9E),  # capital sharp s
    (0x2010, 0x2015),
    (0x2018, 0x201F),
    (0x2020, 0x2022),
]
SIGNS = "ʳˢᵈᵉ\u2009\u202f…‰′″‹›⁄€№⁰⁴⁵⁶⁷⁸⁹←↑→↓↔−≈≠≤≥✓✗●○■□▲▼"
FEATURES = ["calt", "ccmp", "kern", "locl", "tnum", "zero"]
KEPT_NAMES = [0, 1, 2, 3, 4, 5, 6, 13, 14]  # copyright and licence stay with the outlines


def characters():
    """The code points every face must hold."""
    return {point for first, last in RANGES for point in range(first, last + 1)} | {
        ord(sign) for sign in SIGNS
    }


def path(weight):
    """The static face of that weight, for the papers."""
    return settings.FONTS / f"inter-{weight}.ttf"


def recipe():
    """What the files depend on: this module, the wheel, the cutter."""
    source = Path(__file__).read_bytes()
    versions = f"{version('fontpkg-inter')} {version('fonttools')}"
    return hashlib.sha256(source + versions.encode()).hexdigest()


def ensure():
    """Cuts the faces unless the present ones come from the same recipe; True when it had to."""
    stamp, expected = settings.FONTS / STAMP, recipe()
    files = [*(path(weight) for weight in FACES), settings.FONTS / WEB]
    if stamp.exists() and stamp.read_text() == expected and all(file.exists() for file in files):
        return False
    build()
    _write(stamp, expected.encode())  # last: a build cut short starts over
    return True


def build():
    """Cuts every face into `settings.FONTS`."""
    settings.FONTS.mkdir(parents=True, exist_ok=True)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    latin = _latin()  # subset first, instance second: five times fewer outlines to compute
    for weight, optical_size in FACES.items():
        font = _cut(latin, {"wght": weight, "opsz": optical_size})
        _name(font, STYLES[weight])
        _write(path(weight), _bytes(font))
    font = _cut(latin, WEB_LIMITS)
    font.flavor = "woff2"
    _write(settings.FONTS / WEB, _bytes(font))


def _latin():
    options = subset.Options(
        layout_features=FEATURES, name_IDs=KEPT_NAMES, hinting=False, glyph_names=False, notdef_outline=True
    )
    font = TTFont(fontpkg.path("Inter"), recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    return _bytes(font)


def _cut(latin, limits):
    font = TTFont(io.BytesIO(latin), recalcTimestamp=False)
    return instancer.instantiateVariableFont(font, limits, inplace=True)


def _name(font, style):
    names = {1: f"Inter {style}", 2: "Regular", 3: f"Inter-{style}", 4: f"Inter {style}", 6: f"Inter-{style}"}
    for identifier, text in names.items():
        font["name"].setName(text, identifier, 3, 1, 0x409)


def _bytes(font):
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


def _write(target, content):
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    partial.write_bytes(content)
    partial.replace(target)
