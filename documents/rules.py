"""Pure rules of papers: how a re-issue is numbered, what a verification answers."""

import re
from datetime import date
from enum import StrEnum

REISSUE = re.compile(r"^(?P<number>.+)-R(?P<rank>\d+)$")


def reissue_number(number: str) -> str:
    """The number of the paper that replaces this one.

    «a re-issue adds `-R1`»: 2026-0007-012 → 2026-0007-012-R1 → 2026-0007-012-R2.
    """
    again = REISSUE.match(number)
    return f"{again['number']}-R{int(again['rank']) + 1}" if again else f"{number}-R1"


class Authenticity(StrEnum):
    """What the verification page answers about a code."""

    AUTHENTIC = "authentic"
    REPLACED = "replaced"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


def verdict(
    *, public: bool, issued_on: date | None, revoked_on: date | None, replaced_on: date | None
) -> Authenticity:
    """The answer for a document, from what happened to it.

    «Publicly checkable: both attestations only, once published; everything else answers «inconnue»». A document
    both revoked and replaced is said to be replaced: its holder has a newer one to show.
    """
    if not public or issued_on is None:
        return Authenticity.UNKNOWN
    if replaced_on is not None:
        return Authenticity.REPLACED
    return Authenticity.AUTHENTIC if revoked_on is None else Authenticity.REVOKED
