"""The world the visitors of `cqpm.tests.access` walk in."""

from dataclasses import replace
from datetime import timedelta
from functools import cached_property

from django.test import Client
from django.utils import timezone

from accounts import links
from accounts.actions.people import invite_person
from accounts.actions.profile import ask_password_reset
from accounts.hats import Hat
from accounts.keys import key_of
from accounts.models import AccessLink, OutboxMessage, Role
from accounts.tests.factories import (
    client_as,
    client_of_guest,
    make_centre,
    make_resource_centre,
    make_user,
    make_wearer,
)
from candidates.actions import ask_partner_approval, create_training_body
from candidates.models import Dossier, Registration
from candidates.tests.factories import (
    contact_link,
    make_class_import,
    make_cohort,
    make_dossier,
    make_habilitation,
    make_merge,
    make_registration,
    make_scanned_dossier,
    space_link,
)
from cqpm.tests import access
from cqpm.utils import stored
from cqpm.utils.french import today
from documents.models import Document
from evaluations.actions import commission as commissions, jury as juries
from evaluations.actions.bulk import prepare_bulk, settle_bulk, start_bulk
from evaluations.actions.letter import keep_letter_template
from evaluations.actions.opinion import request_opinion
from evaluations.actions.report import send_report
from evaluations.actions.room import open_room
from evaluations.actions.summons import send_letters
from evaluations.models import DeliberationEntry, Jury, JuryMember, Summons
from evaluations.reads.bulk import recap_of
from evaluations.reads.commission import Sitting
from evaluations.reads.summons import commission_letters
from evaluations.rules import Verdict
from evaluations.tests.factories import (
    make_commission,
    make_contact_request,
    make_decided_registration,
    make_evaluation,
    make_jury,
    make_report_file,
    with_dossier,
)
from referentiel.actions import add_document, grant_derogation, set_switches
from referentiel.models import Method
from referentiel.tests.factories import make_draft, make_import, make_referentiel


