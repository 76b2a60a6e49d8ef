"""The jury paritaire: one sitting, its seats by college and who sits there; its agenda, and who takes no part."""

import uuid
from enum import nonmember

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import ExaminationCentre, User
from candidates.models import Registration
from cqpm.utils.freeze import frozen, refused
from evaluations.models.appointment import minutes_field, reasonable_length
from evaluations.models.room import room_field, room_says_the_place
from evaluations.rules import College, NoticeKey
from evaluations.rules.appointment import SITTING_MINUTES, Appointment
from referentiel.models import Referentiel


class JuryQuerySet(models.QuerySet["Jury"]):
    def for_user(self, user):
        """Staff sees its centre's; president and substitute those they are appointed to, whatever the hat."""
        appointed = Q(pk__in=self.presided_by(user).values("pk"))
        hat = user.hat
        return self.filter(Q(centre=hat.centre_id) | appointed if hat and hat.is_staff else appointed)

    def presided_by(self, user):
        """Those the user presides, or may have to preside as substitute of an absent president."""
        return self.filter(Exists(presidencies(user).filter(seat__jury=OuterRef("pk"))))


def presidencies(user):
    """The appointments of a user, or of an outer row, to preside a jury or to stand in for its president."""
    return JuryMember.objects.filter(user=user).filter(Q(is_president=True) | Q(is_substitute=True))


class Jury(models.Model):
    """One sitting of a jury paritaire de délibération."""

    class State(models.TextChoices):
        PREPARED = "prepared", "Préparé"
        SUMMONED = "summoned", "Convoqué"
        OPEN = "open", "Ouvert"
        CLOSED = "closed", "Clos"
        PUBLISHED = "published", "Publié"

        BEFORE = nonmember(("prepared", "summoned"))
        RUNNING = nonmember(("prepared", "summoned", "open"))
        DONE = nonmember(("closed", "published"))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    centre = models.ForeignKey(
        ExaminationCentre, models.PROTECT, related_name="juries", verbose_name="centre d’examen"
    )
    held_on = models.DateField("date")
    starts_at = models.TimeField("heure de début")
    minutes = minutes_field(SITTING_MINUTES)
    place = models.CharField("lieu", max_length=160)
    room = room_field()
    unions_invited_on = models.DateField("organisations syndicales sollicitées le", null=True, blank=True)
    summoned_on = models.DateField("membres convoqués le", null=True, blank=True)
    summoned_by = models.CharField("convoqués par", max_length=160, blank=True)
    unions_notice_override = models.TextField("motif du délai d’invitation non respecté", blank=True)
    members_notice_override = models.TextField("motif du délai de convocation non respecté", blank=True)
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.PREPARED)
    created_at = models.DateTimeField("préparé le", default=timezone.now)
    created_by = models.CharField("préparé par", max_length=160)
    opened_at = models.DateTimeField("ouvert le", null=True, blank=True)
    opened_by = models.CharField("ouvert par", max_length=160, blank=True)
    closed_at = models.DateTimeField("clos le", null=True, blank=True)
    closed_by = models.CharField("clos par", max_length=160, blank=True)
    published_at = models.DateTimeField("publié le", null=True, blank=True)
    published_by = models.CharField("publié par", max_length=160, blank=True)

    objects = JuryQuerySet.as_manager()

    class Meta:
        verbose_name = "jury"
        verbose_name_plural = "jurys"
        ordering = ["-held_on", "-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "summoned", "open", "closed", "published"]),
                name="jury_state_known",
            ),
            models.CheckConstraint(condition=~Q(place=""), name="jury_placed"),
            reasonable_length("jury_lasts"),
            models.CheckConstraint(
                condition=Q(state="prepared") | (Q(summoned_on__isnull=False) & ~Q(summoned_by="")),
                name="jury_summoned_dated",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "closed", "published"], opened_at__isnull=False)
                & ~Q(opened_by="")
                | ~Q(state__in=["open", "closed", "published"]) & Q(opened_at=None, opened_by=""),
                name="jury_opened_dated",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["closed", "published"], closed_at__isnull=False) & ~Q(closed_by="")
                | ~Q(state__in=["closed", "published"]) & Q(closed_at=None, closed_by=""),
                name="jury_closed_dated",
            ),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False) & ~Q(published_by="")
                | ~Q(state="published") & Q(published_at=None, published_by=""),
                name="jury_published_dated",
            ),
            models.CheckConstraint(condition=~Q(created_by=""), name="jury_has_actor"),
        ]
        indexes = [models.Index(fields=["centre", "-held_on"])]

    def __str__(self):
        return f"Jury du {self.held_on:%d/%m/%Y}, {self.place}"

    @property
    def appointment(self) -> Appointment:
        return Appointment(self.held_on, self.starts_at, self.minutes, self.place)

    @property
    def overrides(self):
        """{NoticeKey: the responsable's reason, "" for none}, for the two periods of notice."""
        return {
            NoticeKey.UNIONS: self.unions_notice_override,
            NoticeKey.MEMBERS: self.members_notice_override,
        }

    @property
    def notice_override(self):
        """The reasons as the procès-verbal prints them, each with the period it is about."""
        return " ".join(f"{key.label} : {reason}" for key, reason in self.overrides.items() if reason)


