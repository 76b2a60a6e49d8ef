"""A text sent to many: who gets a mail, who a letter on paper, who neither; sent once; the centre's own texts."""

import io
import threading
from datetime import timedelta

import pikepdf
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts import mailing
from accounts.models import FaultyAddress, LogEntry, OutboxMessage, Role
from accounts.tests.factories import make_centre, make_wearer
from candidates.actions import abandon_registration
from candidates.models import Candidate, Registration
from candidates.tests.factories import make_cohort, make_company, make_registration
from cqpm.utils.refusal import Refusal, Stale
from documents.models import Document
from documents.render import render_document, render_html
from evaluations.actions import bulk
from evaluations.actions.bulk import acts, run as bulk_run
from evaluations.actions.bulk.worker import run_bulk, sweep_bulk
from evaluations.actions.letter import (
    change_letter_template,
    delete_letter_template,
    keep_letter_template,
)
from evaluations.models import BulkAct, BulkRow, LetterTemplate
from evaluations.papers.letter import build_letters, letters_of
from evaluations.personal_data import erase_person, purge
from evaluations.reads.bulk import recap_of
from evaluations.rules.letter import NotWritten
from evaluations.rules.passage import LeftAside
from evaluations.screens.bulk import screen_of
from referentiel.tests.factories import make_referentiel, make_resource_centre

pytestmark = pytest.mark.django_db
BODY = "La promotion commence lundi.\n\nVotre numéro : {numéro}."


@pytest.fixture
def officer():
    return make_wearer(Role.OFFICER)


@pytest.fixture
def referentiel():
    return make_referentiel(resource_centre=make_resource_centre())


@pytest.fixture
def make(officer, referentiel):
    """A candidate, by the name given, with a mail of his or her own."""

    def registered(name, email="", **fields):
        who = {"birth_name": name, "email": email or f"{name.lower()}@exemple.fr"}
        return make_registration(referentiel=referentiel, by=officer, who=who, **fields)

    return registered


def on_paper(registration, address="12 rue des Forges"):
    """Whoever has no mail."""
    where = {"address": address, "postcode": "21500", "city": "Montbard"} if address else {}
    Candidate.objects.filter(pk=registration.candidate_id).update(email="", **where)
    return registration


def prepare(officer, **parameters):
    """The whole centre selected, with this text."""
    mine = Registration.objects.for_user(officer)
    act = bulk.prepare_bulk(centre=officer.hat.centre, verb="write", registrations=mine, by=officer)
    text = {"audience": "candidate", "subject": "Réunion de rentrée", "body": BODY}
    return bulk.settle_bulk(act=act, parameters=text | parameters)


def start(act, by):
    bulk.start_bulk(act=act, seen=recap_of(act).fingerprint, by=by)
    act.refresh_from_db()
    return act


def outcomes(act):
    rows = act.rows.select_related("registration__candidate")
    return {row.registration.candidate.birth_name: (row.state, row.reason) for row in rows}


def told(recap):
    """{name: kind of the reason} of those left aside."""
    return {
        row.registration.candidate.birth_name: group.reason.kind
        for group in recap.aside
        for row in group.rows
    }


def mails():
    return sorted(OutboxMessage.objects.filter(template="letter").values_list("recipient", flat=True))


# --- The recap ------------------------------------------------------------------------------------------------------


def test_nothing_is_known_before_a_text_is_written(officer, make):
    make("Aubert")
    recap = recap_of(prepare(officer, subject="", body=""))
    assert (recap.is_ready, recap.lines, recap.aside) == (False, [], [])


def test_a_mail_where_there_is_an_address_that_works_else_a_letter_in_the_order_of_the_list(officer, make):
    make("Blot"), on_paper(make("Aubert")), on_paper(make("Diop"), address=""), make("Caron")
    FaultyAddress.objects.create(
        address="caron@exemple.fr", centre=officer.hat.centre, marked_by="Hélène Vasseur"
    )
    recap = recap_of(prepare(officer))
    assert [
        (line.letter.name.split()[-1], line.letter.email, bool(line.letter.addressee), line.is_faulty)
        for line in recap.lines
    ] == [
        ("AUBERT", "", True, False),
        ("BLOT", "blot@exemple.fr", False, False),
        ("CARON", "", False, True),
        ("DIOP", "", False, False),
    ]
    assert recap.leaving_words == "1\u00a0courriel part, 3\u00a0lettres s’impriment"
    assert OutboxMessage.objects.filter(template="letter").count() == 0


