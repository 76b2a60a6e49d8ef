"""A jury before its sitting: seats, notices, agenda, convocation."""

from datetime import time, timedelta

import pytest

from accounts.actions import close_account
from accounts.mailing import render
from accounts.models import LogEntry, OutboxMessage, Role, User
from accounts.tests.factories import make_centre, make_user, make_wearer
from candidates.actions import abandon_registration
from candidates.tests.factories import make_registration
from cqpm.utils.french import day, long_day, today
from cqpm.utils.refusal import Stale
from evaluations.actions import jury as juries
from evaluations.models import Deliberation, DeliberationEntry, Jury, JuryMember, Summons, Withdrawal
from evaluations.reads.jury import JurySitting
from evaluations.rules import NoticeKey
from evaluations.tests.acts import last_entry, refused, rewrite, said
from evaluations.tests.factories import finish, fresh_jury, make_decided_registration, make_jury
from referentiel.tests.factories import make_referentiel

pytestmark = pytest.mark.django_db
SOON = timedelta(days=30)


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def head(centre):
    return make_wearer(Role.HEAD, centre=centre)


@pytest.fixture
def jury(centre, head):
    """In a month, its seats empty."""
    return prepare(centre, head)


def prepare(centre, by, **fields):
    plan = {
        "held_on": today() + SOON,
        "starts_at": time(9, 30),
        "place": "Salle Buffon",
        "unions": ["CFDT", "CGT"],
    }
    return juries.prepare_jury(centre=centre, by=by, **plan | fields)


def seat_of(jury, college, position=1):
    return jury.seats.get(college=college, position=position)


def summons():
    """[(address, subject)] of the convocations written."""
    messages = OutboxMessage.objects.filter(template="jury_member").order_by("recipient", "pk")
    return [(message.recipient, render(message)[0]) for message in messages]


# --- The jury itself --------------------------------------------------------------------------------------------


def test_a_jury_has_one_seat_per_union_and_as_many_for_the_employers(centre, head):
    jury = prepare(centre, head, unions=["CFDT", " ", "CGT "])
    seats = [(seat.college, seat.position, seat.organisation) for seat in jury.seats.all()]
    assert seats == [
        ("employee", 1, "CFDT"),
        ("employee", 2, "CGT"),
        ("employer", 1, ""),
        ("employer", 2, ""),
    ]
    sentence = f"Jury du {day(jury.held_on)} préparé."
    assert (jury.state, last_entry(jury)[:2]) == ("prepared", ("prepare_jury", sentence))


def test_a_jury_wants_a_day_to_come_a_place_and_unions(centre, head):
    refused(lambda: prepare(centre, head, held_on=today() - timedelta(days=1)), "Cette date est déjà passée.")
    refused(lambda: prepare(centre, head, place=" "), "Indiquez le lieu.")
    refused(
        lambda: prepare(centre, head, unions=[" "]),
        "Indiquez les organisations syndicales représentatives dans la branche.",
    )


def change(jury, by, **fields):
    now = {"held_on": jury.held_on, "starts_at": jury.starts_at, "place": jury.place}
    return juries.change_jury(jury=jury, by=by, **now | fields)


def test_a_jury_moves_before_anybody_is_told(jury, head):
    moved = change(jury, head, held_on=jury.held_on + SOON, place="Salle Vauban")
    assert (moved.held_on, moved.place, summons()) == (today() + 2 * SOON, "Salle Vauban", [])


def test_another_place_is_told_by_a_second_press_and_the_notice_stays(head, centre):
    jury = make_jury(make_registration(centre), state=Jury.State.SUMMONED)
    before = JuryMember.objects.filter(seat__jury=jury).values_list("summoned_on", flat=True).distinct()
    told = list(before)
    jury = change(jury, head, place="Salle Vauban")
    assert (len(summons()), jury.state) == (4, "summoned")
    juries.summon_jury(jury=jury, by=head)
    changed = [subject for _, subject in summons() if subject.startswith("Convocation modifiée")]
    assert (len(changed), list(before)) == (4, told)


