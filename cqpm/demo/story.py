"""What happens to whom in the demonstration, from six months ago until the day it is built."""

from datetime import time

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.timezone import localtime

from accounts.actions import mark_address, print_space_link
from accounts.log import SYSTEM
from accounts.models import ExaminationCentre, Membership, OutboxMessage, ResourceCentre, User
from accounts.tasks import RETRY_AFTER, send_reminders
from candidates import actions as candidates
from candidates.models.registrations import CANDIDATE_SPACE
from candidates.rules import Route
from cqpm.demo import people, steps
from cqpm.demo.steps import Clock
from cqpm.utils.french import today
from evaluations.actions import (
    commission as commissions,
    evaluation as planning,
    jury as juries,
    opinion as opinions,
)
from evaluations.models import DeliberationEntry, JuryMember
from evaluations.rules import College, JuryAct, OpinionValue, Outcome
from referentiel.actions import assign_certifications
from referentiel.models import Method, Referentiel

SEED, FICTITIOUS = False, True  # `Referentiel.fictitious`
ROUTES = (Route.PROFESSIONAL_CONTRACT, Route.CONTINUING_TRAINING, Route.APPRENTICESHIP, Route.TEMPORARY_WORK)
REASON = "Points d’arrêt programmés et justifiés à l’entretien sur le programme de la pièce 2, listing remis."
# Who presents a project for a capacity: one whose report came late, one whose report is awaited.
PRESENTED = {21: {4: {Method.PROJECT: ""}}, 20: {4: {Method.REAL_SITUATION: "", Method.PROJECT: ""}}}