class Seat(models.Model):
    """A seat of one college. It counts for parity even when nobody sits in it."""

    jury = models.ForeignKey(Jury, models.CASCADE, related_name="seats", verbose_name="jury")
    college = models.CharField("collège", max_length=10, choices=College.choices)
    position = models.PositiveSmallIntegerField("rang")
    organisation = models.CharField(
        "organisation",
        max_length=160,
        blank=True,
        help_text="Organisation syndicale, ou entreprise du membre employeur.",
    )

    class Meta:
        verbose_name = "siège"
        ordering = ["college", "position"]
        constraints = [
            models.UniqueConstraint(fields=["jury", "college", "position"], name="seat_unique"),
            models.CheckConstraint(condition=Q(college__in=College.values), name="seat_college_known"),
            models.CheckConstraint(condition=Q(position__gte=1), name="seat_position_from_one"),
        ]

    def __str__(self):
        return f"{self.get_college_display()} {self.position}"


class JuryMember(models.Model):
    """Who sits in a seat: an appointment on one jury. Only the president and the substitute need an account."""

    seat = models.OneToOneField(Seat, models.CASCADE, related_name="member", verbose_name="siège")
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="jury_appointments", verbose_name="compte"
    )
    name = models.CharField("nom et prénom", max_length=160)
    email = models.EmailField("adresse électronique", blank=True)
    is_president = models.BooleanField("préside", default=False)
    is_substitute = models.BooleanField("supplée le président", default=False)
    summoned_on = models.DateField("convoqué le", null=True, blank=True)
    present = models.BooleanField("présent", null=True, blank=True)

    class Meta:
        verbose_name = "membre du jury"
        verbose_name_plural = "membres du jury"
        ordering = ["seat__college", "seat__position"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="jury_member_named"),
            models.CheckConstraint(
                condition=Q(is_president=False, is_substitute=False) | Q(user__isnull=False),
                name="jury_member_president_has_account",
            ),
            models.CheckConstraint(
                condition=~Q(is_president=True, is_substitute=True),
                name="jury_member_president_or_substitute",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def initials(self):
        return "".join(word[0] for word in self.name.split()[:2]).upper()

    @property
    def awaits_account(self):
        """Invited to preside or to stand in, who has not opened the account yet: nothing could be closed."""
        return self.user is not None and not self.user.has_usable_password()


class Deliberation(models.Model):
    """The part of a sitting on one référentiel version: its own procès-verbal and number."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    jury = models.ForeignKey(Jury, models.CASCADE, related_name="deliberations", verbose_name="jury")
    referentiel = models.ForeignKey(
        Referentiel, models.PROTECT, related_name="deliberations", verbose_name="référentiel"
    )
    centre = models.ForeignKey(
        ExaminationCentre, models.PROTECT, related_name="+", verbose_name="centre d’examen"
    )
    number = models.CharField("numéro du procès-verbal", max_length=20, blank=True)

    class Meta:
        verbose_name = "délibération"
        ordering = ["referentiel__title"]
        constraints = [
            models.UniqueConstraint(fields=["jury", "referentiel"], name="deliberation_one_per_referentiel"),
            models.UniqueConstraint(
                fields=["centre", "number"],
                condition=~Q(number=""),
                name="deliberation_number_unique_in_centre",
            ),
        ]

    def __str__(self):
        return f"{self.referentiel} ({self.number or 'à numéroter'})"


class DeliberationEntry(models.Model):
    """A candidate on a deliberation's agenda; `rank` numbers the papers: «2026-0007-012»."""

    deliberation = models.ForeignKey(
        Deliberation, models.CASCADE, related_name="entries", verbose_name="délibération"
    )
    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="deliberation_entries", verbose_name="inscription"
    )
    rank = models.PositiveSmallIntegerField("rang")

    class Meta:
        verbose_name = "candidat du jury"
        verbose_name_plural = "candidats du jury"
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["deliberation", "registration"], name="deliberation_entry_once"),
            models.UniqueConstraint(fields=["deliberation", "rank"], name="deliberation_entry_rank_unique"),
        ]

    def __str__(self):
        return str(self.registration)


