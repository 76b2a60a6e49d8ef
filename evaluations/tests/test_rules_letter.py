"""The fields of a text sent to many: which are known, what stands there, and what is only text."""

import pytest
from hypothesis import given, strategies as st

from evaluations.rules.letter import (
    LetterField,
    NotWritten,
    fields_in,
    fill_fields,
    lacking,
    names_in_subject,
    problems_in,
)

VALUES = {field: f"<{field.word}>" for field in LetterField}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Bonjour {prénom} {nom}, {numéro}", "Bonjour <prénom> <nom>, <numéro>"),
        ("{Prenom} {PRÉNOM} { prénom }", "<prénom> <prénom> <prénom>"),
        ("{échéance du dossier}, {date d'inscription}", "<échéance du dossier>, <date d’inscription>"),
        ("{{prénom}} {{ nom }}", "{{prénom}} {{ nom }}"),
        ("{% if nom %} {%nom%}", "{% if nom %} {%nom%}"),
        ("{{{prénom}}}", "{{<prénom>}}"),
        ("<b>{nom}</b> & {titre} }", "<b><nom></b> & <titre> }"),
        ("sans champ", "sans champ"),
        ("", ""),
    ],
)
def test_fields_are_replaced_and_the_rest_is_text(text, said):
    assert problems_in(text) == []
    assert fill_fields(text, VALUES) == said


def test_braces_in_a_value_are_letters():
    values = VALUES | {LetterField.FIRST_NAME: "{nom}{{", LetterField.LAST_NAME: "\\1 \\g<0>"}
    assert fill_fields("{prénom} {nom}", values) == "{nom}{{ \\1 \\g<0>"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{prenon} {nom} {adresse} {prenon}", ["Champ inconnu : {prenon}. Prenez un champ de la liste.",
            "Champ inconnu : {adresse}. Prenez un champ de la liste."]),
        ("{}", ["Champ inconnu : {}. Prenez un champ de la liste."]),
        ("Bonjour {prénom", ["Champ sans accolade fermante : «\u00a0{prénom\u00a0»."]),
        ("{prénom\n}", ["Champ sans accolade fermante : «\u00a0{prénom\u00a0»."]),
        ("{ {nom}", ["Champ sans accolade fermante : «\u00a0{ {nom}\u00a0»."]),
        ("{" + "x" * 100, ["Champ sans accolade fermante : «\u00a0{" + "x" * 28 + "…\u00a0»."]),
    ],
)  # fmt: skip
def test_each_field_that_is_unknown_or_not_closed_is_named_once(text, said):
    assert [str(problem) for problem in problems_in(text)] == said


def test_the_signs_papers_do_not_have_are_named_once():
    assert [str(one) for one in problems_in("Bravo 😀 et 😀, 株 : « œuvre » Đặng – n° 2\u202f€ ½")] == [
        "Signes que le papier n’a pas, à retirer : 😀 株"
    ]


def test_a_subject_names_no_candidate():
    assert [str(one) for one in names_in_subject("Réunion, {Prénom} ({numéro}, {tuteur})")] == [
        "L’objet d’un courriel ne nomme pas un candidat : retirez {prénom}, donnez plutôt {numéro}."
    ]
    assert names_in_subject("{numéro}, {titre}, {promotion}, {entreprise}, {tuteur}, {centre}") == []


def test_a_field_nothing_is_known_for_holds_the_letter_only_when_the_text_needs_it():
    known = VALUES | {LetterField.COHORT: "", LetterField.TUTOR: ""}
    assert lacking(fields_in("{nom}, {titre}"), known) is None
    reason = lacking(fields_in("{promotion}", "{tuteur} {promotion}"), known)
    assert (reason.kind, str(reason)) == (
        NotWritten.LACKING,
        "À compléter, le texte en a besoin : promotion et tuteur.",
    )


@given(st.text())
def test_any_text_is_either_refused_or_says_itself_where_it_has_no_field(text):
    if not problems_in(text) and not fields_in(text):
        assert fill_fields(text, VALUES) == text


@given(st.text(alphabet="{}%nom prénom<\n"))
def test_what_is_filled_never_raises(text):
    assert isinstance(fill_fields(text, VALUES), str)
    assert all(str(problem) for problem in problems_in(text))