def test_a_letter_naming_another_day_does_not_count(head, centre):
    jury = make_jury(make_registration(centre), state=Jury.State.SUMMONED)
    jury = change(jury, head, held_on=jury.held_on + SOON)
    dates = JuryMember.objects.filter(seat__jury=jury).values_list("summoned_on", flat=True)
    assert (jury.state, jury.summoned_on, jury.summoned_by, set(dates)) == ("prepared", None, "", {None})
    juries.summon_jury(jury=jury, by=head)
    jury.refresh_from_db()
    assert (jury.state, jury.summoned_on, set(dates.all())) == ("summoned", today(), {today()})


def test_nothing_is_told_when_nothing_changes(head, centre):
    jury = make_jury(make_registration(centre), state=Jury.State.SUMMONED)
    written = len(summons())
    change(jury, head)
    assert len(summons()) == written


def test_an_open_jury_does_not_move(head, centre):
    jury = make_jury(make_registration(centre))
    sentence = "Ce jury est ouvert : cet acte n’est plus possible, ou pas encore."
    refused(lambda: change(jury, head, place="Ailleurs"), sentence, kind=Stale)
    jury = make_jury(make_registration(centre), state=Jury.State.SUMMONED)
    refused(lambda: change(jury, head, held_on=today() - timedelta(days=1)), "Cette date est déjà passée.")


def test_a_jury_nobody_was_convened_to_is_deleted_and_frees_its_candidates(jury, centre, head):
    registration = make_registration(centre)
    juries.add_candidates(jury=jury, registrations=[registration], by=head)
    pk = jury.pk
    juries.delete_jury(jury=jury, by=head)
    assert (Jury.objects.count(), Deliberation.objects.count(), DeliberationEntry.objects.count()) == (
        0,
        0,
        0,
    )
    assert last_entry(registration)[1] == f"Retiré du jury du {day(jury.held_on)}, supprimé."
    assert LogEntry.objects.filter(subject=f"jury:{pk}").first().verb == "delete_jury"
    juries.add_candidates(jury=prepare(centre, head), registrations=[registration], by=head)


def test_a_jury_convened_is_not_deleted_and_one_deleted_takes_no_act(head, centre, jury):
    convened = make_jury(make_registration(centre), state=Jury.State.SUMMONED)
    sentence = "Ce jury est convoqué : cet acte n’est plus possible, ou pas encore."
    refused(lambda: juries.delete_jury(jury=convened, by=head), sentence, kind=Stale)
    Jury.objects.filter(pk=jury.pk).delete()
    gone = "Quelqu’un d’autre vient de modifier cette fiche. Rechargez la page pour voir ses changements."
    refused(lambda: change(jury, head, place="Ailleurs"), gone, kind=Stale)


# --- Notices ----------------------------------------------------------------------------------------------------


def notice(jury, key):
    return next(row for row in JurySitting(fresh_jury(jury)).notices if row.key == key)


def test_the_unions_are_asked_fifteen_days_ahead(jury, head):
    juries.record_union_invitation(jury=jury, asked_on=today(), by=head)
    found = notice(jury, NoticeKey.UNIONS)
    assert (found.days, found.until, found.told_on, tuple(said(found.late))) == (
        15,
        jury.held_on - timedelta(days=15),
        today(),
        (),
    )


def test_the_request_to_the_unions_has_been_made_before_the_sitting(jury, head):
    sentence = "La demande aux organisations syndicales précède la séance, et elle est faite."
    tomorrow = today() + timedelta(days=1)
    refused(lambda: juries.record_union_invitation(jury=jury, asked_on=tomorrow, by=head), sentence)


def test_only_the_responsable_passes_over_a_notice_with_a_reason(centre, head):
    jury = prepare(centre, head, held_on=today() + timedelta(days=10))

    def override(by, reason="Report dû à la grève.", key=NoticeKey.UNIONS):
        return juries.override_notice(jury=jury, key=key, reason=reason, by=by)

    officer = make_wearer(Role.OFFICER, centre=centre)
    elsewhere = make_wearer(Role.HEAD)
    alone = "Seul le responsable du centre peut passer outre un délai."
    refused(lambda: override(officer), alone)
    refused(lambda: override(elsewhere), alone)
    refused(
        lambda: override(head, reason=" "),
        "Motivez le délai non respecté : le motif est imprimé au procès-verbal.",
    )
    refused(
        lambda: override(head, key=NoticeKey.MEMBERS),
        "Ce délai est respecté : il n’y a rien à passer outre.",
    )
    jury = override(head)
    assert notice(jury, NoticeKey.UNIONS).override == "Report dû à la grève."
    assert notice(jury, NoticeKey.MEMBERS).override == ""


