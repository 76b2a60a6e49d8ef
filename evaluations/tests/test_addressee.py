"""Whom the letters of a candidate are addressed to: the decision, the convocation and the access that are printed."""

import pytest
from django.urls import reverse

from accounts import mailing
from accounts.models import OutboxMessage, Role
from accounts.tests.factories import client_as, client_of_guest, make_wearer
from candidates.actions import ask_partner_approval
from candidates.models import Dossier
from candidates.tests.factories import make_dossier, make_registration, space_link
from cqpm.utils.french import today
from documents.models import Document
from documents.render import render_html
from evaluations.actions import commission as commissions
from evaluations.models import Jury, Summons
from evaluations.tests.factories import (
    finish,
    make_commission,
    make_decided_registration,
    make_jury,
    seat_members,
    with_dossier,
)

pytestmark = pytest.mark.django_db
ADDRESS = {"address": "Bât. B\n12 rue des Forges", "postcode": "21500", "city": "Montbard"}
LINES = ["Bât. B", "12 rue des Forges", "21500 MONTBARD"]


def young():
    """The birth date of somebody who comes of age tomorrow or later."""
    return today().replace(year=today().year - 17, day=1)


def envelope(html):
    """The lines of the block of a page or paper, [] without one."""
    _, _, rest = html.partition('<address class="addressee">')
    block = rest.partition("</address>")[0]
    return [line.removesuffix("</span>") for line in block.split("<span>")[1:]]


def test_a_decision_is_addressed_to_the_candidate():
    registration = make_decided_registration(
        who={"sex": "M", "first_name": "Léo", "birth_name": "Roy"} | ADDRESS
    )
    finish(make_jury(registration), Jury.State.CLOSED)
    document = Document.objects.get(kind="admissibility_decision")
    assert document.data["addressee"] == ["Monsieur Léo ROY", *LINES]
    assert envelope(render_html(document)) == ["Monsieur Léo ROY", *LINES]


def test_the_convocation_of_a_minor_is_addressed_to_the_representative():
    officer = make_wearer(Role.OFFICER)
    who = {"email": "", "first_name": "Léo", "birth_name": "Roy", "birth_date": young()}
    registration = with_dossier(
        centre=officer.hat.centre, who=who | ADDRESS | {"representative_name": "Mme Anne Roy"}
    )
    commission = make_commission(officer.hat.centre)
    seat_members(commission)
    commissions.add_member(commission=commission, name="Amina Benali", quality="Experte", by=None)
    commissions.add_candidate(commission=commission, registration=registration, by=None)
    commissions.summon_commission(commission=commission, by=None)
    page = client_as(officer.hat).get(reverse("summons_papers", args=[f"commission:{commission.pk}"]))
    minor = ["Mme Anne Roy", "représentante légale de Léo ROY", *LINES]
    assert [lines for *_, lines in page.context["letters"]] == [["Amina Benali"], minor]
    letter = Summons.objects.get(registration=registration)
    again = client_as(officer.hat).get(reverse("summons_detail", args=[letter.pk]))
    assert envelope(again.content.decode()) == minor
    own = reverse("my_convocation", args=[registration.pk, letter.pk])
    mine = client_of_guest(space_link(registration)).get(own)
    assert envelope(mine.content.decode()) == minor


@pytest.mark.parametrize(("fields", "first"), [({}, None), (ADDRESS, "Monsieur Léo ROY")])
def test_a_printed_access_is_addressed_to_who_it_opens_for(fields, first):
    officer = make_wearer(Role.OFFICER)
    registration = make_registration(by=officer, who={"first_name": "Léo", "birth_name": "Roy"} | fields)
    client = client_as(officer.hat)
    page = client.post(reverse("space_print", args=[registration.pk]))
    assert envelope(page.content.decode()) == ([first, *LINES] if first else ["Léo ROY"])
    page = client.post(reverse("contact_print", args=[registration.pk, "tuteur"]))
    company = registration.company
    at_work = ["Laure Cassagne", company.name, company.address, f"{company.postcode} {company.city}"]
    assert envelope(page.content.decode()) == at_work


@pytest.mark.parametrize(
    ("company", "lines"), [(True, ["Laure Cassagne"]), (None, ["Monsieur Léo ROY", *LINES])]
)
def test_a_mail_printed_is_addressed_to_the_candidate_it_was_for(company, lines):
    """The approval of a dossier is asked of the company, of the candidate where there is none."""
    officer = make_wearer(Role.OFFICER)
    who = {"first_name": "Léo", "birth_name": "Roy"} | ADDRESS
    registration = make_registration(by=officer, who=who, company=company)
    dossier = make_dossier(registration, state=Dossier.State.DRAFT, by=officer)
    ask_partner_approval(dossier=dossier, by=officer)
    message = OutboxMessage.objects.get(template="dossier_approval")
    page = client_as(officer.hat).get(reverse("outbox_message", args=[message.pk]))
    assert envelope(page.content.decode()) == lines


def test_a_result_printed_is_addressed_to_the_candidate():
    who = {"sex": "M", "first_name": "Léo", "birth_name": "Roy"}
    registration = make_decided_registration(who=who | ADDRESS)
    finish(make_jury(registration), Jury.State.PUBLISHED)
    message = OutboxMessage.objects.get(template="result")
    assert mailing.contact(message).addressee == ("Monsieur Léo ROY", *LINES)
