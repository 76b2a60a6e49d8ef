"""Who may open what: one table, one row per URL name, walked by `test_access_matrix`.

A row names who gets in. Everybody else who is signed in is answered «absent» (404, out of scope) on the URL of a
row, and «refused» (403) on a URL without arguments; `refused` names those who are in scope but not allowed.
Nobody needs to be said anonymous: what is closed answers «sign in».

    "registration": page(STAFF | {EVALUATOR}, refused={RESOURCE}, given=lambda world: [world.registration.pk]),
    "registration_abandon": act(STAFF, given=…),
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.urls import reverse

from cqpm.utils import stored
from evaluations.rules import NoticeKey

# --- Visitors ---------------------------------------------------------------------------------------------
ANONYMOUS = "anonymous"
LINK = "task link"  # nobody signed in, but an address that came by mail; elsewhere, just anonymous
OFFICER, HEAD, EVALUATOR = "officer", "head", "evaluator"
RESOURCE, NATIONAL, ADMINISTRATOR = "resource", "national", "administrator"
PRESIDENT = "president"  # appointed on the jury, no role
OFFICER_ELSEWHERE, HEAD_ELSEWHERE, EVALUATOR_ELSEWHERE = (
    "officer elsewhere",
    "head elsewhere",
    "evaluator elsewhere",
)
RESOURCE_ELSEWHERE, PRESIDENT_ELSEWHERE = "resource elsewhere", "president elsewhere"
# Nobody signed in, but the space of a candidate is open in the browser: that of `world.guest_registration`, a twin's.
CANDIDATE, CANDIDATE_ELSEWHERE = "candidate", "candidate elsewhere"
# The same of a company's contact: the tutor of `world.guest_registration`, and another's.
CONTACT, CONTACT_ELSEWHERE = "contact", "contact elsewhere"
GUESTS = frozenset({CANDIDATE, CANDIDATE_ELSEWHERE, CONTACT, CONTACT_ELSEWHERE})

OUTSIDE = frozenset({ANONYMOUS, LINK}) | GUESTS
STAFF = frozenset({OFFICER, HEAD})
STAFF_ELSEWHERE = frozenset({OFFICER_ELSEWHERE, HEAD_ELSEWHERE})
SIGNED_IN = (
    STAFF
    | STAFF_ELSEWHERE
    | {EVALUATOR, EVALUATOR_ELSEWHERE, RESOURCE, RESOURCE_ELSEWHERE, NATIONAL, ADMINISTRATOR}
    | {PRESIDENT, PRESIDENT_ELSEWHERE}
)
VISITORS = OUTSIDE | SIGNED_IN

# --- Outcomes ---------------------------------------------------------------------------------------------
IN = "in"
MOVED = "moved"  # a page that sends on to another one
SIGN_IN = "sign in"
REFUSED = "refused"
ABSENT = "absent"
ENTRANCE = "entrance"  # asked for the address whose space opens


@dataclass(frozen=True)
class Row:
    method: str
    outcomes: dict  # visitor: word
    given: Callable  # world -> the URL's arguments
    task: bool = False
    data: dict = field(default_factory=dict)  # what is posted

    def url(self, name, world, visitor):
        """The address for this visitor: on the page of a task link, the anonymous visitor's token is forged."""
        arguments = self.given(world)
        if self.task and visitor == ANONYMOUS:
            link, token, *others = arguments
            arguments = [link, token[:-1] + ("A" if token[-1] != "A" else "B"), *others]
        return reverse(name, args=arguments)


def page(enters, *, refused=None, moved=(), given=None, method="get", data=None):
    """A page, read with GET. `given(world)` lists the URL's arguments; `moved`: those it sends on elsewhere."""
    if refused is None:
        refused = () if given else SIGNED_IN
    outcomes = {
        **dict.fromkeys(OUTSIDE, SIGN_IN),
        **dict.fromkeys(SIGNED_IN, ABSENT),
        **dict.fromkeys(refused, REFUSED),
        **dict.fromkeys(enters, IN),
        **dict.fromkeys(moved, MOVED),
    }
    return Row(method, outcomes, given or (lambda world: []), data=data or {})


def act(enters, **options):
    """A verb, answering to POST only: probed with an empty form, or `data`."""
    return page(enters, method="post", **options)


def task(given, method="get"):
    """The page of a task link: open to whoever holds the address, signed in or not; `given` → [link, token, …]."""
    return Row(method, {**dict.fromkeys(VISITORS, IN), ANONYMOUS: ABSENT}, given, task=True)