def test_a_member_convened_late_is_named(head, centre):
    jury = make_jury(make_registration(centre), state=Jury.State.SUMMONED)
    member = JuryMember.objects.get(seat__jury=jury, name="Salarié 1")
    rewrite(member, summoned_on=jury.held_on - timedelta(days=3))
    sentence = (
        f"Membres convoqués moins de 8 jours avant le {day(jury.held_on)} : "
        f"Salarié 1 (le {day(jury.held_on - timedelta(days=3))})."
    )
    assert said(notice(jury, NoticeKey.MEMBERS).late) == [sentence]


# --- Seats ------------------------------------------------------------------------------------------------------


def test_seats_are_added_and_taken_away_in_order(jury, head):
    third = juries.add_seat(jury=jury, college="employee", organisation="FO", by=head)
    juries.remove_seat(seat=seat_of(jury, "employee", 1), by=head)
    left = jury.seats.filter(college="employee").values_list("position", "organisation")
    assert (third.position, list(left)) == (3, [(1, "CGT"), (2, "FO")])


def test_a_seat_taken_is_not_taken_away(jury, head):
    seat = seat_of(jury, "employee")
    juries.seat_member(seat=seat, name="Marc Oudot", by=head)
    refused(lambda: juries.remove_seat(seat=seat, by=head), "Ce siège est occupé.")
    juries.empty_seat(seat=seat, by=head)
    refused(lambda: juries.empty_seat(seat=seat, by=head), "Ce siège est déjà vide.")
    juries.remove_seat(seat=seat, by=head)
    gone = "Quelqu’un d’autre vient de modifier cette fiche. Rechargez la page pour voir ses changements."
    refused(lambda: juries.seat_member(seat=seat, name="Marc Oudot", by=head), gone, kind=Stale)


def test_a_member_takes_the_place_of_another_and_awaits_the_convocation(centre, head):
    jury = make_jury(make_registration(centre), state=Jury.State.SUMMONED)
    seat = seat_of(jury, "employee")
    juries.seat_member(seat=seat, name="Isabelle Ravel", email="Ravel@Exemple.fr", organisation="FO", by=head)
    member = JuryMember.objects.get(seat=seat)
    assert (member.name, member.email, member.seat.organisation, member.summoned_on) == (
        "Isabelle Ravel",
        "ravel@exemple.fr",
        "FO",
        None,
    )
    sentence = f"Jury du {day(jury.held_on)}\u00a0: Isabelle Ravel remplace Salarié 1, collège salariés."
    assert last_entry(jury)[1] == sentence
    assert [row.name for row in JurySitting(jury).to_summon] == ["Isabelle Ravel"]


def test_contact_details_are_corrected_without_replacing_anybody(centre, head):
    jury = make_jury(make_registration(centre), state=Jury.State.SUMMONED)
    seat = seat_of(jury, "employee")
    before = seat.member
    after = juries.seat_member(
        seat=seat, name=before.name, email="autre@exemple.fr", organisation="FO", by=head
    )
    assert (after.pk, after.email, after.summoned_on) == (before.pk, "autre@exemple.fr", before.summoned_on)


def test_the_address_of_the_president_is_that_of_the_account(centre, head):
    jury = make_jury(make_registration(centre), state=Jury.State.PREPARED)
    seat = seat_of(jury, "employer")
    after = juries.seat_member(seat=seat, name=seat.member.name, email="autre@exemple.fr", by=head)
    assert after.email == after.user.email


def test_who_withdrew_keeps_the_seat(centre, head):
    jury = make_jury(make_registration(centre))
    seat = seat_of(jury, "employee")
    entry = DeliberationEntry.objects.get(deliberation__jury=jury)
    Withdrawal.objects.create(entry=entry, member=seat.member, reason="lien personnel")
    sentence = "Salarié 1 s’est retiré pour un candidat : annulez ce retrait d’abord."
    refused(lambda: juries.empty_seat(seat=seat, by=head), sentence)
    refused(lambda: juries.seat_member(seat=seat, name="Isabelle Ravel", by=head), sentence)


