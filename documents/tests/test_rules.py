from datetime import date

import pytest

from documents.rules import Authenticity, reissue_number, verdict

ISSUED, LATER, LAST = date(2026, 12, 1), date(2027, 1, 14), date(2027, 1, 22)


@pytest.mark.parametrize(
    ("number", "next_number"),
    [
        ("2026-0007-012", "2026-0007-012-R1"),
        ("2026-0007-012-R1", "2026-0007-012-R2"),
        ("2026-0007-012-R9", "2026-0007-012-R10"),
        ("PV 2026-0007", "PV 2026-0007-R1"),
    ],
)
def test_a_reissue_adds_its_rank(number, next_number):
    assert reissue_number(number) == next_number


@pytest.mark.parametrize(
    ("public", "issued_on", "revoked_on", "replaced_on", "answer"),
    [
        (True, ISSUED, None, None, Authenticity.AUTHENTIC),
        (True, ISSUED, LATER, None, Authenticity.REVOKED),
        (True, ISSUED, None, LATER, Authenticity.REPLACED),
        (True, ISSUED, LATER, LAST, Authenticity.REPLACED),
        (True, None, None, None, Authenticity.UNKNOWN),
        (True, None, LATER, None, Authenticity.UNKNOWN),
        (True, None, LATER, LAST, Authenticity.UNKNOWN),
        (False, ISSUED, None, None, Authenticity.UNKNOWN),
        (False, ISSUED, LATER, LAST, Authenticity.UNKNOWN),
    ],
)
def test_verdict(public, issued_on, revoked_on, replaced_on, answer):
    given = {"public": public, "issued_on": issued_on, "revoked_on": revoked_on, "replaced_on": replaced_on}
    assert verdict(**given) == answer