def space(enters, *, elsewhere=ABSENT, moved=False, absent=False, given=None, method="get", data=None):
    """A page of a space: `enters`, the visitor whose space it is, sent on elsewhere when `moved`, found nothing when
    `absent`; `elsewhere`: what the twin is answered."""
    twins = {CANDIDATE: CANDIDATE_ELSEWHERE, CONTACT: CONTACT_ELSEWHERE}
    outcomes = {
        **dict.fromkeys(VISITORS, ENTRANCE),
        enters: ABSENT if absent else MOVED if moved else IN,
        twins[enters]: elsewhere,
    }
    return Row(method, outcomes, given or (lambda world: []), data=data or {})


# --- The table --------------------------------------------------------------------------------------------

STAFF_ANYWHERE = STAFF | STAFF_ELSEWHERE
HEADS = frozenset({HEAD, HEAD_ELSEWHERE})
HABILITATION_READERS = STAFF_ANYWHERE | {RESOURCE, RESOURCE_ELSEWHERE, ADMINISTRATOR}


def user(world):
    return [world.users[EVALUATOR].pk]


def hat(world):
    return [world.users[EVALUATOR].hat.pk]


def invitation(world):
    return [world.invitation.pk]


def invitation_link(world):
    return world.address(world.invitation.link)


def registration(world):
    return [world.registration.pk]


def scored_registration(world):
    """Seen by its evaluator as well."""
    return [world.evaluation.registration_id]


def norm_draft(world):
    return [world.norm_draft.pk]


def norm_capacity(world):
    return [world.norm_draft.tree[0].pk]


def followed(world):
    return [world.followed.pk]


def versions(world):
    """Two published versions of one certification."""
    return [world.followed.pk, world.older.pk]


PDF = b"%PDF-1.7"


def scanned(world):
    """The file is stored again: each test has a folder of its own."""
    stored.keep("scans", b"%PDF-1.7")
    return [world.scanned.pk]


def habilitation(world):
    """The same of its document."""
    stored.keep("habilitations", b"%PDF-1.7 habilitation")
    return [world.habilitation.pk]


def guest_registration(world):
    return [world.guest_registration.pk]


def contact_request(world):
    return [world.contact_request.pk]


def stored_report(world):
    """Its file is put back: each test has a folder of its own."""
    stored.keep("rapports", PDF)
    return world.report.pk


def stored_paper(world):
    """A paper of the candidate, its file put back."""
    return world.rendered()


def resource_document(world):
    """Its file is put back: each test has a folder of its own."""
    stored.keep("ressources", b"%PDF-1.7")
    return [world.resource_document.pk]


def draft(world):
    return [world.draft.pk]


def dossier(world):
    return [world.dossier.pk]


def class_import(world):
    return [world.class_import.pk]


def cohort(world):
    return [world.cohort.pk]


def evaluation(world):
    return [world.evaluation.pk]


def sheet(world):
    return [world.sheet.pk]


def opinion(world):
    return [world.opinion.pk]


def opinion_link(world):
    return world.address(world.opinion.link)


def commission(world):
    return [world.commission.pk]


def visit(world):
    return [world.evaluation.visit_id]


def bulk(world):
    return [world.bulk.pk]


def bulk_approval(world):
    return [world.bulk_approval.pk]


def bulk_plan(world):
    return [world.bulk_plan.pk]


def letters_to_send(world):
    return [world.letters_to_send.pk]


def letter_template(world):
    return [world.letter_template.pk]


def summons(world):
    return [world.summons.pk]


def commission_member(world):
    return [world.commission.pk, world.commission_member.pk]


def heard(world):
    return [world.commission.pk, world.heard.pk]


def jury(world):
    return [world.jury.pk]


def jury_seat(world):
    return [world.jury.pk, world.jury_member.seat_id]


def jury_entry(world):
    return [world.jury.pk, world.entry.pk]


def document(world):
    return [world.document.pk]