# --- Presidency -------------------------------------------------------------------------------------------------


@pytest.fixture
def employer(jury, head):
    return juries.seat_member(seat=seat_of(jury, "employer"), name="Philippe Garnier", by=head)


def name(member, by, verb=juries.name_president, **fields):
    somebody = {"email": "garnier@exemple.fr", "first_name": "Philippe", "last_name": "Garnier"}
    return verb(member=member, by=by, **somebody | fields)


def test_the_president_gets_an_account_by_invitation(employer, head):
    member = name(employer, head)
    user = User.objects.get(email="garnier@exemple.fr")
    assert (member.user, member.is_president, member.awaits_account, user.memberships.count()) == (
        user,
        True,
        True,
        0,
    )
    invitation = OutboxMessage.objects.get(template="invitation")
    assert (invitation.recipient, f"présider le jury du {day(today() + SOON)}" in render(invitation)[1]) == (
        "garnier@exemple.fr",
        True,
    )
    assert list(Jury.objects.presided_by(user)) == [employer.seat.jury]


def test_another_president_takes_the_place_of_the_first(jury, employer, head):
    name(employer, head)
    second = juries.seat_member(seat=seat_of(jury, "employer", 2), name="Hélène Mugnier", by=head)
    name(second, head, email="mugnier@exemple.fr", first_name="Hélène", last_name="Mugnier")
    presiding = JuryMember.objects.filter(seat__jury=jury, is_president=True)
    assert [member.name for member in presiding] == ["Hélène Mugnier"]


def test_the_substitute_gets_an_account_too(jury, employer, head):
    member = name(employer, head, juries.name_substitute)
    assert (member.is_substitute, member.is_president, member.user.email) == (
        True,
        False,
        "garnier@exemple.fr",
    )
    assert list(Jury.objects.presided_by(member.user)) == [jury]
    assert name(member, head).is_substitute is False


def test_the_presidency_is_the_employers_once_with_one_seat(jury, employer, head):
    member = name(employer, head)
    refused(lambda: name(member, head), "Philippe Garnier préside déjà.")
    employee = juries.seat_member(seat=seat_of(jury, "employee"), name="Marc Oudot", by=head)
    refused(lambda: name(employee, head), "La présidence revient au collège employeurs.")
    second = juries.seat_member(seat=seat_of(jury, "employer", 2), name="Hélène Mugnier", by=head)
    refused(lambda: name(second, head), "Philippe Garnier occupe déjà un autre siège de ce jury.")
    for field, sentence in (
        ("email", "Indiquez une adresse électronique : elle ouvre le compte."),
        ("first_name", "Indiquez le prénom."),
        ("last_name", "Indiquez le nom."),
    ):
        refused(lambda field=field: name(second, head, **{field: " "}), sentence)


def test_a_closed_account_does_not_preside(employer, head):
    user = make_user("garnier@exemple.fr", first_name="Philippe", last_name="Garnier")
    close_account(user=user, by=make_wearer(Role.ADMINISTRATOR))
    sentence = "Philippe Garnier a un compte fermé : l’administrateur peut le rouvrir."
    refused(lambda: name(employer, head), sentence)


# --- Agenda -----------------------------------------------------------------------------------------------------


def add(jury, by, *registrations):
    return juries.add_candidates(jury=jury, registrations=registrations, by=by)


def agenda(jury):
    rows = DeliberationEntry.objects.filter(deliberation__jury=jury)
    return sorted((row.deliberation.referentiel_id, row.rank, row.registration_id) for row in rows)


def test_candidates_are_put_on_one_deliberation_per_referentiel(jury, centre, head):
    first, second = make_referentiel(), make_referentiel()
    one, two, three = (
        make_registration(centre, first),
        make_registration(centre, second),
        make_registration(centre, first),
    )
    add(jury, head, one, two)
    add(jury, head, three)
    assert agenda(jury) == sorted([(first.pk, 1, one.pk), (second.pk, 1, two.pk), (first.pk, 2, three.pk)])
    assert last_entry(three)[1] == f"Inscrit au jury du {day(jury.held_on)}, Salle Buffon."


