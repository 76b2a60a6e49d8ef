"""Every mail as its person reads it: a context as the acts write it, and the whole text in `emails/<name>.txt`.

`UPDATE_EMAILS=1 pytest cqpm/tests/test_emails.py` writes the texts again, for a reader of the difference.
"""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import Resolver404, resolve

from accounts import mailing
from accounts.models import AccessLink, ExaminationCentre, OutboxMessage

HERE = Path(__file__).parent / "emails"
LINK = "https://cqpm.test/lien"
REGISTRATION = "5f0c9f5e-0000-4000-8000-000000000003"
EVALUATION_KEY = "5f0c9f5e-0000-4000-8000-000000000001"
CENTRE = ExaminationCentre(
    name="UIMM Val-de-Brenne",
    address="4 rue de la Forge",
    postcode="21500",
    city="Montbard",
    email="certification@val.test",
    phone="03 80 00 00 00",
)
OPEN = AccessLink(expires_at=datetime(2026, 12, 11, 12, tzinfo=UTC))
WHEN = {"when": "jeudi 3 décembre 2026", "hour": "14 h", "length": "1 h 30", "place": "Salle 2, Montbard"}
REPLACED = {
    "replaced": {
        "made_on": "20 novembre 2026",
        "when": "mercredi 2 décembre 2026",
        "hour": "9 h",
        "place": "Salle 1, Montbard",
    }
}
PLANNED = WHEN | {
    "evaluation": EVALUATION_KEY,
    "candidate": "Enzo ROSSI",
    "number": "2026-0029",
    "title": "Technicien(ne) d’usinage",
    "method": "Évaluation en situation professionnelle réelle",
    "kind": "real_situation",
    "capacities": ["1. Préparer la phase", "2. Contrôler les cotes"],
    "evaluators": "Luc MARÉCHAL",
    "adaptation": "temps majoré d’un tiers",
    "tutor": "Sylvie RAVIER",
    "company": "Garnier Industrie",
}
DOSSIER = {
    "dossier": "Dossier de modalités",
    "registration": REGISTRATION,
    "candidate": "Enzo ROSSI",
    "number": "2026-0029",
    "certificate": "CQPM « Technicien(ne) d’usinage »",
    "company": "Garnier Industrie",
    "resource_centre": "UIMM Île-de-France",
}
OPINION = {
    "candidate": "Enzo ROSSI",
    "number": "2026-0029",
    "company": "Ateliers Vauzelle",
    "title": "Technicien(ne) d’usinage",
    "due": "12 décembre 2026",
}
EVALUATION = {
    "evaluation": EVALUATION_KEY,
    "candidate": "Enzo ROSSI",
    "number": "2026-0029",
    "method": "Évaluation en situation professionnelle réelle",
    "held_on": "lundi 7 décembre 2026, à 14 h",
}
INVITED = {"hats": ["Évaluateur, UIMM Val-de-Brenne"], "why": "", "by": "Hélène Vasseur"}
RESULT = {
    "feminine": True,
    "kind": "CQPM",
    "title": "Technicien(ne) d’usinage",
    "number": "2026-0029",
    "held_on": "3 décembre 2026",
    "reason": "",
    "to_acquire": [],
    "kept": [],
    "sent_back": [],
}
REQUEST = {
    "candidate": "Enzo ROSSI",
    "number": "2026-0029",
    "registration": REGISTRATION,
    "company": "Ateliers Vauzelle",
    "author": "Laure Cassagne",
    "author_email": "l.cassagne@vauzelle.test",
    "words": "confier l’avis de l’entreprise à Bruno Faivre, chef d’équipe, b.faivre@ailleurs.test",
    "denial": False,
    "remark": "",
    "pending": False,
    "refused": False,
    "answer": "",
}
DENIAL = {"denial": True, "pending": True, "remark": "Jamais vu à l’atelier."}
REPORT = {
    "file": "rapport.pdf",
    "size": "1,2 Mo",
    "rank": 2,
    "received_on": "18 novembre 2026",
    "due_on": "20 novembre 2026",
    "number": "2026-0029",
    "title": "Technicien(ne) d’usinage",
    "held_on": "jeudi 3 décembre 2026, à 14 h",
}
KEPT = [{"until": "3 décembre 2031", "capacities": ["1. Préparer la phase", "2. Contrôler les cotes"]}]
COMMISSION = "5f0c9f5e-0000-4000-8000-000000000002"

