"""A file → numbered lines, or a refusal that says what to do."""

import re

from cqpm.utils.refusal import Refusal
from referentiel.reading import pdf
from referentiel.reading.columns import Word, by_columns, by_line, heads_of
from referentiel.reading.parsing import parse

TEXT_LIMIT = 2_000_000  # characters: a référentiel of fifty pages has 100 000
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")  # what PostgreSQL or a page refuses
OWN = re.compile("[\ue000-\ue2ff]")  # the signs the reading puts into the text itself
SIGN, LINE = 3, 10  # points: the place of a sign in a text laid out with spaces
EMPTY = "Le fichier est vide. Choisissez le référentiel en PDF ou en texte."
BINARY = (
    "Ce fichier n’est ni un PDF ni un texte. Ouvrez-le dans son logiciel et enregistrez-le en PDF, "
    "puis envoyez ce PDF."
)
TOO_LONG = "Ce texte est trop long pour un référentiel. Envoyez le référentiel seul, sans ses annexes."
PACKED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf")  # DOCX and ODT, DOC, RTF
DOCUMENT = (
    "Ce fichier vient d’un traitement de texte. Enregistrez-le en PDF (« Fichier », « Exporter »), "
    "puis envoyez ce PDF."
)


def read_document(content):
    """In: the bytes of a file. Out: what `parse` gives, and `lines`: [{"page", "text"}, …], numbered from one.

    Raises `Refusal`, in French, for a file that cannot be read or is no référentiel.
    """
    if not content.strip():
        raise Refusal(EMPTY)
    if content.startswith(PACKED):
        raise Refusal(DOCUMENT)
    if b"%PDF-" in content[:1024]:
        extracted = pdf.extract(content)
        pairs = [(sign + OWN.sub(" ", text), number) for number, (_, sign, text) in enumerate(extracted, 1)]
        lines = [{"page": page, "text": text} for page, _, text in extracted]
    else:
        lines = text_lines(decode(content))
        pairs = in_columns(lines) or [
            (OWN.sub(" ", line["text"]), number) for number, line in enumerate(lines, 1)
        ]
    return parse(pairs) | {"lines": [line | {"text": UNPRINTABLE.sub(" ", line["text"])} for line in lines]}


def text_lines(text):
    """[{"page", "text"}, …]; a form feed begins a page."""
    if len(text) > TEXT_LIMIT:
        raise Refusal(TOO_LONG)
    lines, page = [], 1
    for row in re.split(r"\r\n|\r|\n", text):
        for rank, part in enumerate(row.split("\f")):
            page += rank > 0
            lines.append({"page": page, "text": part.rstrip()})
    if not any(line["text"].strip() for line in lines):
        raise Refusal(EMPTY)
    return lines


def in_columns(lines):
    """The pairs of a text laid out with spaces, as «pdftotext -layout» gives it; None for any other."""
    words = [
        Word(match[0], match.start() * SIGN, match.end() * SIGN, number * LINE, number * LINE + LINE, number)
        for number, line in enumerate(lines, 1)
        for match in re.finditer(r"\S+", line["text"].expandtabs())
    ]
    rows = by_line(words)
    pairs, starts, rank = [], None, 0
    if not heads_of(rows):
        return None
    while rank < len(rows):  # page after page: the heads come back, and may have moved
        heads = heads_of(rows[rank + 1 :])
        end = rank + 1 + heads[0] if heads else len(rows)
        found, starts = by_columns([word for row in rows[rank:end] for word in row], starts)
        pairs += [(sign + OWN.sub(" ", text), number) for sign, text, number in found]
        rank = end
    return pairs


def decode(content):
    """The text of a file in UTF-8, UTF-16 with its mark, or Windows' own encoding."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if b"\x00" in content or len(re.findall(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]", content)) > len(content) / 50:
        raise Refusal(BINARY)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
