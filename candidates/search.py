"""Text as it is searched and compared: without accents or case, words apart."""

import re
import unicodedata
from functools import lru_cache

WORD = re.compile(r"[^\W_]+")
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})


@lru_cache(maxsize=4096)  # the same towns, companies and headings come back on each line of a class
def folded(text):
    """«Jean-Noël D’Œuvre» → «jean noel d oeuvre»; what is neither letter nor digit parts words."""
    if text.isascii():
        return " ".join(WORD.findall(text.lower()))
    text = unicodedata.normalize("NFKD", text.casefold().translate(LIGATURES))
    text = "".join(character for character in text if not unicodedata.combining(character))
    return " ".join(WORD.findall(text))


def indexed(*texts):
    """What `Registration.search` stores: each word after a space, so that « mar» finds only beginnings of words."""
    return "".join(f" {word}" for text in texts for word in folded(text).split())