# What is sent: {name of the text: (template, context)}.
MAILS = {
    "assignment_declined": (
        "assignment_declined",
        WHEN
        | {
            "who": "Luc Maréchal",
            "as_what": "évaluateur",
            "reason": "Réunion de production.",
            "about": "evaluation:5f0c9f5e-0000-4000-8000-000000000001",
        },
    ),
    "commission_candidate": (
        "commission_candidate",
        WHEN
        | {
            "number": "2026-0029",
            "title": "Technicien(ne) d’usinage",
            "adaptation": "temps majoré d’un tiers",
        },
    ),
    "commission_member": (
        "commission_member",
        WHEN
        | {
            "president": False,
            "account": True,
            "commission": COMMISSION,
            "candidates": ["Enzo ROSSI", "Léa FAURE"],
        },
    ),
    "commission_president": (
        "commission_member",
        WHEN | {"president": True, "account": False, "commission": COMMISSION, "candidates": ["Enzo ROSSI"]},
    ),
    "dossier_accepted": ("dossier_accepted", DOSSIER),
    "dossier_approval": ("dossier_approval", DOSSIER | {"until": "11 décembre 2026"}),
    "dossier_approval_candidate": (
        "dossier_approval",
        DOSSIER | {"until": "11 décembre 2026", "company": ""},
    ),
    "dossier_reminder": ("dossier_reminder", DOSSIER | {"until": "11 décembre 2026"}),
    "dossier_reminder_candidate": (
        "dossier_reminder",
        DOSSIER | {"until": "11 décembre 2026", "company": ""},
    ),
    "dossier_returned": ("dossier_returned", DOSSIER | {"comment": "Préciser la pièce support."}),
    "dossier_transmitted": ("dossier_transmitted", DOSSIER),
    "dossier_amendment_transmitted": ("dossier_transmitted", DOSSIER | {"dossier": "Avenant n° 1"}),
    "evaluation_candidate": ("evaluation_candidate", PLANNED),
    "evaluation_candidate_project": (
        "evaluation_candidate",
        PLANNED | REPLACED | {"kind": "project", "adaptation": "", "tutor": "", "evaluators": ""},
    ),
    "evaluation_candidate_reconstituted": ("evaluation_candidate", PLANNED | {"kind": "reconstituted"}),
    "evaluation_planned": ("evaluation_planned", PLANNED),
    "evaluation_planned_again": ("evaluation_planned", PLANNED | REPLACED | {"adaptation": ""}),
    "evaluation_tutor": ("evaluation_tutor", PLANNED),
    "evaluation_tutor_again": ("evaluation_tutor", PLANNED | REPLACED | {"kind": "reconstituted"}),
    "evaluation_reopened": (
        "evaluation_reopened",
        EVALUATION | {"sheet": EVALUATION_KEY, "reason": "Critère 1.3 à relire.", "by": "Hélène Vasseur"},
    ),
    "hats_given": ("hats_given", INVITED | {"why": "le jury du 3 décembre"}),
    "invitation": ("invitation", INVITED),
    "jury_member": ("jury_member", WHEN | REPLACED | {"president": False}),
    "jury_president": ("jury_member", WHEN | {"president": True}),
    "letter": (
        "letter",
        {
            "subject": "Réunion des tuteurs",
            "text": "La promotion Usinage 2026 commence.\n\nCe qui s’écrit {{ ainsi }} ou <ainsi> reste tel quel.",
        },
    ),
    "opinion_receipt": (
        "opinion_receipt",
        OPINION
        | {
            "values": ["1. Préparer la phase : favorable", "2. Contrôler les cotes : réservé (avec aide)"],
            "given_by": "Sylvie Ravier",
            "function": "Tutrice",
        },
    ),
    "opinion_reminder": ("opinion_reminder", OPINION),
    "opinion_requested": ("opinion_requested", OPINION),
    "password_changed": ("password_changed", {}),
    "password_reset": ("password_reset", {}),
    "registration_received": (
        "registration_received",
        {
            "candidate": "Enzo ROSSI",
            "number": "2026-0029",
            "origin": "UIMM Serein",
            "reason": "Déménagement.",
        },
    ),
    "report_received": ("report_received", REPORT | {"late": False}),
    "report_received_late": ("report_received", REPORT | {"late": True, "received_on": "22 novembre 2026"}),
    "result_admissible": ("result", RESULT | {"verdict": "admissible"}),
    "result_adjourned": (
        "result",
        RESULT | {"verdict": "adjourned", "reason": "Grille égarée.", "sent_back": ["3. Régler la machine"]},
    ),
    "result_not_admissible": (
        "result",
        RESULT | {"verdict": "not_admissible", "to_acquire": ["3. Régler la machine"], "kept": KEPT},
    ),
    "result_nothing_kept": (
        "result",
        RESULT | {"verdict": "not_admissible", "to_acquire": ["3. Régler la machine"], "feminine": False},
    ),
    "contact_request": ("contact_request", REQUEST),
    "contact_request_pending": ("contact_request", REQUEST | {"pending": True}),
    "contact_request_denial": ("contact_request", REQUEST | DENIAL),
    "contact_request_receipt": ("contact_request_receipt", REQUEST),
    "contact_request_receipt_pending": ("contact_request_receipt", REQUEST | {"pending": True}),
    "contact_request_receipt_denial": ("contact_request_receipt", REQUEST | DENIAL),
    "contact_request_settled": ("contact_request_settled", REQUEST),
    "contact_request_refused": (
        "contact_request_settled",
        REQUEST | {"refused": True, "answer": "Cette personne n’est pas de l’entreprise."},
    ),
    "contact_request_denial_answered": (
        "contact_request_settled",
        REQUEST | DENIAL | {"pending": False, "answer": "Le contact est corrigé."},
    ),
    "summons_cancelled": ("summons_cancelled", REPLACED | {"what": "Commission d’évaluation"}),
    "space_link": ("space_link", {"space": "Espace candidat"}),
}


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_reads_as_it_was_agreed(name, settings):
    settings.PUBLIC_URL = "https://cqpm.test"
    template, context = MAILS[name]
    message = OutboxMessage(
        template=template, context=context, recipient_name="Sylvie Ravier", centre=CENTRE, link=OPEN
    )
    subject, body = mailing.render(message, link_url=LINK)
    text = f"{subject}\n\n{body}"
    if os.environ.get("UPDATE_EMAILS"):
        (HERE / f"{name}.txt").write_text(text)
    assert text == (HERE / f"{name}.txt").read_text()
    assert "  " not in text.replace("\n  ", "\n").replace("  –", "–")


