"""Who may validate: truth tables."""

from dataclasses import replace

import pytest

from evaluations.rules import (
    PresentMember,
    commission_composition,
)
from evaluations.tests.acts import said

FEW = "Commission incomplète : {}, {} au moins sont requis."
NO_PRESIDENT = "Commission sans président : un membre et un seul est à désigner."
A, B, PRESIDENT = PresentMember("a"), PresentMember("b"), PresentMember("p", president=True)


@pytest.mark.parametrize(
    ("members", "minimum", "refusals"),
    [
        ([PRESIDENT, A], 2, []),
        ([PRESIDENT, A, B], 2, []),
        ([PRESIDENT, A, B], 3, []),
        ([PRESIDENT, A], 3, [FEW.format("2\u00a0membres", 3)]),
        ([PRESIDENT], 2, [FEW.format("1\u00a0membre", 2)]),
        ([PRESIDENT, A, A], 3, [FEW.format("2\u00a0membres", 3)]),  # the same person twice is one member
        ([A, B], 2, [NO_PRESIDENT]),
        ([PRESIDENT, replace(A, president=True)], 2, [NO_PRESIDENT]),
        ([], 2, [FEW.format("0\u00a0membre", 2), NO_PRESIDENT]),
    ],
)
def test_commission(members, minimum, refusals):
    assert said(commission_composition(members, minimum=minimum)) == refusals


def test_a_commission_is_of_two_unless_a_setting_says_more():
    assert said(commission_composition([PRESIDENT])) == [FEW.format("1\u00a0membre", 2)]
    assert commission_composition([PRESIDENT, A]) == []


def test_nobody_presides_until_it_is_said():
    assert commission_composition([PRESIDENT, PresentMember("a")]) == []