class Story:
    """The cast, once in the database, and what happens to it. `Story().tell()` builds everything."""

    def __init__(self):
        self.clock = Clock(today())
        self.centres, self.resources, self.users, self.companies = {}, {}, {}, {}
        self.registrations = {}

    @transaction.atomic
    def tell(self):
        """The whole story, in one transaction: a demonstration is whole or not there."""
        self.cast()
        self.published_jury()
        self.second_chance()
        self.jury_of_today()
        self.commission_of_today()
        self.on_their_way()
        self.dossiers()
        self.mails()
        self.other_centres()

    # --- The cast ---------------------------------------------------------------------------------------------

    def cast(self):
        with self.clock.on(-400):
            for key, fields in people.CENTRES.items():
                self.centres[key] = ExaminationCentre.objects.create(**fields)
            for key, fields in people.RESOURCE_CENTRES.items():
                self.resources[key] = ResourceCentre.objects.create(**fields)
            password = make_password(people.PASSWORD)  # once: slow by design, and the same for all
            for email, first, last, hats, employer, siren in people.ACCOUNTS:
                user = User.objects.create(
                    email=email,
                    first_name=first,
                    last_name=last,
                    password=password,
                    employer=employer,
                    employer_siren=siren,
                )
                for role, scope in hats:
                    Membership.objects.create(
                        user=user,
                        role=role,
                        centre=self.centres.get(scope),
                        resource_centre=self.resources.get(scope),
                    )
                self.users[email.partition("@")[0]] = self.worn(user)
            self.versions = {row.fictitious: row for row in Referentiel.objects.published()}
            administrator = self.users["admin"]
            for key, fictitious in (("idf", SEED), ("est", FICTITIOUS)):
                chosen = [self.versions[fictitious].certification]
                assign_certifications(centre=self.resources[key], certifications=chosen, by=administrator)
            rank = 0
            for key, names in people.COMPANIES.items():
                for name in names:
                    rank += 1
                    self.companies[name] = candidates.create_company(
                        centre=self.centres[key],
                        name=name,
                        siret=people.siret(rank),
                        address=f"{rank} rue des Tourneurs",
                        postcode=people.CENTRES[key]["postcode"],
                        city=people.CENTRES[key]["city"],
                        by=SYSTEM,
                    )
        self.officer, self.head = self.users["centre"], self.users["responsable"]
        self.evaluators = [self.users["evaluateur"], self.users["n.brossard"], self.users["a.benali"]]

    @staticmethod
    def worn(user):
        """The user wearing the first hat, as after signing in."""
        user.hat = user.memberships.select_related("centre", "resource_centre").first()
        return user

    # --- One candidate ----------------------------------------------------------------------------------------

    def register(self, rank, days, *, fictitious=SEED, centre="brenne", by=None, route=None, **fields):
        """Registers the candidate of that rank, `days` from today, in a company of the centre."""
        person = people.PEOPLE[rank]
        names = people.COMPANIES[centre]
        tutor, function = people.TUTORS[rank % len(people.TUTORS)]
        route = route or ROUTES[rank % len(ROUTES)]
        company = None if route in (Route.JOB_SEEKER, Route.VAE) else self.companies[names[rank % len(names)]]
        around = {
            "company": company,
            "tutor_name": tutor,
            "tutor_function": function,
            "tutor_email": f"tuteur{rank}@entreprises.demo.test",
        }
        with self.clock.on(days, 8):
            self.registrations[rank] = candidates.register_candidate(
                centre=self.centres[centre],
                identity=person.identity(),
                referentiel=self.versions[fictitious],
                registration={
                    "registered_on": self.clock(days),
                    "route": route,
                    **(around if company else {}),
                    **fields,
                },
                warnings_read=True,
                by=by or self.officer,
            )
        return self.registrations[rank]

    def evaluated(
        self,
        rank,
        days,
        *,
        wrong=(),
        unseen=(),
        comment="",
        choices=None,
        commission=None,
        by=None,
        evaluator=None,
        **kwargs,
    ):
        """Registered, dossier transmitted, every capacity evaluated: real situation, and what `choices` says besides.

        Projects are presented to `commission`. Takes 45 days from `days`.
        """
        by = by or self.officer
        registration = self.register(rank, days, by=by, **kwargs)
        with self.clock.on(days + 6):
            wanted = steps.default_choices(registration.referentiel) | (choices or {})
            steps.transmit(registration, choices=wanted, by=by)
        evaluator = evaluator or self.evaluators[rank % len(self.evaluators)]
        for method in Method:
            numbers = {number for number, methods in wanted.items() if method in methods}
            if numbers:
                self.hold(registration, method, numbers, days, evaluator=evaluator, commission=commission, by=by,
                          wrong=wrong, unseen=unseen, comment=comment)  # fmt: skip
        return registration

    def hold(self, registration, method, numbers, days, *, evaluator, commission, by, **results):
        """Plans an evaluation and holds it: at work forty days later, a project on the day of its commission."""
        held = (commission.held_on - self.clock.today).days if method == Method.PROJECT else days + 40
        details = {}
        if method == Method.PROJECT:
            details = {"commission": commission, "place": commission.place, "report_conditions": steps.CONDITIONS,
                       "report_due_on": self.clock(held - 15)}  # fmt: skip
        elif method == Method.RECONSTITUTED:
            details = {"situation": "Programme d’une pièce d’aéronautique à partir d’un plan fourni, au centre d’examen.",
                       "by_written_restitution": True, "place": "Centre d’examen, salle 2"}  # fmt: skip
        with self.clock.on(days + 10):
            evaluation = steps.plan(
                registration, method, numbers, evaluator=evaluator, held_on=self.clock(held), by=by, **details
            )
        if method == Method.PROJECT:
            with self.clock.on(held - 18):
                planning.record_report(evaluation=evaluation, received_on=self.clock(held - 18), by=by)
        with self.clock.on(held, 10):
            steps.hand_in(steps.score(evaluation, **results))

    def opined(self, registration, days, *, by=None, but=None, comments=None):
        """The company gives its opinion a week after it was asked."""
        with self.clock.on(days):
            opinion = steps.ask_opinion(registration, due_on=self.clock(days + 21), by=by or self.officer)
        with self.clock.on(days + 7, 18):
            steps.give_opinion(opinion, but=but, comments=comments)

    def commission(self, days, *, prepared=None):
        """A commission prepared ten days ahead, or on the day `prepared`; the first evaluator presides."""
        with self.clock.on(min(days - 10, 0) if prepared is None else prepared):
            return steps.prepare_commission(
                self.centres["brenne"], held_on=self.clock(days), members=self.evaluators, by=self.officer
            )

    def put(self, commission, ranks, days, *, by=None):
        """On the agenda, then summoned."""
        by = by or self.officer
        with self.clock.on(days, 11):
            for position, rank in enumerate(ranks):
                commissions.add_candidate(
                    commission=commission,
                    registration=self.registrations[rank],
                    expected_at=time(14 + position // 2, 30 * (position % 2)),
                    by=by,
                )
            commissions.summon_commission(commission=commission, by=by)

    def decide(self, commission, ranks, days, *, departures=None):
        """The commission hears and validates those candidates, then closes."""
        with self.clock.on(days, 14):
            steps.seat_everyone(commission, by=self.officer)
            for rank in ranks:
                steps.hear(commission, self.registrations[rank], by=self.officer)
                wanted = (departures or {}).get(rank)
                steps.validate(commission, self.registrations[rank], departures=wanted, by=self.officer)
            commissions.close_commission(commission=commission, by=self.officer)

    # --- Juries -----------------------------------------------------------------------------------------------

    def jury(self, days, ranks, *, asked=-25, summoned=-12, starts_at=time(9, 30)):
        """A jury composed, asked, summoned: four seats a college, the president invited, one seat of a union absent."""
        centre, by = self.centres["brenne"], self.officer
        with self.clock.on(days + asked):
            jury = juries.prepare_jury(
                centre=centre, held_on=self.clock(days), starts_at=starts_at, place="Montbard, salle Buffon",
                unions=people.UNIONS, by=by,
            )  # fmt: skip
            juries.record_union_invitation(jury=jury, asked_on=self.clock(days + asked), by=by)
        with self.clock.on(days + summoned):
            seats = {(seat.college, seat.position): seat for seat in jury.seats.all()}
            for position, (name, company) in enumerate(people.EMPLOYERS, start=1):
                juries.seat_member(
                    seat=seats[College.EMPLOYER, position], name=name, organisation=company, by=by
                )
            for position, (name, union) in enumerate(
                zip(people.EMPLOYEES, people.UNIONS, strict=True), start=1
            ):
                juries.seat_member(
                    seat=seats[College.EMPLOYEE, position], name=name, organisation=union, by=by
                )
            for position, name_to in ((1, juries.name_president), (2, juries.name_substitute)):
                member = JuryMember.objects.select_related("seat").get(seat=seats[College.EMPLOYER, position])
                email, first_name, last_name = people.PRESIDING[position]
                name_to(member=member, email=email, first_name=first_name, last_name=last_name, by=by)
            juries.add_candidates(
                jury=jury, registrations=[self.registrations[rank] for rank in ranks], by=by
            )
            juries.summon_jury(jury=jury, by=by)
        return jury

    def open(self, jury, *, by, absent="Denis Chaumont"):
        juries.open_jury(jury=jury, by=by)
        for member in JuryMember.objects.filter(seat__jury=jury):
            juries.record_presence(member=member, present=member.name != absent, by=by)

    def entry(self, jury, rank):
        return DeliberationEntry.objects.get(deliberation__jury=jury, registration=self.registrations[rank])

    def published_jury(self):
        """A month ago: five admissible, two not, one adjourned, on both référentiels; results published."""
        commission = self.commission(-50, prepared=-180)
        project = {2: {Method.PROJECT: ""}, 4: {Method.PROJECT: ""}}
        exception = {4: {Method.RECONSTITUTED: steps.EXCEPTION}}
        self.evaluated(0, -180, choices=project, commission=commission)
        self.evaluated(1, -178)
        self.evaluated(
            2, -175, wrong=("4.2", "7.4"), comment="Point d’arrêt oublié avant le changement d’outil."
        )
        self.evaluated(3, -170, choices=exception)
        self.evaluated(4, -165)
        self.evaluated(5, -160, fictitious=FICTITIOUS)
        self.evaluated(
            6,
            -158,
            fictitious=FICTITIOUS,
            wrong=("8.1", "9.2"),
            comment="Non maîtrisé le jour de l’évaluation.",
        )
        self.evaluated(7, -155)
        for rank in range(8):
            self.opined(
                self.registrations[rank], -100, but={5: OpinionValue.NOT_OBSERVED} if rank == 3 else None
            )
        self.put(commission, range(8), -60)
        self.decide(commission, range(8), -50)
        jury = self.jury(-35, range(8))
        with self.clock.on(-35, 9, 34):
            self.open(jury, by=self.officer)
        with self.clock.on(-35, 11, 12):
            votes = {JuryAct.PRONOUNCE: {College.EMPLOYER: 4}, JuryAct.ADJOURN: {College.EMPLOYEE: 3}}
            juries.declare_withdrawal(
                entry=self.entry(jury, 3),
                member=JuryMember.objects.get(seat__jury=jury, name="Thierry Lambelin"),
                reason="employeur du candidat",
                by=self.officer,
            )
            for rank in (0, 1, 3, 5, 6, 7):
                juries.decide(entry=self.entry(jury, rank), act=JuryAct.PRONOUNCE, by=self.officer)
            juries.decide(entry=self.entry(jury, 2), act=JuryAct.PRONOUNCE, votes=votes, by=self.officer)
            juries.decide(
                entry=self.entry(jury, 4),
                act=JuryAct.ADJOURN,
                reason="Identité à confirmer : la pièce présentée a expiré.",
                by=self.officer,
            )
            president = self.users["president"]
            juries.close_jury(jury=jury, president=president, secretary=self.officer)
        with self.clock.on(-34, 10):
            juries.publish_jury(jury=jury, president=president, secretary=self.officer)

    def second_chance(self):
        """Yanis Ferhat registers again: the capacities he acquired are kept, the others will be evaluated."""
        former = self.registrations[2]
        with self.clock.on(-20):
            again = candidates.register_candidate(
                centre=self.centres["brenne"],
                identity=people.PEOPLE[2].identity(),
                referentiel=former.referentiel,
                registration={"registered_on": self.clock(-20), "route": Route.CONTINUING_TRAINING, "company": former.company,
                              "tutor_name": former.tutor_name, "tutor_function": former.tutor_function,
                              "tutor_email": former.tutor_email},
                same_as=former.candidate,
                warnings_read=True,
                by=self.officer,
            )  # fmt: skip
        with self.clock.on(-15):
            steps.transmit(again, by=self.officer)
        with self.clock.on(-12):
            numbers = {row.number for row in again.referentiel.tree} - set(again.kept)
            steps.plan(
                again,
                Method.REAL_SITUATION,
                numbers,
                evaluator=self.evaluators[1],
                held_on=self.clock(9),
                by=self.officer,
            )

    def jury_of_today(self):
        """In session: presences recorded, four candidates decided; it only waits for its president to close it."""
        commission = self.commission(-22)
        self.evaluated(8, -120)
        self.evaluated(9, -118, wrong=("3.4",), comment="Zéro pièce non validé au pupitre.")
        self.evaluated(10, -115, unseen=("6.3",))
        self.evaluated(11, -112)
        for rank in range(8, 12):
            self.opined(self.registrations[rank], -60, but={6: OpinionValue.RESERVED} if rank == 10 else None,
                        comments={6: "Retours d’expérience rarement écrits."} if rank == 10 else None)  # fmt: skip
        self.put(commission, range(8, 12), -30)
        departure = {10: {6: (Outcome.ACQUIRED, "Retour d’expérience présenté et discuté à l’entretien.")}}
        self.decide(commission, range(8, 12), -22, departures=departure)
        # Open whenever the demonstration is built: convened for the half-hour that is running.
        now = localtime()
        starts_at = time(now.hour, now.minute // 30 * 30)
        jury = self.jury(0, range(8, 12), asked=-20, summoned=-10, starts_at=starts_at)
        with self.clock.on(0, 6):
            self.open(jury, by=self.officer)
            for rank in (8, 9, 11):
                juries.decide(entry=self.entry(jury, rank), act=JuryAct.PRONOUNCE, by=self.officer)
            juries.decide(
                entry=self.entry(jury, 10),
                act=JuryAct.SEND_BACK,
                numbers=[6],
                reason="Le critère 6.3 n’a pas été observé : la commission est invitée à l’évaluer.",
                by=self.officer,
            )

    # --- The commission of today ------------------------------------------------------------------------------

    def commission_of_today(self):
        """Four candidates: one decided, one under way with a departure to justify, one whose opinion lacks, one to hear."""
        self.evaluated(
            12, -100, wrong=("4.2",), comment="Point d’arrêt oublié avant contrôle, corrigé après question."
        )
        self.evaluated(13, -98)
        self.evaluated(14, -96)
        self.evaluated(15, -94, fictitious=FICTITIOUS)
        self.opined(self.registrations[12], -45, but={4: OpinionValue.RESERVED, 5: OpinionValue.NOT_OBSERVED},
                    comments={4: "Oublie parfois le point d’arrêt avant contrôle.", 5: "Contrôle fait en salle de métrologie."})  # fmt: skip
        self.opined(self.registrations[13], -44)
        self.opined(self.registrations[15], -43)
        with self.clock.on(-40):
            steps.ask_opinion(self.registrations[14], due_on=self.clock(-13), by=self.officer)
        commission = self.commission(0)
        self.put(commission, (13, 12, 14, 15), -9)
        with self.clock.on(0, 6):
            steps.seat_everyone(commission, by=self.officer)
            steps.hear(commission, self.registrations[13], by=self.officer)
            steps.validate(commission, self.registrations[13], by=self.officer)
            steps.hear(commission, self.registrations[12], doubts=(4,), by=self.officer)
            steps.validate(commission, self.registrations[12], only=(1, 2, 3), by=self.officer)
            steps.validate(
                commission,
                self.registrations[12],
                only=(4,),
                departures={4: (Outcome.ACQUIRED, REASON)},
                by=self.officer,
            )

    # --- On their way -----------------------------------------------------------------------------------------

    def on_their_way(self):
        """Evaluations planned, open, missed, postponed; reports late, awaited; opinions awaited, drafted, absent."""
        pillot = self.users["evaluateur"]
        for rank in (16, 17, 18, 20, 21, 29):
            fictitious = FICTITIOUS if rank == 29 else SEED
            registration = self.register(rank, -40, fictitious=fictitious)
            with self.clock.on(-34):
                choices = steps.default_choices(registration.referentiel)
                steps.transmit(
                    registration,
                    choices=choices | PRESENTED.get(rank, {}),
                    by=self.officer,
                )
        with self.clock.on(-20):
            today_open = self.real(16, {1, 2, 3, 4}, 0, pillot)
            self.real(17, {1, 2, 3, 4, 5, 6, 7}, 0, pillot)
            missed = self.real(18, {1, 2, 3}, -6, pillot)
            postponed = self.real(20, {1, 2, 3, 4, 5, 6, 7}, 3, pillot)
            self.real(29, {1, 2, 3}, 5, self.evaluators[1])
        with self.clock.on(-6, 15):
            planning.mark_absent(
                evaluation=missed, reason="Candidat en arrêt de travail, prévenu le matin.", by=pillot
            )
        with self.clock.on(-4):
            self.real(18, {1, 2, 3}, 12, pillot)
        with self.clock.on(-2):
            planning.mark_postponed(
                evaluation=postponed, reason="Machine immobilisée par une panne de broche.", by=self.officer
            )
        with self.clock.on(0, 6):
            steps.score(today_open, wrong=("1.3",), comment="Vitesse de coupe à 180 m/min pour 140 prévus.")
        self.late_report()
        self.awaited_report()
        self.opinions()
        self.readings()
        self.without_company()

    def real(self, rank, numbers, held, evaluator):
        return steps.plan(
            self.registrations[rank],
            Method.REAL_SITUATION,
            numbers,
            evaluator=evaluator,
            held_on=self.clock(held),
            by=self.officer,
        )

    def late_report(self):
        """A report received two days late: accepted and marked, the responsable decides before the presentation."""
        commission = self.commission(8, prepared=-26)
        with self.clock.on(-25):
            evaluation = steps.plan(
                self.registrations[21], Method.PROJECT, {4}, evaluator=self.evaluators[2], held_on=self.clock(8),
                place=commission.place, commission=commission, report_conditions=steps.CONDITIONS,
                report_due_on=self.clock(-5), by=self.officer,
            )  # fmt: skip
        with self.clock.on(-3):
            planning.record_report(evaluation=evaluation, received_on=self.clock(-3), by=self.officer)
        with self.clock.on(-2):
            commissions.add_candidate(
                commission=commission, registration=self.registrations[21], by=self.officer
            )

    def awaited_report(self):
        """A presentation in three weeks: its report is awaited in the candidate's space."""
        with self.clock.on(-3):
            steps.plan(
                self.registrations[20], Method.PROJECT, {4}, evaluator=self.evaluators[2], held_on=self.clock(19),
                place="Pôle formation de Montbard", report_conditions=steps.CONDITIONS,
                report_due_on=self.clock(12), by=self.officer,
            )  # fmt: skip

    def readings(self):
        """Identities read again: right for one, an error reported by another."""
        for rank, remark in ((22, ""), (23, "Mon nom s’écrit N’Diaye, avec une apostrophe.")):
            registration = self.registrations[rank]
            candidate = registration.candidate
            with self.clock.on(-2):
                link = print_space_link(
                    space=CANDIDATE_SPACE, subject=candidate, holder=str(candidate),
                    centre=registration.centre, by=self.officer,
                )  # fmt: skip
                candidates.read_identity(
                    registration=registration,
                    seen=candidate.identity_fingerprint,
                    remark=remark,
                    by=link,
                )

    def opinions(self):
        """Overdue and reminded; drafted; absent with its reason."""
        for rank, days in ((22, -95), (23, -80), (24, -110)):
            self.evaluated(rank, days)
        with self.clock.on(-50):
            overdue = steps.ask_opinion(self.registrations[22], due_on=self.clock(-18), by=self.officer)
            absent = steps.ask_opinion(self.registrations[24], due_on=self.clock(-20), by=self.officer)
        with self.clock.on(-10):
            opinions.remind_company(opinion=overdue, by=self.officer)
            drafted = steps.ask_opinion(self.registrations[23], due_on=self.clock(11), by=self.officer)
        with self.clock.on(-4, 20):
            steps.draft_opinion(
                drafted, {1: OpinionValue.FAVORABLE, 2: OpinionValue.FAVORABLE, 3: OpinionValue.RESERVED}
            )
        with self.clock.on(-8):
            opinions.record_opinion_absence(
                opinion=absent,
                reason="Deux relances par courriel et un appel restés sans réponse.",
                by=self.head,
            )

    def without_company(self):
        """A job-seeker without e-mail: the absence of opinion is in the dossier, the interview is next."""
        self.evaluated(19, -90, route=Route.JOB_SEEKER)

    def dossiers(self):
        """Returned, awaiting the company, being written, VAE to confirm; an abandoned registration; one just transmitted."""
        returned = self.register(25, -30)
        with self.clock.on(-26):
            dossier = steps.transmit(returned, by=self.officer)
        with self.clock.on(-22):
            candidates.return_dossier(
                dossier=dossier,
                comment="Préciser la pièce support de la capacité 4.",
                by=self.users["ressource"],
            )
        shared = self.registrations[
            22
        ]  # whose tutor follows this one too, and is asked for her opinion on the other
        awaiting = self.register(26, -18, company=shared.company, tutor_email=shared.tutor_email)
        with self.clock.on(-14):
            dossier = candidates.save_dossier(
                dossier=awaiting.dossiers.last(), context=steps.CONTEXT, choices=steps.default_choices(awaiting.referentiel),
                by=self.officer,
            )  # fmt: skip
            dossier = candidates.approve_for_centre(dossier=dossier, by=self.officer)
            candidates.ask_partner_approval(dossier=dossier, by=self.officer)
        with self.clock.on(-2, 17):
            steps.hand_opinion_over(shared, to=people.COLLEAGUE, by=self.officer)
        drafting = self.register(27, -7)
        with self.clock.on(-6):
            candidates.save_dossier(
                dossier=drafting.dossiers.last(), context=steps.CONTEXT,
                choices={1: {Method.REAL_SITUATION: ""}, 2: {Method.PROJECT: ""}}, by=self.officer,
            )  # fmt: skip
        self.register(28, -1, route=Route.VAE)
        left = self.register(30, -60)
        with self.clock.on(-45):
            candidates.abandon_registration(
                registration=left, reason="Contrat rompu, le candidat renonce.", by=self.officer
            )
        fresh = self.register(31, -12, adaptation="Temps majoré d’un tiers")
        with self.clock.on(-5):
            steps.transmit(fresh, by=self.officer)

    def mails(self):
        """What became of the mails: one that came back, one the server did not take, the reminders of last week."""
        tutor = self.registrations[14].opinions.get().link
        with self.clock.on(-12):
            mark_address(
                message=tutor.messages.get(template="opinion_requested"),
                reason="Boîte inconnue : le tuteur a quitté l’entreprise.",
                by=self.officer,
            )
        # What only a mail server does, and none is there to do it.
        refused = OutboxMessage.objects.filter(
            template="evaluation_planned", centre=self.centres["brenne"]
        ).first()
        OutboxMessage.objects.filter(pk=refused.pk).update(
            state=OutboxMessage.State.FAILED,
            attempts=len(RETRY_AFTER) + 1,
            error="SMTPServerDisconnected : le serveur de courriel ne répond pas",
        )
        with self.clock.on(-3, 8):
            send_reminders()

    def other_centres(self):
        """Two more centres, so that nobody mistakes a centre for the world."""
        royer, perrin = self.users["responsable.serein"], self.users["centre.langres"]
        pillot, collot = self.users["evaluateur"], self.users["evaluateur.langres"]
        for rank in range(32, 37):
            self.register(rank, -35 + rank - 32, centre="serein", by=royer)
        with self.clock.on(-20):
            for rank in (32, 33, 35):
                steps.transmit(self.registrations[rank], by=royer)
        with self.clock.on(-15):
            steps.plan(self.registrations[33], Method.REAL_SITUATION, {1, 2, 3, 4, 5, 6, 7}, evaluator=pillot,
                       held_on=self.clock(1), by=royer)  # fmt: skip
            steps.ask_opinion(self.registrations[35], due_on=self.clock(6), by=royer)
        self.evaluated(37, -70, centre="langres", by=perrin, evaluator=collot, fictitious=FICTITIOUS)
        self.evaluated(38, -75, centre="langres", by=perrin, evaluator=collot)
        self.opined(self.registrations[38], -20, by=perrin)
        self.register(39, -3, centre="langres", by=perrin)