def test_whom_it_leaves_aside_is_said_by_reason(officer, make):
    make("Aubert"), make("Sans", company=None), make("Seul", tutor_name="", tutor_email="")
    gone, closed = make("Parti"), make("Clos")
    abandon_registration(registration=gone, reason="Départ de l’entreprise.", by=officer)
    Registration.objects.filter(pk=closed.pk).update(state="closed")
    recap = recap_of(prepare(officer, audience="tutor", body="{entreprise}, {tuteur}"))
    assert sorted(line.registration.candidate.birth_name for line in recap.lines) == ["Aubert", "Clos"]
    assert told(recap) == {
        "Sans": NotWritten.NO_COMPANY,
        "Seul": NotWritten.NO_TUTOR,
        "Parti": LeftAside.OVER,
    }


def test_a_candidate_lacking_what_the_text_names_is_to_complete_and_only_then(officer, make, referentiel):
    make("Aubert"), make("Blot", company=None)
    cohort = make_cohort(centre=officer.hat.centre, referentiel=referentiel, name="Usinage 2026")
    Registration.objects.filter(candidate__birth_name="Aubert").update(cohort=cohort)
    assert told(recap_of(prepare(officer))) == {}
    recap = recap_of(prepare(officer, body="Promotion {promotion}, chez {entreprise}."))
    assert [line.letter.text.split(",")[0] for line in recap.lines] == ["Promotion Usinage 2026"]
    assert [str(group.reason) for group in recap.aside] == [
        "À compléter, le texte en a besoin : promotion et entreprise."
    ]


@pytest.mark.both_engines
def test_a_tutor_of_several_gets_one_mail_each_unless_the_text_is_the_same(officer, make):
    for name in ("Aubert", "Blot", "Caron"):
        make(name, tutor_name="Sylvie Ravier", tutor_email="S.Ravier@vauzelle.test")
    each = recap_of(prepare(officer, audience="tutor", body="Accueillez {prénom} {nom}."))
    assert (each.mails, each.alike) == (3, 0)
    one = recap_of(prepare(officer, audience="tutor", body="Réunion lundi."))
    assert (one.mails, one.alike, [line.rank for line in one.lines]) == (1, 2, [0, 0, 0])
    act = start(prepare(officer, audience="tutor", body="Réunion lundi."), officer)
    assert mails() == ["s.ravier@vauzelle.test"]
    assert {state for state, _ in outcomes(act).values()} == {"done"}
    assert screen_of(act).heading == "1\u00a0courriel"


def test_a_company_is_written_to_its_manager_else_at_its_address(officer, make):
    centre = officer.hat.centre
    make("Aubert", line_manager_name="Bruno Faivre", line_manager_email="b.faivre@vauzelle.test")
    company = make_company(centre, name="Ateliers Vauzelle")
    make("Blot", company=company)
    recap = recap_of(prepare(officer, audience="company", body="Réunion lundi."))
    assert [(line.letter.name, line.letter.email) for line in recap.lines] == [
        ("Bruno Faivre", "b.faivre@vauzelle.test"),
        ("Ateliers Vauzelle", ""),
    ]
    assert list(recap.lines[1].letter.addressee) == company.addressee("")


# --- The act --------------------------------------------------------------------------------------------------------


def test_each_gets_what_the_recap_showed_with_a_line_in_its_journal(officer, make):
    one = make("Aubert")
    act = prepare(officer, subject="Réunion à {centre}", body="{{ nom }} <b>{prénom}</b> {% nom %}")
    shown = recap_of(act).lines[0].letter
    start(act, officer)
    message = OutboxMessage.objects.get(template="letter")
    subject, body = mailing.render(message, signed=False)
    assert (subject, body.strip()) == (shown.mail_subject, shown.body)
    assert subject == f"Réunion à {officer.hat.centre} (inscription n° {one.number})"
    assert body.splitlines()[:3] == [
        f"Bonjour {one.candidate},",
        "",
        f"{{{{ nom }}}} <b>{one.candidate.first_name}</b> {{% nom %}}",
    ]
    assert (message.centre, message.state) == (officer.hat.centre, OutboxMessage.State.WAITING)
    entry = LogEntry.objects.get(subject=f"registration:{one.pk}", verb="write_letter")
    assert entry.sentence == f"Courriel\u00a0: {one.candidate}, «\u00a0Réunion à {officer.hat.centre}\u00a0»."