def test_nobody_joins_an_agenda_twice_or_from_elsewhere(jury, centre, head):
    there, stranger = make_registration(centre), make_registration()
    left, published = (
        make_registration(centre),
        make_decided_registration(make_referentiel(), centre=centre),
    )
    add(jury, head, there)
    abandon_registration(registration=left, reason="Déménagement.", by=head)
    finish(make_jury(published), Jury.State.CLOSED)
    refused(lambda: add(jury, head), "Choisissez au moins un candidat.")
    other = prepare(centre, head)
    refused(
        lambda: add(other, head, there, stranger, left, published),
        f"{there.candidate} est déjà à l’ordre du jour d’un jury.",
        f"{stranger.candidate} relève d’un autre centre.",
        f"{left.candidate} : l’inscription est abandonnée.",
        f"{published.candidate} : le jury s’est déjà prononcé.",
    )


def test_a_candidate_is_taken_off_as_long_as_nothing_is_decided(jury, centre, head):
    registration = make_registration(centre)
    add(jury, head, registration)
    entry = DeliberationEntry.objects.get(deliberation__jury=jury)
    juries.remove_candidate(entry=entry, by=head)
    assert (agenda(jury), Deliberation.objects.count()) == ([], 0)
    gone = "Quelqu’un d’autre vient de modifier cette fiche. Rechargez la page pour voir ses changements."
    entry = DeliberationEntry(
        pk=entry.pk or 0, deliberation=Deliberation(jury=jury), registration=registration
    )
    refused(lambda: juries.remove_candidate(entry=entry, by=head), gone, kind=Stale)


def test_a_candidate_decided_is_not_taken_off(centre, head):
    jury = make_jury(make_registration(centre))
    entry = DeliberationEntry.objects.get(deliberation__jury=jury)
    juries.decide(entry=entry, act="adjourn", reason="Dossier incomplet.", by=head)
    sentence = "Une décision est consignée pour ce candidat : annulez-la d’abord."
    refused(lambda: juries.remove_candidate(entry=entry, by=head), sentence)


# --- Convocation ------------------------------------------------------------------------------------------------


def test_a_jury_without_president_or_candidates_is_not_convened(jury, head):
    refused(
        lambda: juries.summon_jury(jury=jury, by=head),
        "Président : à nommer, dans le collège employeurs.",
        "Candidats : aucun à l’ordre du jour.",
    )


def test_each_member_is_convened_once(jury, centre, head, employer):
    name(employer, head)
    add(jury, head, make_registration(centre))
    for position, email in ((1, "oudot@exemple.fr"), (2, "")):
        juries.seat_member(
            seat=seat_of(jury, "employee", position), name=f"Salarié {position}", email=email, by=head
        )
    juries.summon_jury(jury=jury, by=head)
    jury.refresh_from_db()
    subject = "Convocation : jury paritaire du"
    both = ["garnier@exemple.fr", "oudot@exemple.fr"]
    assert (jury.state, jury.summoned_on) == ("summoned", today())
    assert [(to, text.startswith(subject)) for to, text in summons()] == [(to, True) for to in both]
    assert not JuryMember.objects.filter(seat__jury=jury, summoned_on=None).exists()

    juries.seat_member(
        seat=seat_of(jury, "employer", 2), name="Hélène Mugnier", email="hm@exemple.fr", by=head
    )
    juries.summon_jury(jury=jury, by=head)
    assert [to for to, _ in summons()] == [*both[:1], "hm@exemple.fr", *both[1:]]

    refused(lambda: juries.summon_jury(jury=jury, by=head), "Tous les membres sont déjà convoqués.")
    letters = Summons.objects.about(jury)
    assert [(row.name, row.is_to_hand) for row in letters.order_by("name") if not row.email] == [
        ("Salarié 2", True)
    ]


def test_the_president_is_told_of_the_account(jury, centre, head, employer):
    name(employer, head)
    add(jury, head, make_registration(centre))
    juries.summon_jury(jury=jury, by=head)
    paragraphs = render(OutboxMessage.objects.get(template="jury_member"))[1].split("\n\n")
    when = f"{long_day(jury.held_on)}, à 9\u00a0h\u00a030 (durée prévue : 3\u00a0h)"
    assert paragraphs[2] == f"{when}\nSalle Buffon"
    assert paragraphs[3].startswith("Vous présidez ce jury.")