def test_every_mail_has_its_text_and_no_text_is_left_over():
    templates = {path.stem for path in (settings.BASE_DIR / "templates/emails").iterdir()} - {"signature"}
    assert {template for template, _ in MAILS.values()} == templates
    assert {path.stem for path in HERE.iterdir()} == set(MAILS)
    assert templates - set(mailing.LABELS) == {"dossier_approval"}  # named by the purpose of its link


# --- What a subject may not say, and where a sentence leads -----------------------------------------------------


def read_mail(name):
    """(subject, body) of a mail of the table, its link a page of ours."""
    template, context = MAILS[name]
    message = OutboxMessage(
        template=template, context=context, recipient_name="Sylvie Ravier", centre=CENTRE, link=OPEN
    )
    return mailing.render(message, link_url=f"{settings.PUBLIC_URL}/espace/")


@pytest.mark.parametrize("name", MAILS)
def test_no_subject_names_a_candidate(name):
    """A subject is read on a locked telephone and in everybody's mailbox: the number says whose it is."""
    subject, _ = read_mail(name)
    context = MAILS[name][1]
    people = [context.get("candidate", ""), *context.get("candidates", [])]
    words = {word for person in people for word in person.upper().split()}
    assert words & set(re.split(r"\W+", subject.upper())) == set()
    assert ("number" in context) == ("n° 2026-0029" in subject)