@pytest.mark.both_engines
def test_those_on_paper_are_one_pdf_in_the_order_of_the_list(officer, make):
    on_paper(make("Blot")), make("Caron"), on_paper(make("Aubert"))
    act = start(prepare(officer), officer)
    paper = letters_of(act)
    assert [letter["to"].split()[-1] for letter in paper.data["letters"]] == ["AUBERT", "BLOT"]
    assert paper.data["letters"][0]["addressee"][1:] == ["12 rue des Forges", "21500 MONTBARD"]
    assert paper.data == build_letters(paper.fact_key)
    assert (mails(), screen_of(act).heading) == (
        ["caron@exemple.fr"],
        "1\u00a0courriel, 2\u00a0lettres à imprimer",
    )
    html = render_html(paper)
    assert html.count('class="post"') == 2
    assert "Veuillez agréer nos salutations distinguées." in html


def test_each_letter_is_on_sheets_of_its_own_tagged(officer, make):
    on_paper(make("Aubert")), on_paper(make("Blot"), address="")
    body = "Une ligne.\n" * 60 + "Đặng, Ἕλληνες, {{ « » " + "x" * 300
    act = start(prepare(officer, body=body), officer)
    with pikepdf.open(io.BytesIO(render_document(letters_of(act)))) as paper:
        assert len(paper.pages) == 4
        assert str(paper.docinfo.Title) == "Lettres, Réunion de rentrée"
        assert bool(paper.Root.MarkInfo.Marked) is True
    act = start(prepare(officer), officer)
    with pikepdf.open(io.BytesIO(render_document(letters_of(act)))) as paper:
        assert len(paper.pages) == 2


def test_a_sign_papers_do_not_have_holds_nobody_s_letter(officer, make):
    (
        on_paper(make("Aubert", company=make_company(officer.hat.centre, name="株式会社 😀"))),
        on_paper(make("Blot")),
    )
    act = start(prepare(officer, body="Chez {entreprise}."), officer)
    first, _ = letters_of(act).data["letters"]
    assert first["text"].endswith("Chez □□□□ □.")
    assert render_document(letters_of(act)).startswith(b"%PDF")


def test_a_text_that_cannot_be_sent_has_no_recap(officer, make):
    make("Aubert")
    for text in ({"body": "{ville}"}, {"body": "Bravo 😀"}, {"subject": "{nom}"}, {"body": "{nom"}):
        assert not recap_of(prepare(officer, **text)).is_ready


def test_what_is_typed_is_never_markup_on_paper(officer, make):
    on_paper(make("Aubert"))
    act = start(prepare(officer, subject="<i>Réunion</i>", body="<script>{{ nom }}</script>"), officer)
    html = render_html(letters_of(act))
    assert "&lt;script&gt;{{ nom }}&lt;/script&gt;" in html
    assert "<script>" not in html and "<i>" not in html


def test_nobody_on_paper_makes_no_pdf(officer, make):
    make("Aubert")
    assert letters_of(start(prepare(officer), officer)) is None
    assert Document.objects.count() == 0


def test_a_mail_cannot_be_taken_back(officer, make):
    make("Aubert")
    act = start(prepare(officer), officer)
    with pytest.raises(Refusal) as refused:
        bulk.undo_bulk(act=act, by=officer)
    assert refused.value.reasons == ["Cet acte ne s’annule pas : rien n’a été changé."]
    assert (outcomes(act), mails()) == ({"Aubert": ("done", "")}, ["aubert@exemple.fr"])


def test_a_second_press_sends_nothing_and_another_text_than_read_neither(officer, make):
    make("Aubert")
    act = prepare(officer)
    seen = recap_of(act).fingerprint
    act = bulk.settle_bulk(act=act, parameters={"body": "Autre chose."})
    with pytest.raises(Refusal):
        bulk.start_bulk(act=act, seen=seen, by=officer)
    assert mails() == []
    start(act, officer)
    with pytest.raises(Stale):
        bulk.start_bulk(act=act, seen=recap_of(act).fingerprint, by=officer)
    assert mails() == ["aubert@exemple.fr"]


# --- While it goes --------------------------------------------------------------------------------------------------


@pytest.fixture
def left_to_the_worker(officer, make, monkeypatch):
    """Three to write to, nothing sent yet: the request runs no row, as for many."""
    for name in ("Aubert", "Blot", "Caron"):
        make(name)
    act = prepare(officer)
    monkeypatch.setattr(acts, "ROWS_AT_ONCE", 0)
    return start(act, officer)