class World:
    """One centre with its people and rows, and the twin of each person in another centre.

    What belongs to somebody belongs to OFFICER, HEAD, EVALUATOR, RESOURCE or PRESIDENT, never to a twin.
    """

    def __init__(self):
        self.centre, self.resource_centre = make_centre(), make_resource_centre()
        here, elsewhere = {"centre": self.centre}, {"centre": make_centre()}
        self.users = {
            access.OFFICER: make_wearer(Role.OFFICER, **here),
            access.HEAD: make_wearer(Role.HEAD, **here),
            access.EVALUATOR: make_wearer(Role.EVALUATOR, **here),
            access.RESOURCE: make_wearer(Role.RESOURCE, resource_centre=self.resource_centre),
            access.NATIONAL: make_wearer(Role.NATIONAL),
            access.ADMINISTRATOR: make_wearer(Role.ADMINISTRATOR),
            access.PRESIDENT: make_user(),
            access.OFFICER_ELSEWHERE: make_wearer(Role.OFFICER, **elsewhere),
            access.HEAD_ELSEWHERE: make_wearer(Role.HEAD, **elsewhere),
            access.EVALUATOR_ELSEWHERE: make_wearer(Role.EVALUATOR, **elsewhere),
            access.RESOURCE_ELSEWHERE: make_wearer(Role.RESOURCE),
            access.PRESIDENT_ELSEWHERE: make_user(),
        }
        self.officer, self.head = self.users[access.OFFICER], self.users[access.HEAD]
        self.sessions = {visitor: client_as(user).cookies for visitor, user in self.users.items()}

    def built(self):
        """The world with every row made, whatever the tests ask for first."""
        for name, attribute in vars(type(self)).items():
            if isinstance(attribute, cached_property):
                getattr(self, name)
        return self

    def client(self, visitor):
        """A fresh browser, signed in as the visitor where it has an account."""
        client = Client()
        client.cookies.update((self.sessions | self.guest_sessions).get(visitor, {}))
        return client

    @staticmethod
    def address(link):
        """The two parts of a link's address, with its real token."""
        return [link.pk, links.token(link)]

    # --- People -------------------------------------------------------------------------------------------

    @cached_property
    def guest_registration(self):
        """Whose space CANDIDATE has open: a presentation of projects is planned, EVALUATOR's to score."""
        return with_dossier(centre=self.centre, methods=[Method.PROJECT])

    @cached_property
    def report(self):
        """The report of that presentation, sent by the candidate."""
        evaluation = make_evaluation(
            self.guest_registration, Method.PROJECT, evaluator=self.users[access.EVALUATOR], by=self.officer
        )
        return send_report(
            evaluation=evaluation, file=make_report_file(access.PDF), upload=None, by=self.space_link
        )

    @cached_property
    def paper(self):
        """The dossier of that candidate, rendered."""
        document = Document.objects.get(fact=key_of(self.guest_registration.dossiers.get()))
        sha256, now = stored.fingerprint(access.PDF), timezone.now()
        Document.objects.filter(pk=document.pk).update(
            state="ready", sha256=sha256, size=len(access.PDF), ready_at=now
        )
        return document

    def rendered(self):
        """The key of that paper, its file put back: each test has a folder of its own."""
        stored.keep("documents", access.PDF)
        return self.paper.pk

    @cached_property
    def space_link(self):
        """An access to the candidate's space, mailed and not used yet."""
        return space_link(self.guest_registration)

    @cached_property
    def guest_sessions(self):
        twin = make_registration(
            self.guest_registration.centre,
            self.guest_registration.referentiel,
            tutor_email="tuteur@ailleurs.exemple.fr",
        )
        return {
            access.CANDIDATE: client_of_guest(space_link(self.guest_registration)).cookies,
            access.CANDIDATE_ELSEWHERE: client_of_guest(space_link(twin)).cookies,
            access.CONTACT: client_of_guest(contact_link(self.guest_registration)).cookies,
            access.CONTACT_ELSEWHERE: client_of_guest(contact_link(twin)).cookies,
        }

    @cached_property
    def contact_request(self):
        """The tutor of the guest's names another one, at another mail domain: the centre has to answer."""
        return make_contact_request(self.guest_registration)

    @cached_property
    def merge(self):
        """Two records of the centre made one."""
        return make_merge(self.head)

    @cached_property
    def invitation(self):
        """Somebody invited into the centre, who has not answered."""
        return self.invite("invite@exemple.fr")

    def invite(self, email):
        hats = [Hat(Role.EVALUATOR, self.centre)]
        user = invite_person(email=email, first_name="Ada", last_name="Ravier", hats=hats, by=self.head)
        return user.invitations.get()

    @cached_property
    def expired_link(self):
        """An invitation's link, no longer open."""
        link = self.invite("retardataire@exemple.fr").link
        month = timedelta(days=30)
        past = {"created_at": link.created_at - month, "expires_at": link.expires_at - month}
        AccessLink.objects.filter(pk=link.pk).update(**past)
        return link

    @cached_property
    def reset_link(self):
        ask_password_reset(email=self.users[access.OFFICER].email)
        return AccessLink.objects.get(purpose="password_reset")

    @cached_property
    def message(self):
        """A mail of the centre whose link is nobody's own: the request to approve the dossier."""
        return OutboxMessage.objects.get(link=self.draft.partner_link)

    # --- Référentiels ---------------------------------------------------------------------------------------

    @cached_property
    def document_read(self):
        """A document sent by the centre de ressource, whose reading was refused."""
        return make_import(resource_centre=self.resource_centre)

    @cached_property
    def norm_draft(self):
        """A version being written by the centre de ressource."""
        return make_draft(resource_centre=self.resource_centre)

    @cached_property
    def older(self):
        """A published version of the centre de ressource's."""
        return make_referentiel(number="ESSAI 9001", resource_centre=self.resource_centre)

    @cached_property
    def followed(self):
        """The version published after it."""
        return make_referentiel(
            number="ESSAI 9001", version="2", resource_centre=self.older.certification.resource_centre
        )

    @cached_property
    def resource_document(self):
        """The manual of that version."""
        return add_document(
            referentiel=self.followed,
            title="Manuel",
            content=b"%PDF-1.7",
            file_name="manuel.pdf",
            media_type="application/pdf",
            by=self.users[access.RESOURCE],
        )

    @cached_property
    def derogation(self):
        """The centre may register for that version after its closing."""
        by = self.users[access.RESOURCE]
        changes = {"nsf_codes": [], "registration_opens_on": None, "registration_closes_on": today()}
        set_switches(referentiel=self.followed, changes=changes, by=by)
        return grant_derogation(
            referentiel=self.followed,
            centre=self.centre,
            until=today() + timedelta(days=30),
            reason="Groupe retardé",
            by=by,
        )

    # --- Candidates and dossiers --------------------------------------------------------------------------

    @cached_property
    def referentiel(self):
        return make_referentiel(resource_centre=self.resource_centre)

    @cached_property
    def registration(self):
        """Its dossier is transmitted to the centre de ressource, so that RESOURCE sees it."""
        return with_dossier(self.referentiel, centre=self.centre)

    @cached_property
    def training_body(self):
        return create_training_body(centre=self.centre, name="AFPI Bourgogne", by=self.officer)

    @cached_property
    def dossier(self):
        return self.registration.dossiers.get()

    @cached_property
    def class_import(self):
        """A class whose file is checked, to be confirmed."""
        return make_class_import(self.referentiel, by=self.officer)

    @cached_property
    def cohort(self):
        """A class of the centre, the registration above in it."""
        return make_cohort(self.registration, by=self.officer)

    @cached_property
    def habilitation(self):
        """Of the evaluator, for the certification of the référentiel."""
        return make_habilitation(
            centre=self.centre,
            certification=self.referentiel.certification,
            evaluator=self.users[access.EVALUATOR],
            by=self.head,
        )

    @cached_property
    def draft(self):
        """Another registration's dossier, which the company was asked to approve."""
        registration = make_registration(self.centre, self.referentiel)
        dossier = make_dossier(registration, state=Dossier.State.DRAFT)
        return ask_partner_approval(dossier=dossier, by=self.officer)

    @cached_property
    def scanned(self):
        """A transmitted dossier that the company signed on paper, the paper scanned."""
        return make_scanned_dossier(make_registration(self.centre, self.referentiel))

    @cached_property
    def document(self):
        """The paper of the dossier: requested when it was transmitted, not rendered."""
        return Document.objects.get(fact=key_of(self.dossier))

    # --- Evaluations --------------------------------------------------------------------------------------

    @cached_property
    def evaluation(self):
        """Planned, assigned to EVALUATOR."""
        return make_evaluation(self.registration, evaluator=self.users[access.EVALUATOR])

    @cached_property
    def sheet(self):
        return self.evaluation.sheets.get()

    @cached_property
    def capacity(self):
        return self.referentiel.capacities.get(number=1)

    @cached_property
    def criterion(self):
        return self.capacity.criteria.first()

    @cached_property
    def condition(self):
        return self.capacity.conditions.first()

    @cached_property
    def opinion(self):
        """Asked of the company, not given yet."""
        return request_opinion(
            registration=self.registration,
            respondent_name="Laure Cassagne",
            respondent_email="laure.cassagne@exemple.fr",
            due_on=today() + timedelta(days=21),
            by=self.officer,
        )

    # --- Commissions and juries ---------------------------------------------------------------------------

    @cached_property
    def heard(self):
        """A candidate of the commission's agenda."""
        return with_dossier(self.referentiel, centre=self.centre)

    @cached_property
    def commission(self):
        """Prepared for today; EVALUATOR presides."""
        commission = make_commission(self.centre, by=self.officer)
        member = commissions.add_member(
            commission=commission, user=self.users[access.EVALUATOR], quality="Évaluateur", by=self.officer
        )
        commissions.name_president(member=member, by=self.officer)
        commissions.add_candidate(commission=commission, registration=self.heard, by=self.officer)
        return commission

    @cached_property
    def bulk(self):
        """A selection of one candidate, to be placed."""
        mine = Registration.objects.filter(pk=self.registration.pk)
        return prepare_bulk(centre=self.centre, verb="place", registrations=mine, by=self.officer)

    @cached_property
    def bulk_approval(self):
        """A started act: one request for an approval, to print."""
        registration = make_registration(self.centre, self.referentiel, tutor_email="")
        make_dossier(registration, state=Dossier.State.DRAFT)
        mine = Registration.objects.filter(pk=registration.pk)
        act = prepare_bulk(centre=self.centre, verb="approval", registrations=mine, by=self.officer)
        return start_bulk(act=act, seen=recap_of(act).fingerprint, by=self.officer)

    @cached_property
    def bulk_plan(self):
        """Evaluations to plan for one candidate."""
        mine = Registration.objects.filter(pk=self.registration.pk)
        return prepare_bulk(centre=self.centre, verb="plan", registrations=mine, by=self.officer)

    @cached_property
    def letters_to_send(self):
        """A text about to be sent to one candidate."""
        mine = Registration.objects.filter(pk=self.registration.pk)
        act = prepare_bulk(centre=self.centre, verb="write", registrations=mine, by=self.officer)
        return settle_bulk(act=act, parameters={"subject": "Réunion", "body": "Bienvenue, {prénom}."})

    @cached_property
    def letter_template(self):
        """A text of the centre."""
        words = {"name": "Réunion", "audience": "candidate", "subject": "Réunion", "body": "Bienvenue."}
        return keep_letter_template(centre=self.centre, by=self.officer, **words)

    @cached_property
    def summons(self):
        """The letter of its member, on paper."""
        (letter, *_) = commission_letters(Sitting(self.commission))
        return send_letters([replace(letter, email="")], by=self.officer)[0]

    @cached_property
    def assignment(self):
        """The link by which the evaluator of `evaluation` says whether he or she comes."""
        return Summons.objects.standing().about(self.evaluation).get(audience="evaluator").link

    @cached_property
    def room(self):
        return open_room(centre=self.centre, name="Salle 9", place="Salle 9, Montbard", by=self.officer)

    @cached_property
    def commission_member(self):
        return self.commission.members.get()

    @cached_property
    def jury(self):
        """In session, PRESIDENT presiding, three candidates on the agenda; the twin presides one elsewhere."""
        make_jury(
            centre=self.users[access.HEAD_ELSEWHERE].hat.centre,
            president=self.users[access.PRESIDENT_ELSEWHERE],
            state=Jury.State.PREPARED,
        )
        candidates = [make_decided_registration(self.referentiel, centre=self.centre) for _ in range(3)]
        return make_jury(*candidates, president=self.users[access.PRESIDENT])

    @cached_property
    def jury_member(self):
        return JuryMember.objects.get(seat__jury=self.jury, is_president=True)

    @cached_property
    def entries(self):
        return list(DeliberationEntry.objects.filter(deliberation__jury=self.jury).order_by("rank"))

    @cached_property
    def entry(self):
        """Of a candidate not decided yet."""
        return self.entries[0]

    @cached_property
    def decision(self):
        """Of another candidate."""
        seen = {self.entries[1].pk: Verdict.ADMISSIBLE}
        return juries.pronounce_all(jury=self.jury, seen=seen, by=self.officer)[0]

    @cached_property
    def withdrawal(self):
        """For a third one."""
        return juries.declare_withdrawal(
            entry=self.entries[2], member=self.jury_member, reason="Lien personnel", by=self.officer
        )
