"""A jury closed, then published: who may, what is missing, what comes out."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from accounts.mailing import render
from accounts.models import OutboxMessage, Role
from accounts.tests.factories import make_centre, make_user, make_wearer
from candidates.actions import abandon_registration
from candidates.models import Registration
from candidates.tests.factories import make_registration
from cqpm.tests.situations import situation
from cqpm.utils.french import day, today
from cqpm.utils.refusal import Refusal, Stale
from documents.models import Document
from evaluations.actions import jury as juries
from evaluations.models import (
    CapacityValidation,
    Commission,
    Decision,
    Deliberation,
    DeliberationEntry,
    Jury,
    JuryMember,
    Seat,
)
from evaluations.reads.jury import JurySitting
from evaluations.rules import College, JuryAct, NoticeKey
from evaluations.tests.acts import last_entry, refused, rewrite
from evaluations.tests.factories import (
    finish,
    fresh_jury,
    make_decided_registration,
    make_jury,
    make_validated_registration,
    president_of,
)
from referentiel.tests.factories import make_referentiel, plain

pytestmark = pytest.mark.django_db
NOT_PRESIDING = "Seul celui ou celle qui préside le jury peut clore la délibération."


@situation
def ready():
    return make_decided_registration(make_referentiel((1, 1)))


@situation
def officer(ready):
    return make_wearer(Role.OFFICER, centre=ready.centre)


@situation
def jury(ready, officer):
    """Open, its only candidate pronounced admissible: nothing but the closing is left."""
    jury = make_jury(ready)
    decide(jury, ready, officer)
    return jury


def decide(jury, registration, by, act=JuryAct.PRONOUNCE, **fields):
    entry = DeliberationEntry.objects.get(deliberation__jury=jury, registration=registration)
    return juries.decide(entry=entry, act=act, by=by, **fields)


def close(jury, secretary, president=None):
    return juries.close_jury(jury=jury, president=president or president_of(jury), secretary=secretary)


def publish(jury, secretary, president=None):
    return juries.publish_jury(jury=jury, president=president or president_of(jury), secretary=secretary)


def somebody(jury, **role):
    return JuryMember.objects.select_related("seat", "user").get(seat__jury=jury, **role)


def papers():
    """[(kind, number)] asked for, leaving the dossiers aside."""
    return sorted(Document.objects.exclude(kind="dossier").values_list("kind", "number"))


# --- Closing ------------------------------------------------------------------------------------------------------


def test_the_president_closes_on_the_secretary_s_screen(jury, ready, officer):
    president = president_of(jury)
    closed = close(jury, officer)
    year = today().year
    assert (closed.state, closed.closed_by) == ("closed", str(president))
    assert Deliberation.objects.get().number == f"{year}-0001"
    verb, sentence, data = last_entry(jury)
    assert (verb, sentence) == (
        "close_jury",
        f"Jury du {day(today())} clos, secrétaire de séance : {officer}.",
    )
    assert data == {"secretary": str(officer)}
    assert last_entry(ready)[:2] == ("close_jury", f"Délibération du jury du {day(today())} close.")
    assert papers() == [
        ("admissibility_decision", f"{year}-0001-001"),
        ("minutes", f"{year}-0001"),
    ]


def test_the_president_s_own_screen_has_no_secretary(jury):
    close(jury, president_of(jury))
    assert last_entry(jury)[1] == f"Jury du {day(today())} clos."


def unequal(jury):
    Seat.objects.create(
        jury=jury, college="employee", position=3, organisation="CGT"
    )  # asked with the others
    return ["Sièges inégaux : 2 pour les employeurs, 3 pour les salariés, sièges vides compris."]


def presence_missing(jury):
    rewrite(somebody(jury, name="Salarié 1"), present=None)
    return ["Présence à renseigner : Salarié 1."]


def unions_asked_late(jury):
    late = jury.held_on - timedelta(days=14)
    rewrite(jury, unions_invited_on=late)
    return [
        f"Syndicats sollicités moins de 15 jours avant le {day(jury.held_on)} : "
        f"CFDT (le {day(late)}) et CGT (le {day(late)})."
    ]


def member_convened_late(jury):
    rewrite(somebody(jury, name="Salarié 1"), summoned_on=None)
    return [f"Membres convoqués moins de 8 jours avant le {day(jury.held_on)} : Salarié 1 (pas encore)."]


def no_quorum(jury):
    JuryMember.objects.filter(seat__jury=jury, seat__college="employee").update(present=False)
    lost = "Quorum non atteint, collège salariés : 0\u00a0présent, 1 requis."
    name = Registration.objects.get().candidate
    return [lost, f"{name} : décision à reprendre. {lost} Ce candidat ne peut être qu’ajourné."]


def undecided(jury):
    Decision.objects.get().delete()
    return [f"{Registration.objects.get().candidate} : décision à prendre."]


def outcome_changed(jury):
    validation = CapacityValidation.objects.filter(capacity__number=2).get()
    other = Commission.objects.create(
        centre=jury.centre, held_on=today(), starts_at="09:00", place="Salle 2", created_by="Claire Aubry"
    )
    other.agenda.create(registration=validation.registration)
    CapacityValidation.objects.create(
        commission=other,
        registration=validation.registration,
        capacity=validation.capacity,
        outcome="not_acquired",
        proposal="not_acquired",
        rule_version=1,
        inputs={},
        decided_by="Nathalie Brossard",
    )
    rewrite(other, state="closed", summoned_at=jury.opened_at, summoned_by="Claire Aubry", closed_at=jury.opened_at, closed_by="Nathalie Brossard")  # fmt: skip
    name = validation.registration.candidate
    return [f"{name} : le résultat calculé a changé depuis la décision, à reprendre."]


def abandoned(jury):
    registration = Registration.objects.get()
    abandon_registration(
        registration=registration, reason="Déménagement.", by=make_wearer(Role.OFFICER, centre=jury.centre)
    )
    return [f"{registration.candidate} : inscription abandonnée, à retirer de l’ordre du jour."]


@pytest.mark.parametrize(
    "spoil",
    [
        unequal,
        presence_missing,
        unions_asked_late,
        member_convened_late,
        no_quorum,
        undecided,
        outcome_changed,
        abandoned,
    ],
    ids=lambda spoil: spoil.__name__,
)
def test_what_is_missing_keeps_the_jury_open_and_changes_nothing(jury, officer, spoil):
    missing = spoil(jury)
    refused(lambda: close(jury, officer), *missing)
    assert (fresh_jury(jury).state, papers()) == ("open", [])


def test_everything_that_is_missing_is_said_at_once(jury, officer):
    missing = unequal(jury) + presence_missing(jury) + undecided(jury)
    refused(lambda: close(jury, officer), *missing)


def test_a_jury_without_candidate_does_not_close(ready, officer):
    jury = make_jury(ready)
    juries.remove_candidate(entry=DeliberationEntry.objects.get(), by=officer)
    refused(lambda: close(jury, officer), "Candidats : aucun à l’ordre du jour.")


@pytest.mark.parametrize(
    ("spoil", "key"), [(unions_asked_late, NoticeKey.UNIONS), (member_convened_late, NoticeKey.MEMBERS)]
)
def test_a_short_notice_passes_with_the_responsable_s_reason_printed(jury, officer, spoil, key):
    spoil(jury)
    head = make_wearer(Role.HEAD, centre=jury.centre)
    other = next(one for one in NoticeKey if one != key)
    juries.override_notice(jury=jury, key=key, reason="Remplacement de dernière minute.", by=head)
    close(jury, officer)
    minutes = Document.objects.get(kind="minutes")
    assert minutes.data["notice_override"] == f"{key.label} : Remplacement de dernière minute."
    assert fresh_jury(jury).overrides[other] == ""


def test_a_vote_with_more_voices_than_those_who_stayed_is_taken_again(ready, officer):
    jury = make_jury(ready)
    everybody = {College.EMPLOYER: 2, College.EMPLOYEE: 2}
    decide(jury, ready, officer, votes={JuryAct.PRONOUNCE: everybody})
    juries.record_presence(member=somebody(jury, name="Salarié 1"), present=False, by=officer)
    sentence = "Collège salariés : 2\u00a0voix pour 1\u00a0votant."
    refused(lambda: close(jury, officer), f"{ready.candidate} : décision à reprendre. {sentence}")


# --- Who closes -----------------------------------------------------------------------------------------------------


def test_nobody_but_the_president_closes(jury, officer):
    substitute = somebody(jury, is_substitute=True).user
    stranger = president_of(make_jury(make_registration()))
    for user in (officer, substitute, stranger, make_user()):
        refused(lambda user=user: close(jury, officer, user), NOT_PRESIDING)


def test_the_substitute_closes_in_the_president_s_absence_and_the_president_does_not(jury, officer):
    president, substitute = president_of(jury), somebody(jury, is_substitute=True).user
    juries.record_presence(member=somebody(jury, is_president=True), present=False, by=officer)
    refused(lambda: close(jury, officer, president), NOT_PRESIDING)
    assert close(jury, officer, substitute).closed_by == str(substitute)
    sentence = "Seul celui ou celle qui préside le jury peut publier les résultats."
    refused(lambda: publish(jury, officer, president), sentence)
    assert publish(jury, officer, substitute).published_by == str(substitute)


def test_nobody_closes_without_president_nor_substitute(jury, officer):
    juries.record_presence(member=somebody(jury, is_president=True), present=False, by=officer)
    juries.record_presence(member=somebody(jury, is_substitute=True), present=False, by=officer)
    for user in (president_of(jury), somebody(jury, is_substitute=True).user):
        refused(lambda user=user: close(jury, officer, user), NOT_PRESIDING)
    points = [str(point) for point in JurySitting(jury).missing_to_close()]
    assert points[0] == "Président absent : Philippe Garnier n’a pas de suppléant employeur présent."


def test_a_jury_closes_once(jury, officer):
    close(jury, officer)
    sentence = "Ce jury est clos : cet acte n’est plus possible, ou pas encore."
    refused(lambda: close(jury, officer), sentence, kind=Stale)


# --- Numbers --------------------------------------------------------------------------------------------------------


def test_numbers_follow_one_another_by_title_then_by_jury(officer, ready):
    centre, year = ready.centre, today().year
    late, early = make_referentiel(title="Soudeur(se)"), make_referentiel(title="Ajusteur(se)")
    both = [make_decided_registration(one, centre=centre) for one in (late, early)]
    finish(make_jury(*both), Jury.State.CLOSED)
    finish(make_jury(ready), Jury.State.CLOSED)
    numbers = dict(Deliberation.objects.values_list("referentiel", "number"))
    assert numbers == {
        early.pk: f"{year}-0001",
        late.pk: f"{year}-0002",
        ready.referentiel_id: f"{year}-0003",
    }
    elsewhere = make_decided_registration(early)
    finish(make_jury(elsewhere), Jury.State.CLOSED)
    assert Deliberation.objects.get(centre=elsewhere.centre).number == f"{year}-0001"


def test_a_closing_refused_takes_no_number(jury, ready, officer):
    employee = somebody(jury, name="Salarié 1")
    rewrite(employee, present=None)
    with pytest.raises(Refusal):
        close(jury, officer)
    rewrite(employee, present=True)
    close(jury, officer)
    assert Deliberation.objects.get().number == f"{today().year}-0001"


def at_once(*acts):
    """What each act gives or why it is refused, all of them started together in their own connections."""
    start = Barrier(len(acts))

    def work(act):
        try:
            start.wait()
            return str(act())
        except Refusal as refusal:
            return type(refusal).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(work, act) for act in acts]]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_juries_closed_at_once_get_numbers_without_gap_nor_double():
    referentiel = make_referentiel((1,))
    first = make_decided_registration(referentiel)
    centre, year = first.centre, today().year
    registrations = [first, *(make_decided_registration(referentiel, centre=centre) for _ in range(3))]
    officer = make_wearer(Role.OFFICER, centre=centre)
    opened = [make_jury(registration) for registration in registrations]
    for jury, registration in zip(opened, registrations, strict=True):
        decide(jury, registration, officer)
    at_once(*(lambda jury=jury: close(jury, officer) for jury in opened))
    numbers = sorted(Deliberation.objects.values_list("number", flat=True))
    assert numbers == [f"{year}-{rank:04d}" for rank in range(1, 5)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told():
    ready = make_decided_registration(make_referentiel((1,)))
    officer, jury = make_wearer(Role.OFFICER, centre=ready.centre), make_jury(ready)
    answers = at_once(
        lambda: decide(jury, ready, officer).get_verdict_display(),
        lambda: decide(jury, ready, officer, JuryAct.ADJOURN, reason="À revoir.").get_verdict_display(),
    )
    stored = Decision.objects.get().get_verdict_display()
    assert sorted(answers) == sorted([stored, "Stale"])


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_jury_closed_twice_at_once_closes_once():
    ready = make_decided_registration(make_referentiel((1,)))
    officer, jury = make_wearer(Role.OFFICER, centre=ready.centre), make_jury(ready)
    decide(jury, ready, officer)
    answers = at_once(*[lambda: close(jury, officer).state] * 2)
    assert sorted(answers) == ["Stale", "closed"]
    assert len(papers()) == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_candidate_put_on_two_agendas_at_once_joins_one():
    ready = make_decided_registration(make_referentiel((1,)))
    officer = make_wearer(Role.OFFICER, centre=ready.centre)
    prepared = [make_jury(centre=ready.centre, state=Jury.State.PREPARED) for _ in range(2)]
    answers = at_once(
        *(
            lambda jury=jury: juries.add_candidates(jury=jury, registrations=[ready], by=officer).state
            for jury in prepared
        )
    )
    assert (sorted(answers), DeliberationEntry.objects.count()) == (["Refusal", "prepared"], 1)


# --- Publishing -----------------------------------------------------------------------------------------------------


def test_results_are_published_with_their_papers(officer, ready):
    referentiel, centre = ready.referentiel, ready.centre
    lacking = make_decided_registration(referentiel, centre=centre, lacking=[2])
    nothing = make_decided_registration(referentiel, centre=centre, lacking=[1, 2])
    jury = make_jury(ready, lacking, nothing)
    jury = finish(jury, Jury.State.PUBLISHED)
    minutes = f"{today().year}-0001"
    assert papers() == [
        ("admissibility_decision", f"{minutes}-001"),
        ("admissibility_decision", f"{minutes}-002"),
        ("admissibility_decision", f"{minutes}-003"),
        ("attestation", f"{minutes}-001"),
        ("capacities_attestation", f"{minutes}-002"),
        ("minutes", minutes),
    ]
    assert not Document.objects.exclude(kind="dossier").filter(published_at=None).exists()
    assert (jury.state, last_entry(jury)[0]) == ("published", "publish_jury")
    states = {row.state for row in Registration.objects.filter(pk__in=[ready.pk, lacking.pk, nothing.pk])}
    assert states == {"closed"}


def test_an_adjourned_candidate_has_no_paper_and_goes_on(ready, officer):
    jury = make_jury(ready)
    decide(jury, ready, officer, JuryAct.ADJOURN, reason="Identité à confirmer.")
    close(jury, officer)
    publish(jury, officer)
    ready.refresh_from_db()
    assert (papers(), ready.state) == ([("minutes", f"{today().year}-0001")], "registered")


def test_publishing_comes_once_after_the_closing(jury, officer):
    sentence = "Ce jury est {} : cet acte n’est plus possible, ou pas encore."
    refused(lambda: publish(jury, officer), sentence.format("ouvert"), kind=Stale)
    close(jury, officer)
    publish(jury, officer)
    refused(lambda: publish(jury, officer), sentence.format("publié"), kind=Stale)


def test_only_who_presided_publishes(jury, officer):
    close(jury, officer)
    sentence = "Seul celui ou celle qui préside le jury peut publier les résultats."
    for user in (officer, somebody(jury, is_substitute=True).user):
        refused(lambda user=user: publish(jury, officer, user), sentence)


def test_a_registration_abandoned_after_the_closing_stays_abandoned(jury, ready, officer):
    close(jury, officer)
    abandon_registration(registration=ready, reason="Déménagement.", by=officer)
    publish(jury, officer)
    assert Registration.objects.get(pk=ready.pk).state == "abandoned"


# --- What candidates are told ----------------------------------------------------------------------------------------


def results():
    """{address: (subject, body without its signature)} of the results mailed."""
    messages = OutboxMessage.objects.filter(template="result")
    mails = {message.recipient: render(message) for message in messages}
    return {to: (subject, body.split("\n--\n")[0].strip()) for to, (subject, body) in mails.items()}


def test_each_candidate_is_told_once_in_plain_words(officer):
    referentiel = make_referentiel((1, 1, 1), title="Ajusteur(se)")
    one = make_decided_registration(referentiel, who={"email": "a@exemple.fr", "sex": "F", "birth_name": "Diallo", "first_name": "Aminata"})  # fmt: skip
    two = make_decided_registration(referentiel, centre=one.centre, lacking=[2], who={"email": "b@exemple.fr", "birth_name": "Ferhat"})  # fmt: skip
    silent = make_decided_registration(referentiel, centre=one.centre, who={"email": ""})
    finish(make_jury(one, two, silent), Jury.State.PUBLISHED)
    subject, told = f"Résultat du jury du {plain(day(today()))} (inscription n° {{}})", results()
    until = day(
        next(row.kept_until for row in Decision.objects.get(entry__registration=two).capacities.all())
    )
    contact = (
        "Une question, un désaccord sur ce résultat ? Le centre d’examen vous répond "
        "au 03 80 00 00 00 ou à centre@exemple.fr."
    )
    assert told == {
        "a@exemple.fr": (
            subject.format(one.number),
            f"Bonjour Aminata DIALLO,\n\nLe jury paritaire du {day(today())} vous a déclarée admissible au CQPM "
            f"« Ajusteur(se) » (inscription {one.number}). Félicitations : toutes les capacités professionnelles "
            "sont acquises.\n\nLe centre d’examen vous remet la décision et l’attestation d’admissibilité. Le "
            "certificat lui-même est délivré ensuite par la Commission paritaire nationale de l’emploi et de la "
            f"formation professionnelle de la métallurgie.\n\n{contact}",
        ),
        "b@exemple.fr": (
            subject.format(two.number),
            f"Bonjour Léo FERHAT,\n\nLe jury paritaire du {day(today())} a examiné votre candidature au CQPM "
            f"« Ajusteur(se) » (inscription {two.number}). Pour être admissible, il faut que toutes les capacités "
            "professionnelles soient acquises. Vous n’êtes pas admissible aujourd’hui : il reste à acquérir\n\n"
            "  2. Capacité d’essai 2\n\nCe que vous avez acquis vous reste :\n\n"
            f"jusqu’au {until} inclus\n  1. Capacité d’essai 1\n  3. Capacité d’essai 3\n\n"
            "Si vous vous inscrivez de nouveau d’ici là, vous ne serez évalué que sur le reste. Rien ne vous y "
            "oblige.\n\nLe centre d’examen vous remet la décision et l’attestation des capacités acquises.\n\n"
            f"{contact}",
        ),
    }


def test_who_acquired_nothing_is_told_without_promise():
    registration = make_decided_registration(make_referentiel((1,)), lacking=[1])
    finish(make_jury(registration), Jury.State.PUBLISHED)
    [(_, body)] = results().values()
    assert "acquis vous reste" not in body
    assert re.search(r"1\. Capacité d’essai 1\n\nLe centre d’examen vous remet la décision\.", body)


def test_who_is_put_off_is_told_why_and_what_comes(ready, officer):
    jury = make_jury(ready)
    decide(jury, ready, officer, JuryAct.SEND_BACK, numbers=[2], reason="Un complément est demandé.")
    close(jury, officer)
    publish(jury, officer)
    [(_, body)] = results().values()
    paragraphs = body.split("\n\n")[1:-1]
    assert paragraphs[1:] == [
        "Motif : Un complément est demandé.",
        "La commission d’évaluation reprendra :\n  2. Capacité d’essai 2",
        "Vous n’avez rien à faire : le centre d’examen vous préviendra de la suite.",
    ]
    assert "Ce n’est pas un refus" in paragraphs[0]


# --- Stages -----------------------------------------------------------------------------------------------------------


def test_the_stage_follows_the_jury():
    registration = make_validated_registration(make_referentiel((1,), company_opinion=False))
    assert registration.stage == "deliberation"
    jury = finish(make_jury(registration), Jury.State.CLOSED)
    registration.refresh_from_db()
    assert (registration.stage, registration.state) == ("result", "registered")
    publish(jury, make_wearer(Role.OFFICER, centre=jury.centre))
    registration.refresh_from_db()
    assert (registration.stage, registration.state) == ("result", "closed")


# --- Read once --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("candidates", "versions", "closing", "publishing"),
    [(2, 1, 55, 57), (12, 1, 115, 197), (12, 2, 129, 199)],
)
def test_what_is_read_does_not_grow_with_the_candidates(
    candidates, versions, closing, publishing, django_assert_num_queries
):
    """One more candidate costs his or her own writes: six queries at the closing (a line of the journal, a paper and
    its line), fourteen at the publication (the same, the paper published, the registration closed, a mail).
    """
    referentiels = [make_referentiel((1, 1), title=f"Ajusteur(se) {rank}") for rank in range(versions)]
    registrations, centre = [], make_centre()
    for rank in range(candidates):
        referentiel = referentiels[rank % versions]
        lacking = [2] if rank % 4 == 2 else []
        registrations.append(make_decided_registration(referentiel, centre=centre, lacking=lacking))
    officer, jury = make_wearer(Role.OFFICER, centre=centre), make_jury(*registrations)
    seen = {case.entry.pk: case.computed.verdict for case in JurySitting(jury).cases}
    juries.pronounce_all(jury=jury, seen=seen, by=officer)
    president = president_of(jury)
    with django_assert_num_queries(closing):
        close(jury, officer, president)
    with django_assert_num_queries(publishing):
        publish(jury, officer, president)