def test_whoever_is_removed_or_changed_meanwhile_gets_nothing(officer, left_to_the_worker):
    act = left_to_the_worker
    people = {row.candidate.birth_name: row for row in Registration.objects.select_related("candidate")}
    Candidate.objects.filter(pk=people["Aubert"].candidate_id).update(email="autre@exemple.fr")
    abandon_registration(registration=people["Blot"], reason="Départ de l’entreprise.", by=officer)
    erase_person(people["Blot"].candidate)
    run_bulk(str(act.pk))
    assert outcomes(act) == {
        "Aubert": (
            "refused",
            "Sa lettre n’est plus celle qui a été relue : ses données ont changé depuis. Rien n’est parti.",
        ),
        "Caron": ("done", ""),
    }
    assert mails() == ["caron@exemple.fr"]


def test_whoever_leaves_meanwhile_gets_nothing(officer, left_to_the_worker):
    gone = Registration.objects.get(candidate__birth_name="Blot")
    abandon_registration(registration=gone, reason="Départ de l’entreprise.", by=officer)
    run_bulk(str(left_to_the_worker.pk))
    assert outcomes(left_to_the_worker)["Blot"] == ("refused", "L’inscription n’est plus en cours.")
    assert mails() == ["aubert@exemple.fr", "caron@exemple.fr"]


def test_a_killed_worker_sends_each_once(officer, left_to_the_worker):
    act = left_to_the_worker
    first = act.rows.order_by("position").first()
    assert bulk_run.LEASES.claim(first.pk)  # taken by a worker that is killed here
    past = timezone.now() - timedelta(minutes=5)
    BulkRow.objects.filter(pk=first.pk).update(lease_until=past)
    run_bulk(str(act.pk)), run_bulk(str(act.pk))
    assert mails() == ["aubert@exemple.fr", "blot@exemple.fr", "caron@exemple.fr"]
    act.refresh_from_db()
    assert act.state == BulkAct.State.DONE


def test_what_a_worker_sent_after_losing_its_claim_is_not_sent(officer, left_to_the_worker):
    act = left_to_the_worker
    late = bulk_run.LEASES.claim(act.rows.order_by("position").first().pk, "act__made_by", "registration")
    BulkRow.objects.update(lease_until=timezone.now() - timedelta(minutes=5))
    run_bulk(str(act.pk))
    bulk_run.run_row(late)
    assert mails() == ["aubert@exemple.fr", "blot@exemple.fr", "caron@exemple.fr"]


def test_an_act_whose_worker_died_after_its_last_row_is_ended_with_its_letters(officer, make, monkeypatch):
    on_paper(make("Aubert"))
    act = prepare(officer)
    monkeypatch.setattr(acts, "ROWS_AT_ONCE", 0)
    start(act, officer)
    bulk_run.run_row(bulk_run.LEASES.claim(act.rows.get().pk, "act__made_by", "act__undone_by"))
    act.refresh_from_db()
    assert (act.state, letters_of(act)) == (BulkAct.State.RUNNING, None)
    sweep_bulk(), sweep_bulk()
    act.refresh_from_db()
    assert (act.state, len(letters_of(act).data["letters"])) == (BulkAct.State.DONE, 1)
    assert Document.objects.count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="two at once")
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_the_same_words_to_one_person_once(officer, make, monkeypatch):
    for name in ("Aubert", "Blot"):
        make(name, tutor_name="Sylvie Ravier", tutor_email="s.ravier@vauzelle.test")
    monkeypatch.setattr(acts, "ROWS_AT_ONCE", 0)
    act = start(prepare(officer, audience="tutor", body="Réunion lundi."), officer)
    rows = [bulk_run.LEASES.claim(row.pk, "act__made_by", "registration") for row in act.rows.all()]
    barrier = threading.Barrier(2)

    def work(row):
        barrier.wait()
        try:
            bulk_run.run_row(row)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[row]) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes(act) == {"Aubert": ("done", ""), "Blot": ("done", "")}
    assert mails() == ["s.ravier@vauzelle.test"]


# --- Personal data --------------------------------------------------------------------------------------------------


@pytest.mark.both_engines
def test_the_letters_of_a_person_go_with_the_person_and_stay_for_the_others(officer, make):
    gone, kept, mailed = on_paper(make("Aubert")), on_paper(make("Blot")), make("Caron")
    act = start(prepare(officer), officer)
    first = letters_of(act)
    for registration in (gone, mailed):
        abandon_registration(registration=registration, reason="Départ de l’entreprise.", by=officer)
        erase_person(registration.candidate)
    first.refresh_from_db()
    assert (first.state, first.data) == (Document.State.PURGED, {})
    assert [letter["registration"] for letter in letters_of(act).data["letters"]] == [str(kept.pk)]
    assert mails() == []
    abandon_registration(registration=kept, reason="Départ de l’entreprise.", by=officer)
    erase_person(kept.candidate)
    assert letters_of(act).is_purged


