"""Signs, bullets and cut words: what a copy damages is repaired, the wording never is."""

import re
import unicodedata
from collections import Counter

from referentiel.reading.marked import Marked

SPACES = re.compile(r"[\t\u00a0\u2000-\u200a\u202f\u205f\u3000]")
INVISIBLE = re.compile(r"[\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffe\uffff]")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
APOSTROPHES = re.compile(r"(?<=\w)['‘´`′ʼ](?=\w)|(?<=\w)['‘’´`′ʼ] (?=\w)(?=[aeiouyhâàéèêîôœ])")
LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
ELISION = re.compile(r"\b([ldnsjmtcLDNSJMTC]|[Qq]u|[Ll]orsqu|[Jj]usqu) (?=[aeiouyhâàéèêîôœAEIOUYHÂÀÉÈÊ]\w)")

SIGNS = "•‣▪▫■□●○◦∙·–—➢➤►▶❖✓✔⮚★*¨§\uf000-\uf0ff"  # Word's own bullets come out in the private area
BULLET = rf"(?:[{SIGNS}]+|[-o](?=\s)|-(?=[A-Za-zÀ-ÿ]))"
STARTING_BULLET = re.compile(rf"\s*({BULLET})\s*")
UPPER = "A-ZÀÂÄÇÈÉÊËÎÏÔÖÙÛÜŒ"
LOWER = "a-zàâäçèéêëîïôöùûüœ"
CUT = re.compile(rf"(?<!\w)(\w*[{LOWER}{UPPER}])-[ ]*\n\s*(?=([{LOWER}]\w*))")
CUT_FLAT = re.compile(rf"(?<!\w)(\w*[{LOWER}])- (?=([{LOWER}]\w*))(?!\w+ -|et |ou )")


def clean(line):
    """One line with ordinary spaces, typographic apostrophes and no invisible sign."""
    line = unicodedata.normalize("NFC", line)
    line = INVISIBLE.sub("", CONTROL.sub(" ", SPACES.sub(" ", line)))
    for sign, letters in LIGATURES.items():
        line = line.replace(sign, letters)
    line = line.rstrip()
    if line.endswith("\u00ad"):
        line = line[:-1] + "-"
    line = line.replace("\u00ad", "").replace("\u2010", "-").replace("\u2011", "-")
    line = re.sub(r"(\S{200})(?=\S)", r"\1 ", line)  # no word is as long; patterns may count on it
    return re.sub(r" {2,}", " ", APOSTROPHES.sub("’", line)).strip()


def with_apostrophes(lines):
    """The lines with the apostrophes a sharing site has lost, when it has lost them all."""
    text = "\n".join(lines)
    lost = len(ELISION.findall(text))
    if lost < 4 or text.count("’") > lost / 4:
        return lines
    return [ELISION.sub(r"\1’", line) for line in lines]


def fold(text):
    """Lower case, no accent, no punctuation: how headings are compared."""
    text = unicodedata.normalize("NFD", text.replace("œ", "oe").replace("Œ", "OE")).lower()
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())


def vocabulary(text):
    """How often each word stands whole in the document, compounds included."""
    return Counter(re.findall(r"\w+(?:-\w+)+|\w+", text.lower()))


class Joiner:
    """Makes one line of several; knows the document's words, to tell a cut word from a compound."""

    def __init__(self, text):
        self.words = vocabulary(CUT_FLAT.sub(" ", CUT.sub(" ", text)))

    def is_compound(self, before, after):
        """Whether the hyphen at a line's end belongs to the word."""
        before, after = before.lower(), after.lower()
        if self.words[before + after] or not before:
            return False
        if self.words[f"{before}-{after}"] or after in ("ci", "là", "il", "elle", "même", "mêmes"):
            return True
        return min(len(before), len(after)) > 4 and self.words[before] > 0 and self.words[after] > 0

    def join(self, marked):
        """The text on one line: words cut at line ends whole again, spaces single."""

        def mend(match):
            return match[1] + ("-" if self.is_compound(match[1], match[2]) else "")

        whole = marked.sub(CUT, mend).sub(CUT_FLAT, mend)
        return (
            whole.sub(r"(?<=[-/])[ ]*\n\s*(?=\w)", "").sub(r"\s+", " ").sub(r" (?=[,.](?:\s|$))", "").strip()
        )


def starts_lower(text):
    return bool(re.match(rf"[«(“\s]*[{LOWER}]", text))


def starts_upper(text):
    return bool(re.match(rf"[«(“\s]*[{UPPER}]", text))


def ends(text, signs):
    """Whether the text ends with one of the signs, a closing bracket or quotation mark set apart."""
    return text.rstrip(" )»”")[-1:] in set(signs) or text.rstrip()[-1:] in set(signs)


def bullet_of(marked):
    """(bullet or "", what follows it)."""
    match = STARTING_BULLET.match(marked.text)
    return (match[1][0], marked[match.end() :]) if match else ("", marked.strip())


def empty():
    return Marked()