@pytest.mark.parametrize("name", MAILS)
def test_every_mail_greets_somebody_by_name(name):
    _, body = read_mail(name)
    assert body.splitlines()[0] == "Bonjour Sylvie Ravier,"


def test_an_address_given_in_a_mail_is_a_page():
    for name in MAILS:
        _, body = read_mail(name)
        for address in re.findall(rf"{re.escape(settings.PUBLIC_URL)}(/[^\s?]*)", body):
            try:
                resolve(address)
            except Resolver404:
                pytest.fail(f"{name}: {address} leads nowhere")


# The words after which a mail must give an address, and the page it leads to.
LEADS = {
    "commission_member": ("se lisent ici :", "commission_detail"),
    "contact_request": ("depuis la page du candidat :", "registration_detail"),
    "contact_request_pending": ("acceptez ou refusez depuis la page du candidat :", "registration_detail"),
    "contact_request_denial": ("répondez depuis la page du candidat :", "registration_detail"),
    "dossier_accepted": ("depuis la page du candidat :", "registration_detail"),
    "dossier_approval": ("Lisez-les et approuvez-les", "space_ask"),
    "dossier_approval_candidate": ("Lisez-les et approuvez-les", "space_ask"),
    "dossier_reminder": ("Lisez-les et approuvez-les", "space_ask"),
    "dossier_reminder_candidate": ("Lisez-les et approuvez-les", "space_ask"),
    "dossier_returned": ("transmettez-le de nouveau :", "dossier_edit"),
    "dossier_transmitted": ("avec un commentaire, sur", "dossier_inbox"),
    "dossier_amendment_transmitted": ("avec un commentaire, sur", "dossier_inbox"),
    "evaluation_planned": ("La grille s’ouvre le jour même :", "evaluation_detail"),
    "evaluation_planned_again": ("La grille s’ouvre le jour même :", "evaluation_detail"),
    "evaluation_reopened": ("remettez-la de nouveau :", "sheet"),
    "invitation": ("Choisissez votre mot de passe", "space_ask"),
    "jury_president": ("publier les résultats :", "jury_list"),
    "opinion_requested": ("Donnez-le avant", "space_ask"),
    "opinion_reminder": ("ne peut pas se prononcer.", "space_ask"),
    "password_changed": ("demandez-en un nouveau sur", "account_reset_password"),
    "password_reset": ("Choisissez-le ici", "space_ask"),
    "registration_received": ("à transmettre à nouveau :", "candidate_list"),
    "report_received": ("depuis votre espace,", "space_ask"),
    "space_link": ("nouveau lien à l’adresse", "space_ask"),
}
POINTING = re.compile(r"(?<!’)\bici\b|\bdepuis (?:la|votre)\b|(?i:lisez-les)|à l’adresse|un nouveau sur\b")


@pytest.mark.parametrize("name", LEADS)
def test_a_sentence_leads_where_it_says(name):
    words, page = LEADS[name]
    _, body = read_mail(name)
    after = body.partition(words)[2]
    address = re.search(rf"{re.escape(settings.PUBLIC_URL)}(/[^\s?]*)", after.partition("\n--")[0])
    assert address, f"«{words}» is followed by no address"
    assert resolve(address[1]).url_name == page


def test_no_mail_points_without_leading_somewhere():
    pointing = {name for name in MAILS if POINTING.search(read_mail(name)[1].partition("\n--")[0])}
    assert pointing - LEADS.keys() == set()
