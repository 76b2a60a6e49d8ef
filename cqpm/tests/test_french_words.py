"""Words that bend to their neighbours: elision, capitals, numbers read in groups, and letters on paper."""

from datetime import date

import pytest
import time_machine

from cqpm.templatetags.french import letter
from cqpm.utils.french import lower_first, of, recent_day, shortened, siret


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Élodie MARTIN", "d’Élodie MARTIN"),
        ("Œuvrard", "d’Œuvrard"),
        ("Inès", "d’Inès"),
        ("Yves", "d’Yves"),
        ("Yanis", "de Yanis"),
        ("Henri", "de Henri"),
        ("Léo", "de Léo"),
    ],
)
def test_whose_it_is(name, words):
    assert of(name) == words


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Formation continue", "formation continue"),
        ("Évaluation", "évaluation"),
        ("VAE", "VAE"),
        ("", ""),
    ],
)
def test_after_a_comma_a_capital_goes_unless_it_is_an_acronym(typed, written):
    assert lower_first(typed) == written


@time_machine.travel("2026-11-29 12:00+00:00", tick=False)
def test_a_recent_day_says_its_year_when_it_is_another():
    days = [date(2026, 12, 1), date(2026, 1, 2), date(2025, 12, 31)]
    assert [recent_day(day) for day in days] == [
        "1er\u00a0déc.",
        "2\u00a0janv.",
        "31\u00a0déc.\u00a02025",
    ]


def test_a_text_that_is_too_long_says_that_it_goes_on():
    assert [shortened("Léo", length) for length in (4, 3, 2)] == ["Léo", "Léo", "L…"]


def test_a_siret_is_read_in_groups():
    assert (siret("52100550400019"), siret("")) == ("521\u00a0005\u00a0504\u00a000019", "")


def test_a_letter_escapes_its_text_and_marks_what_is_copied_by_hand():
    assert letter("Ouvrez <ici> : https://exemple.fr/4x9/ ou le 03 80 00 00 00") == (
        "Ouvrez &lt;ici&gt;\u00a0: "
        '<span class="address">https://exemple.fr/4x9/</span> ou le 03\u00a080\u00a000\u00a000\u00a000'
    )