ACCESS = {
    # cqpm
    "home": page(SIGNED_IN),
    # accounts: the entrance
    "account_login": page(OUTSIDE, moved=SIGNED_IN),
    "account_logout": act(SIGNED_IN),
    "account_reset_password": page(VISITORS),
    "account_reset_password_done": page(VISITORS),
    "password_reset": task(lambda world: world.address(world.reset_link)),
    "invitation": task(invitation_link),
    "link_resend": task(lambda world: world.address(world.expired_link), "post"),
    "link_ask": act(VISITORS, data={"email": "quelquun@exemple.fr"}),
    "link_sent": page(VISITORS),
    "space_ask": page(VISITORS),
    "space_sent": page(VISITORS),
    "space_leave": act(VISITORS),
    "space_enter": task(lambda world: world.address(world.space_link)),
    # accounts: oneself
    "account": page(SIGNED_IN),
    "account_change_password": page(SIGNED_IN),
    "hat": act({EVALUATOR}, given=hat),
    # accounts: people
    "team": page(HEADS),
    "team_invite": page(HEADS),
    "person_employer": page(STAFF | {ADMINISTRATOR}, given=user),
    "account_list": page({ADMINISTRATOR}),
    "account_invite": page({ADMINISTRATOR}),
    "account_detail": page({ADMINISTRATOR}, refused=SIGNED_IN, given=user),
    "hat_add": act({ADMINISTRATOR}, refused=SIGNED_IN, given=user),
    "account_close": act({ADMINISTRATOR}, refused=SIGNED_IN, given=user),
    "account_reopen": act({ADMINISTRATOR}, refused=SIGNED_IN, given=user),
    "account_password": act({ADMINISTRATOR}, refused=SIGNED_IN, given=user),
    "membership_suspend": act({HEAD, ADMINISTRATOR}, refused={OFFICER}, given=hat),
    "membership_resume": act({HEAD, ADMINISTRATOR}, refused={OFFICER}, given=hat),
    "reinvite": act({HEAD, ADMINISTRATOR}, refused={OFFICER}, given=invitation),
    "invitation_print": page({HEAD, ADMINISTRATOR}, refused={OFFICER}, given=invitation),
    # accounts: centres, settings, mails, log
    "centre_list": page({ADMINISTRATOR}),
    "centre_create": page({ADMINISTRATOR}),
    "centre_edit": page({ADMINISTRATOR}, refused=SIGNED_IN, given=lambda world: [world.centre.pk]),
    "resource_centre_create": page({ADMINISTRATOR}),
    "resource_centre_edit": page(
        {ADMINISTRATOR}, refused=SIGNED_IN, given=lambda world: [world.resource_centre.pk]
    ),
    "settings": page({ADMINISTRATOR}),
    "centre_settings": page(HEADS),
    "clocks": page(STAFF_ANYWHERE | {ADMINISTRATOR}),
    "outbox": page(STAFF_ANYWHERE | {ADMINISTRATOR}),
    "outbox_message": page(STAFF, given=lambda world: [world.message.pk]),
    "outbox_resend": act(STAFF, given=lambda world: [world.message.pk]),
    "outbox_hand": act(STAFF, given=lambda world: [world.message.pk]),
    "outbox_mark": act(STAFF, given=lambda world: [world.message.pk]),
    "outbox_clear": act(STAFF, given=lambda world: [world.message.pk]),
    "log": page({ADMINISTRATOR}),
    # referentiel
    "referentiel_list": page(SIGNED_IN),
    "referentiel_detail": page(SIGNED_IN, given=lambda world: [world.referentiel.pk]),
    "referentiel_import_new": page({RESOURCE, RESOURCE_ELSEWHERE}),
    "referentiel_import": page({RESOURCE}, given=lambda world: [world.document_read.pk]),
    "referentiel_import_retry": act({RESOURCE}, given=lambda world: [world.document_read.pk]),
    "referentiel_edit": page({RESOURCE}, given=norm_draft),
    "section_save": act({RESOURCE}, given=lambda world: [world.norm_draft.pk, "notes"]),
    "capacity_add": act({RESOURCE}, given=norm_draft),
    "capacity_save": act({RESOURCE}, given=norm_capacity),
    "capacity_move": act({RESOURCE}, given=norm_capacity),
    "capacity_delete": act({RESOURCE}, given=norm_capacity),
    "referentiel_publish": act({RESOURCE}, given=norm_draft),
    "draft_delete": act({RESOURCE}, given=norm_draft),
    "version_new": page({RESOURCE}, refused=SIGNED_IN, given=followed),
    "version_compare": page(SIGNED_IN, given=versions),
    "version_mapping": page({RESOURCE}, refused=SIGNED_IN, given=versions),
    "resource_document_new": page({RESOURCE}, refused=SIGNED_IN, given=followed),
    "resource_document": page(SIGNED_IN, given=resource_document),
    "resource_document_remove": act({RESOURCE}, refused=SIGNED_IN, given=resource_document),
    "referentiel_switches": page({RESOURCE}, refused=SIGNED_IN, given=followed),
    "derogation_grant": act({RESOURCE}, refused=SIGNED_IN, given=followed),
    "derogation_revoke": act(
        {RESOURCE}, refused=SIGNED_IN, given=lambda world: [world.followed.pk, world.derogation.pk]
    ),
    "resource_centre_certifications": page(
        {ADMINISTRATOR}, refused=SIGNED_IN, given=lambda world: [world.resource_centre.pk]
    ),
    # documents
    "document_status": page(STAFF | {RESOURCE}, given=document),
    "document_download": page((), moved=STAFF | {RESOURCE}, given=document),  # not rendered yet
    "document_preview": page(STAFF, refused={RESOURCE}, given=document),
    "document_retry": act(STAFF, refused={RESOURCE}, given=document),
    "verify_form": page(VISITORS),
    "verify": page(VISITORS, given=lambda world: ["7KQM-2F9D-X4TR-AB"]),
    # candidates: inscription
    "candidate_new": page(STAFF_ANYWHERE),
    "registration_edit": page(STAFF, refused={RESOURCE}, given=registration),
    "identity_edit": page(STAFF, refused={RESOURCE}, given=registration),
    "registration_abandon": act(STAFF, refused={RESOURCE}, given=registration),
    "identity_read_on_paper": act(STAFF, refused={RESOURCE}, given=registration),
    "identity_answer": act(STAFF, refused={RESOURCE}, given=registration),
    "candidate_merge": page({HEAD}, refused={OFFICER, RESOURCE}, given=registration),
    "candidate_merge_undo": act({HEAD}, refused={OFFICER}, given=lambda world: [world.merge.pk]),
    "space_print": act(STAFF, refused={RESOURCE}, given=registration),
    "contact_print": act(STAFF, refused={RESOURCE}, given=lambda world: [world.registration.pk, "tuteur"]),
    "vae_confirm": act({HEAD}, refused={OFFICER, RESOURCE}, given=registration),
    "eligibility_file": page(STAFF, refused={RESOURCE}, given=registration),
    "eligibility_ruling": page(STAFF, refused={RESOURCE}, given=registration),
    "company_list": page(STAFF_ANYWHERE),
    "company_new": page(STAFF_ANYWHERE),
    "training_body_list": page(STAFF_ANYWHERE),
    "training_body_edit": page(STAFF, given=lambda world: [world.training_body.pk]),
    "company_edit": page(STAFF, given=lambda world: [world.registration.company_id]),
    "habilitation_list": page(HABILITATION_READERS),
    "habilitation_export": act(HABILITATION_READERS),
    "habilitation_new": page(HEADS),
    "habilitation_withdraw": act({HEAD}, refused={OFFICER, RESOURCE, ADMINISTRATOR}, given=habilitation),
    "habilitation_document": page(STAFF | {RESOURCE, ADMINISTRATOR}, given=habilitation),
    "place_search": page(STAFF_ANYWHERE, refused=SIGNED_IN, given=lambda world: ["communes"]),
    # candidates and evaluations: classes
    "cohort_list": page(STAFF_ANYWHERE),
    "cohort_new": page(STAFF_ANYWHERE),
    "cohort_from_list": page(STAFF_ANYWHERE),
    "cohort_detail": page(STAFF, given=cohort),
    "cohort_edit": page(STAFF, given=cohort),
    "cohort_delete": act(STAFF, given=cohort),
    "cohort_add": page(STAFF, given=cohort),
    "cohort_print": page(STAFF, given=cohort),
    "registration_place": act(STAFF, refused={RESOURCE}, given=registration),
    "registration_unplace": act(STAFF, refused={RESOURCE}, given=registration),
    # candidates: the import of a class
    "class_import_new": page(STAFF_ANYWHERE),
    "class_import_template": page(STAFF_ANYWHERE, refused=SIGNED_IN, given=lambda world: ["xlsx"]),
    "class_import": page(STAFF, given=class_import),
    "class_import_progress": page(STAFF, given=class_import),
    "class_import_annotated": page(STAFF, given=class_import),
    "class_import_file": act(STAFF, given=class_import),
    "class_import_again": act(STAFF, given=class_import),
    "class_import_settle": act(STAFF, given=class_import),
    "class_import_confirm": act(STAFF, given=class_import),
    "class_import_undo": act(STAFF, given=class_import),
    # candidates: the dossier
    "dossier_edit": page(STAFF, refused={RESOURCE}, given=registration),
    "dossier_amend": act(STAFF, refused={RESOURCE}, given=registration),
    "dossier_save": act(STAFF, given=draft),
    "dossier_approve": act(STAFF, given=draft),
    "dossier_ask_partner": act(STAFF, given=draft),
    "dossier_remind": act(STAFF, given=draft),
    "dossier_partner_print": page(STAFF, given=draft),
    "dossier_paper_approval": act(STAFF, given=draft),
    "dossier_scan": page(STAFF | {RESOURCE}, given=scanned),
    "dossier_transmit": act(STAFF, given=draft),
    "dossier_approval": task(lambda world: world.address(world.draft.partner_link)),
    "dossier_inbox": page({RESOURCE, RESOURCE_ELSEWHERE}),
    "dossier_received": page({RESOURCE}, refused=STAFF, given=dossier),
    "dossier_return": act({RESOURCE}, refused=STAFF, given=dossier),
    "dossier_accept": act({RESOURCE}, refused=STAFF, given=dossier),
    # evaluations: candidates
    "candidate_list": page(SIGNED_IN - {NATIONAL, ADMINISTRATOR}),
    "candidate_export": act(STAFF_ANYWHERE),
    "bulk_prepare": act(STAFF_ANYWHERE, data={"acte": "place"}),
    "bulk_detail": page(STAFF, given=bulk),
    "bulk_settle": act(STAFF, given=bulk),
    "bulk_start": act(STAFF, given=bulk),
    "bulk_follow": act(STAFF, given=bulk_approval, data={"acte": "approval"}),
    "bulk_undo": act(STAFF, given=bulk),
    "bulk_progress": page(STAFF, given=bulk),
    "bulk_papers": page(STAFF, given=bulk_approval),
    "bulk_summon": page(STAFF, refused=SIGNED_IN - STAFF_ANYWHERE, given=bulk_plan),
    "bulk_letters": page(STAFF, given=letters_to_send),
    "letter_template_list": page(STAFF_ANYWHERE),
    "letter_template_new": page(STAFF_ANYWHERE),
    "letter_template_edit": page(STAFF, given=letter_template),
    "letter_template_delete": act(STAFF, given=letter_template),
    "registration_detail": page(STAFF | {EVALUATOR, RESOURCE}, given=scored_registration),
    "registration_file": page(STAFF, refused={EVALUATOR, RESOURCE}, given=scored_registration),
    "registration_documents": page(STAFF, refused={EVALUATOR, RESOURCE}, given=scored_registration),
    "registration_journal": page(STAFF, refused={EVALUATOR, RESOURCE}, given=scored_registration),
    "registration_transfer": page(STAFF, refused={EVALUATOR, RESOURCE}, given=scored_registration),
    # evaluations: evaluations and sheets
    "evaluation_new": page(STAFF, refused={RESOURCE}, given=registration),
    "evaluation_detail": page(STAFF | {EVALUATOR}, given=evaluation),
    "evaluation_attendance_sheet": page(STAFF | {EVALUATOR}, given=evaluation),
    "evaluation_edit": page(STAFF, refused={EVALUATOR}, given=evaluation),
    "evaluation_open": act(STAFF | {EVALUATOR}, given=evaluation),
    "evaluation_absent": act(STAFF | {EVALUATOR}, given=evaluation),
    "evaluation_postpone": act(STAFF | {EVALUATOR}, given=evaluation),
    "evaluation_delete": act(STAFF, refused={EVALUATOR}, given=evaluation),
    "evaluation_summon": page(STAFF, refused={EVALUATOR}, given=evaluation),
    "evaluation_report": act(STAFF, refused={EVALUATOR}, given=evaluation),
    "evaluation_late_report": act({HEAD}, refused={OFFICER, EVALUATOR}, given=evaluation),
    "sheet": page(STAFF | {EVALUATOR}, given=sheet),
    "sheet_print": page(STAFF | {EVALUATOR}, given=sheet),
    "sheet_result": act({EVALUATOR}, refused=STAFF, given=lambda world: [world.sheet.pk, world.criterion.pk]),
    "sheet_condition": act(
        {EVALUATOR}, refused=STAFF, given=lambda world: [world.sheet.pk, world.condition.pk]
    ),
    "sheet_notes": act({EVALUATOR}, refused=STAFF, given=sheet),
    "sheet_submit": act({EVALUATOR}, refused=STAFF, given=sheet),
    "sheet_reopen": act({HEAD}, refused={OFFICER, EVALUATOR}, given=sheet),
    # evaluations: the company's opinion
    "opinion_request": page(STAFF, refused={RESOURCE}, given=registration),
    "opinion_detail": page(STAFF, given=opinion),
    "opinion_remind": act(STAFF, given=opinion),
    "opinion_redirect": act(STAFF, given=opinion),
    "opinion_absence": act({HEAD}, refused={OFFICER}, given=opinion),
    "opinion_print": page(STAFF, given=opinion),
    "opinion": task(opinion_link),
    "opinion_save": task(opinion_link, "post"),
    "opinion_review": task(opinion_link),
    "opinion_submit": task(opinion_link, "post"),
    # evaluations: reports and the candidate's space
    "report_file": page(STAFF | {EVALUATOR}, given=lambda world: [stored_report(world)]),
    "my_space": space(CANDIDATE, elsewhere=MOVED, moved=True),
    "my_registration": space(CANDIDATE, given=guest_registration),
    "my_identity": space(CANDIDATE, given=guest_registration, method="post"),
    "my_convocation": space(  # not summoned
        CANDIDATE, given=lambda world: [world.guest_registration.pk, world.summons.pk], moved=True
    ),
    "my_report": space(
        CANDIDATE,
        given=lambda world: [world.guest_registration.pk, world.report.evaluation_id],
        method="post",
    ),
    "my_report_file": space(
        CANDIDATE, given=lambda world: [world.guest_registration.pk, stored_report(world)]
    ),
    "my_paper": space(CANDIDATE, given=lambda world: [world.guest_registration.pk, stored_paper(world)]),
    # evaluations: the company's space, and what the staff answers
    "company_space": space(CONTACT, elsewhere=IN),
    "company_candidate": space(CONTACT, given=guest_registration),
    "company_change": space(
        CONTACT, given=lambda world: [world.guest_registration.pk, "tutor"], method="post"
    ),
    "company_denial": space(CONTACT, given=guest_registration, method="post"),
    "contact_request_accept": act(STAFF, given=contact_request),
    "contact_request_answer": act(STAFF, given=contact_request),
    # evaluations: commissions; EVALUATOR presides this one
    "commission_list": page(STAFF_ANYWHERE | {EVALUATOR, EVALUATOR_ELSEWHERE}),
    "commission_new": page(STAFF_ANYWHERE),
    "commission_detail": page(STAFF | {EVALUATOR}, given=commission),
    "commission_attendance_sheet": page(STAFF | {EVALUATOR}, given=commission),
    "commission_edit": page(STAFF, refused={EVALUATOR}, given=commission),
    "commission_delete": act(STAFF, refused={EVALUATOR}, given=commission),
    "commission_passage": act(
        STAFF, refused={EVALUATOR}, given=lambda world: [world.commission.pk, world.heard.pk]
    ),
    "commission_summon": page(STAFF, refused={EVALUATOR}, given=commission),
    "summons_papers": page(
        STAFF, refused=SIGNED_IN - STAFF_ANYWHERE, given=lambda world: [world.summons.about]
    ),
    "summons_answer": act(STAFF, given=summons),
    "assignment": task(lambda world: world.address(world.assignment)),
    "planning": page(STAFF_ANYWHERE | {EVALUATOR, EVALUATOR_ELSEWHERE}),
    "visit_detail": page(STAFF | {EVALUATOR}, given=visit),
    "visit_edit": page(STAFF, refused={EVALUATOR}, given=visit),
    "visit_summon": page(STAFF, refused=SIGNED_IN - STAFF_ANYWHERE, given=visit),
    "room_list": page(STAFF_ANYWHERE),
    "room_close": act(STAFF, refused=SIGNED_IN - STAFF_ANYWHERE, given=lambda world: [world.room.pk]),
    "summons_calendar": page(STAFF, refused=SIGNED_IN - STAFF_ANYWHERE, given=summons),
    "my_calendar": space(  # not summoned
        CANDIDATE,
        given=lambda world: [world.guest_registration.pk, world.summons.pk],
        absent=True,
    ),
    "summons_detail": page(STAFF, refused=SIGNED_IN - STAFF_ANYWHERE, given=summons),
    "summons_handed": act(STAFF, refused=SIGNED_IN - STAFF_ANYWHERE, given=summons),
    "commission_add_member": act(STAFF, refused={EVALUATOR}, given=commission),
    "commission_member_employer": act(STAFF, refused={EVALUATOR}, given=commission),
    "commission_remove_member": act(STAFF, refused={EVALUATOR}, given=commission_member),
    "commission_president": act(STAFF, refused={EVALUATOR}, given=commission_member),
    "commission_presence": act(STAFF, refused={EVALUATOR}, given=commission_member),
    "commission_add_candidate": act(STAFF, refused={EVALUATOR}, given=commission),
    "commission_remove_candidate": act(STAFF, refused={EVALUATOR}, given=heard),
    "attendance_counts": page(STAFF_ANYWHERE | {NATIONAL}),
    "attendance_csv": page(STAFF_ANYWHERE | {NATIONAL}),
    "attendance_xlsx": page(STAFF_ANYWHERE | {NATIONAL}),
    "commission_attendance": act(STAFF, refused={EVALUATOR}, given=heard),
    # A member declares only his or her own link: naming nobody is refused.
    "commission_personal_link": act(STAFF, refused={EVALUATOR}, given=commission),
    "commission_override": act({HEAD}, refused={OFFICER, EVALUATOR}, given=commission),
    "commission_session": page(STAFF | {EVALUATOR}, given=commission),
    "interview_record": act(STAFF | {EVALUATOR}, given=heard),
    "capacity_validate": act(STAFF | {EVALUATOR}, given=lambda world: [*heard(world), 1]),
    "commission_close": act(STAFF | {EVALUATOR}, given=commission),
    # evaluations: juries
    "jury_list": page(STAFF_ANYWHERE | {PRESIDENT, PRESIDENT_ELSEWHERE}),
    "jury_new": page(STAFF_ANYWHERE),
    "jury_detail": page(STAFF | {PRESIDENT}, given=jury),
    "jury_edit": page(STAFF, refused={PRESIDENT}, given=jury),
    "jury_delete": act(STAFF, refused={PRESIDENT}, given=jury),
    "jury_seat_add": act(STAFF, refused={PRESIDENT}, given=jury, data={"college": "employer"}),
    "jury_seat": page(STAFF, refused={PRESIDENT}, given=jury_seat),
    "jury_seat_empty": act(STAFF, refused={PRESIDENT}, given=jury_seat),
    "jury_seat_remove": act(STAFF, refused={PRESIDENT}, given=jury_seat),
    "jury_president": act(STAFF, refused={PRESIDENT}, given=jury_seat),
    "jury_substitute": act(STAFF, refused={PRESIDENT}, given=jury_seat),
    "jury_unions": act(STAFF, refused={PRESIDENT}, given=jury),
    "jury_notice": act(
        {HEAD}, refused={OFFICER, PRESIDENT}, given=lambda world: [world.jury.pk, NoticeKey.UNIONS]
    ),
    "jury_candidates": act(STAFF, refused={PRESIDENT}, given=jury),
    "jury_candidate_remove": act(STAFF, refused={PRESIDENT}, given=jury_entry),
    "jury_summon": page(STAFF, refused={PRESIDENT}, given=jury),
    "jury_open": act(STAFF, refused={PRESIDENT}, given=jury),
    "jury_session": page(STAFF | {PRESIDENT}, given=jury),
    "jury_presence": act(
        STAFF, refused={PRESIDENT}, given=lambda world: [world.jury.pk, world.jury_member.pk]
    ),
    "jury_pronounce": page(STAFF, refused={PRESIDENT}, given=jury),
    "jury_decide": act(STAFF, refused={PRESIDENT}, given=jury_entry),
    "jury_cancel": act(
        STAFF, refused={PRESIDENT}, given=lambda world: [world.jury.pk, world.decision.entry_id]
    ),
    "jury_withdraw": act(STAFF, refused={PRESIDENT}, given=jury_entry),
    "jury_withdrawal_cancel": act(
        STAFF, refused={PRESIDENT}, given=lambda world: [world.jury.pk, world.withdrawal.pk]
    ),
    "jury_close": act(STAFF | {PRESIDENT}, given=jury),
    "jury_publish": act(STAFF | {PRESIDENT}, given=jury),
}