class Withdrawal(models.Model):
    """A member who takes no part for one candidate; the quorum is counted again without him or her."""

    entry = models.ForeignKey(
        DeliberationEntry, models.CASCADE, related_name="withdrawals", verbose_name="candidat"
    )
    member = models.ForeignKey(JuryMember, models.CASCADE, related_name="withdrawals", verbose_name="membre")
    reason = models.CharField("motif", max_length=200)
    at = models.DateTimeField("le", default=timezone.now)

    class Meta:
        verbose_name = "retrait"
        constraints = [
            models.UniqueConstraint(fields=["entry", "member"], name="withdrawal_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="withdrawal_reasoned"),
        ]

    def __str__(self):
        return f"{self.member}: {self.reason}"


# What is closed does not change any more. A jury closed is published; once published, that does not change either.
# A rectification adds a decision after the closing; it replaces one, and is frozen as soon as it is written.
DONE = f"IN {Jury.State.DONE}"
OF_JURY = f"(SELECT j.state FROM evaluations_jury j WHERE j.id = {{row}}.jury_id) {DONE}"
OF_SEAT = f"""(SELECT j.state FROM evaluations_jury j JOIN evaluations_seat s ON s.jury_id = j.id
    WHERE s.id = {{row}}.seat_id) {DONE}"""
frozen(Jury, when=f"{{row}}.state {DONE}", allow=["state", "published_at", "published_by"])
frozen(Seat, when=OF_JURY, insert=True)
frozen(JuryMember, when=OF_SEAT, insert=True)
refused(
    Jury,
    "jury_published_for_good",
    when="""EXISTS (SELECT 1 FROM evaluations_jury j WHERE j.id = {row}.id AND j.state = 'published'
        AND ({row}.state <> 'published' OR {row}.published_at <> j.published_at
            OR {row}.published_by <> j.published_by))""",
)
refused(
    Jury,
    "jury_closed_with_equal_seats",
    when=f"""{{row}}.state {DONE} AND
        (SELECT COUNT(*) FROM evaluations_seat s WHERE s.jury_id = {{row}}.id AND s.college = 'employer')
        <> (SELECT COUNT(*) FROM evaluations_seat s WHERE s.jury_id = {{row}}.id AND s.college = 'employee')""",
)
refused(
    Jury,
    "jury_closed_with_presences",
    when=f"""{{row}}.state {DONE} AND EXISTS (SELECT 1 FROM evaluations_jurymember m
        JOIN evaluations_seat s ON s.id = m.seat_id WHERE s.jury_id = {{row}}.id AND m.present IS NULL)""",
)
refused(
    Jury,
    "jury_closed_with_decisions",
    when=f"""{{row}}.state {DONE} AND EXISTS (SELECT 1 FROM evaluations_deliberationentry e
        JOIN evaluations_deliberation d ON d.id = e.deliberation_id WHERE d.jury_id = {{row}}.id
        AND NOT EXISTS (SELECT 1 FROM evaluations_decision x WHERE x.entry_id = e.id))""",
)
refused(
    Jury,
    "jury_closed_with_numbers",
    when=f"""{{row}}.state {DONE} AND EXISTS (SELECT 1 FROM evaluations_deliberation d
        WHERE d.jury_id = {{row}}.id AND d.number = '')""",
)
refused(
    JuryMember,
    "jury_member_presides_for_the_employers",
    when="""({row}.is_president OR {row}.is_substitute)
        AND (SELECT s.college FROM evaluations_seat s WHERE s.id = {row}.seat_id) <> 'employer'""",
)
for role in ("president", "substitute"):
    refused(
        JuryMember,
        f"jury_member_one_{role}",
        when=f"""{{row}}.is_{role} AND EXISTS (
            SELECT 1 FROM evaluations_jurymember m JOIN evaluations_seat s ON s.id = m.seat_id
            JOIN evaluations_seat t ON t.jury_id = s.jury_id
            WHERE t.id = {{row}}.seat_id AND m.is_{role} AND m.seat_id <> {{row}}.seat_id)""",
    )
OF_DELIBERATION = f"""(SELECT j.state FROM evaluations_jury j JOIN evaluations_deliberation d ON d.jury_id = j.id
    WHERE d.id = {{row}}.deliberation_id) {DONE}"""
OF_ENTRY = f"""(SELECT j.state FROM evaluations_jury j JOIN evaluations_deliberation d ON d.jury_id = j.id
    JOIN evaluations_deliberationentry e ON e.deliberation_id = d.id WHERE e.id = {{row}}.entry_id) {DONE}"""
frozen(Deliberation, when=OF_JURY, insert=True)
frozen(DeliberationEntry, when=OF_DELIBERATION, insert=True)
frozen(Withdrawal, when=OF_ENTRY, insert=True)
refused(
    DeliberationEntry,
    "deliberation_entry_of_its_referentiel",
    when="""NOT EXISTS (SELECT 1 FROM evaluations_deliberation d JOIN candidates_registration r
        ON r.referentiel_id = d.referentiel_id AND r.centre_id = d.centre_id
        WHERE d.id = {row}.deliberation_id AND r.id = {row}.registration_id)""",
)
refused(
    Deliberation,
    "deliberation_of_its_centre",
    when="{row}.centre_id <> (SELECT j.centre_id FROM evaluations_jury j WHERE j.id = {row}.jury_id)",
)
refused(
    Withdrawal,
    "withdrawal_of_a_member_of_the_jury",
    when="""(SELECT d.jury_id FROM evaluations_deliberation d
        JOIN evaluations_deliberationentry e ON e.deliberation_id = d.id WHERE e.id = {row}.entry_id)
        <> (SELECT s.jury_id FROM evaluations_seat s JOIN evaluations_jurymember m ON m.seat_id = s.id
        WHERE m.id = {row}.member_id)""",
)
room_says_the_place(Jury)
