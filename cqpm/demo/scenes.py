"""Who is in the demonstration, and what comes back from one chapter to another: registered, evaluated, decided."""

from datetime import time

from django.contrib.auth.hashers import make_password

from accounts.log import SYSTEM
from accounts.models import ExaminationCentre, Membership, ResourceCentre, User
from candidates import actions as candidates
from candidates.rules import Route
from cqpm.demo import people, steps
from cqpm.demo.steps import StoryClock
from cqpm.utils.french import today
from evaluations.actions import commission as commissions, evaluation as planning, jury as juries
from evaluations.actions.room import open_room
from evaluations.models import DeliberationEntry, JuryMember
from evaluations.rules import College
from referentiel.actions import assign_certifications
from referentiel.models import Method, Referentiel

SEED, FICTITIOUS = False, True  # `Referentiel.fictitious`
ROUTES = (Route.PROFESSIONAL_CONTRACT, Route.CONTINUING_TRAINING, Route.APPRENTICESHIP, Route.TEMPORARY_WORK)
TAUGHT = (Route.PROFESSIONAL_CONTRACT, Route.APPRENTICESHIP)


class Scenes:
    """The cast, once in the database, and what happens to many of them; days are counted from today."""

    def __init__(self):
        self.clock = StoryClock(today())
        self.centres, self.resources, self.users, self.companies = {}, {}, {}, {}
        self.registrations = {}

    # --- The cast ---------------------------------------------------------------------------------------------

    def cast(self):
        """Centres, accounts wearing their first hat, keepers of the référentiels already published, companies."""
        with self.clock.on(-400):
            for key, fields in people.CENTRES.items():
                self.centres[key] = ExaminationCentre.objects.create(**fields)
            for key, fields in people.RESOURCE_CENTRES.items():
                self.resources[key] = ResourceCentre.objects.create(**fields)
            password = make_password(people.PASSWORD)  # once: slow by design, and the same for all
            for email, first, last, hats, employer in people.ACCOUNTS:
                user = User.objects.create(
                    email=email,
                    first_name=first,
                    last_name=last,
                    password=password,
                    employer=employer,
                    employer_siren=people.siren_of(employer),
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
                        siret=people.valid_siret(rank),
                        address=f"{rank} rue des Tourneurs",
                        postcode=people.CENTRES[key]["postcode"],
                        city=people.CENTRES[key]["city"],
                        by=SYSTEM,
                    )
        self.officer, self.head = self.users["centre"], self.users["responsable"]
        for name, place in people.ROOMS:
            open_room(centre=self.centres["brenne"], name=name, place=place, by=self.officer)
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
        taught = {
            "new_training_body": people.TRAINING_BODY,
            "training_body_siren": people.siren_of(people.TRAINING_BODY),
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
                **(taught if route in TAUGHT else {}),
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
        details = {"held_on": self.clock(held)}
        if method == Method.PROJECT:
            details = {"commission": commission, "report_conditions": steps.CONDITIONS,
                       "report_due_on": self.clock(held - 15)}  # fmt: skip
        elif method == Method.RECONSTITUTED:
            details |= {"situation": "Programme d’une pièce d’aéronautique à partir d’un plan fourni, au centre d’examen.",
                       "by_written_restitution": True, "place": "Centre d’examen, salle 2"}  # fmt: skip
        with self.clock.on(days + 10):
            evaluation = steps.plan(registration, method, numbers, evaluator=evaluator, by=by, **details)
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
            return steps.hold_commission(
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
                centre=centre, held_on=self.clock(days), starts_at=starts_at, room=steps.rooms_of(centre)[2],
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