@pytest.mark.both_engines
def test_the_letters_of_a_selection_go_with_it(officer, make):
    on_paper(make("Aubert"))
    act = start(prepare(officer), officer)
    BulkAct.objects.update(created_at=timezone.now() - timedelta(days=2000))
    list(purge())
    paper = Document.objects.get(fact=f"bulkact:{act.pk}")
    assert (BulkAct.objects.count(), paper.state, paper.data) == (0, Document.State.PURGED, {})


def test_a_mail_is_followed_to_where_its_person_is_reached_now(officer, make):
    one = make("Aubert", tutor_name="Sylvie Ravier", tutor_email="s.ravier@vauzelle.test")
    start(prepare(officer, audience="tutor"), officer)
    start(prepare(officer), officer)
    Registration.objects.filter(pk=one.pk).update(tutor_email="sylvie@vauzelle.test")
    Candidate.objects.filter(pk=one.candidate_id).update(email="autre@exemple.fr")
    tutor, candidate = OutboxMessage.objects.filter(template="letter").order_by("pk")
    assert mailing.contact(tutor).email == "sylvie@vauzelle.test"
    assert mailing.contact(candidate).email == "autre@exemple.fr"
    BulkAct.objects.all().delete()
    assert mailing.contact(tutor).email == "s.ravier@vauzelle.test"


# --- The centre's own texts -----------------------------------------------------------------------------------------

WORDS = {"name": "Réunion", "audience": "tutor", "subject": "Réunion", "body": "Réunion lundi."}


def test_a_text_is_kept_changed_deleted_each_with_its_line(officer):
    made = keep_letter_template(centre=officer.hat.centre, by=officer, **WORDS)
    change_letter_template(template=made, by=officer, **WORDS | {"name": "Rentrée", "body": "Mardi."})
    assert LetterTemplate.objects.values_list("name", "body").get() == ("Rentrée", "Mardi.")
    delete_letter_template(template=made, by=officer)
    with pytest.raises(Stale):
        change_letter_template(template=made, by=officer, **WORDS)
    lines = LogEntry.objects.filter(subject=f"lettertemplate:{made.pk}").order_by("pk")
    assert [line.sentence for line in lines] == [
        "Modèle de courrier gardé : «\u00a0Réunion\u00a0».",
        "Modèle de courrier modifié : «\u00a0Rentrée\u00a0».",
        "Modèle de courrier supprimé : «\u00a0Rentrée\u00a0».",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"name": "  réunion ! "}, ["Un modèle de votre centre porte déjà ce nom."]),
        (
            {"name": "Autre", "subject": "{nom}", "body": "{adresse} {numéro"},
            [
                "Champ inconnu : {adresse}. Prenez un champ de la liste.",
                "Champ sans accolade fermante : «\u00a0{numéro\u00a0».",
                "L’objet d’un courriel ne nomme pas un candidat : retirez {nom}, donnez plutôt {numéro}.",
            ],
        ),
        ({"name": "Autre", "body": ""}, ["Texte : Ce champ ne peut pas être vide."]),
    ],
)
def test_a_text_is_refused_in_words(officer, words, said):
    keep_letter_template(centre=officer.hat.centre, by=officer, **WORDS)
    with pytest.raises(Refusal) as refused:
        keep_letter_template(centre=officer.hat.centre, by=officer, **WORDS | words)
    assert refused.value.reasons == said
    keep_letter_template(centre=make_centre(), by=officer, **WORDS)  # another centre's names are its own


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"body": ""}, "letter_template_says_something"),
        ({"audience": "jury"}, "letter_template_audience_known"),
        ({"folded_name": "rentree"}, "letter_template_name_once"),
    ],
)
def test_the_database_refuses(officer, values, name):
    keep_letter_template(centre=officer.hat.centre, by=officer, **WORDS | {"name": "Rentrée"})
    made = keep_letter_template(centre=officer.hat.centre, by=officer, **WORDS)
    match = f"{name}|folded_name" if "once" in name else name
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        LetterTemplate.objects.filter(pk=made.pk).update(**values)
