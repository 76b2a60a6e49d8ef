"""The dossier de modalités: written, approved by both, transmitted, returned or accepted, amended.

The stage of the registration moves when a dossier is transmitted or answered, never before: one in preparation
counts for nothing.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django_fsm import can_proceed

from accounts import log, outbox, preferences
from accounts.actions import chase_link, close_link, issue_link, revoke_link
from accounts.keys import Key
from accounts.models import AccessLink
from candidates import journey
from candidates.actions.checks import lock_registration, required
from candidates.models import Dossier, DossierChoice
from candidates.papers import request_dossier_paper
from candidates.rules import RECONSTITUTED
from cqpm.utils import stored
from cqpm.utils.french import day, enumeration, today
from cqpm.utils.refusal import Refusal, Stale
from cqpm.utils.uploads import Type

APPROVAL_DAYS = "dossier.approval_days"
ACCEPTANCE_AWAITED = "dossier.acceptance_awaited"
SCAN_FOLDER = "scans"
SCANS = {Type.PDF: "application/pdf", Type.PNG: "image/png", Type.JPEG: "image/jpeg"}
APPROVAL = "dossier_approval"  # the purpose of the link, its page and its mail


@transaction.atomic
def open_dossier(*, registration, by):
    """The first dossier of a registration, empty. Refusal when there is one."""
    registration = lock_registration(registration.pk)
    if registration.dossiers.exists():
        raise Refusal("Cette inscription a déjà un dossier de modalités.")
    return Dossier.objects.create(registration=registration, created_by=log.actor_name(by))


@transaction.atomic
def save_dossier(*, dossier, context, choices, by, no_company_reason="", version=None):
    """Writes the content of a dossier in preparation, finished or not.

    `choices`: {capacity number: {method: reason}}, the reason counting for a reconstituted situation only;
    `version`: the one that was read, Stale when somebody has written another since. A new content makes both
    approvals void and revokes the link that was sent. Refusal: not in preparation, a method the référentiel does
    not foresee, a capacity that is kept, a reconstituted situation without reason.
    """
    dossier = lock_dossier(dossier.pk)
    check_open(dossier)
    check_version(dossier, version)
    wanted = checked_choices(dossier, choices)
    context = context.strip()
    no_company_reason = "" if dossier.registration.has_company else no_company_reason.strip()
    chosen = {(row.capacity_id, row.method): row.reason for row in dossier.choices.all()}
    if (context, no_company_reason, wanted) == (dossier.context, dossier.no_company_reason, chosen):
        return dossier
    withdraw_approvals(dossier, by=by)
    dossier.context, dossier.no_company_reason = context, no_company_reason
    dossier.version += 1
    dossier.save()
    dossier.choices.all().delete()
    DossierChoice.objects.bulk_create(
        DossierChoice(dossier=dossier, capacity_id=capacity, method=method, reason=reason)
        for (capacity, method), reason in wanted.items()
    )
    record(dossier, by=by, verb="save_dossier", what="modifié", data={"version": dossier.version})
    return dossier


@transaction.atomic
def approve_for_centre(*, dossier, by, version=None):
    """The centre's approval of the content as it is; Stale when it is no longer the `version` that was read."""
    dossier = lock_dossier(dossier.pk)
    check_open(dossier)
    check_version(dossier, version)
    if dossier.centre_approved_at:
        raise Refusal(f"Déjà approuvé pour le centre par {dossier.centre_approved_by}.")
    check_nothing_missing(dossier.missing_to_approve())
    dossier.centre_approved_at, dossier.centre_approved_by = timezone.now(), log.actor_name(by)
    record(dossier, by=by, verb="approve_dossier", what="approuvé pour le centre")
    return approved(dossier)


@transaction.atomic
def ask_partner_approval(*, dossier, by, partner=None):
    """Sends the company (or the candidate where there is none) the link that approves; a former link is revoked.

    `partner`: somebody else of the company than the one on file. Without address the link waits to be printed.
    Gives the dossier, its `partner_link` issued.
    """
    dossier = lock_dossier(dossier.pk)
    check_open(dossier)
    check_partner_free(dossier)
    check_nothing_missing(dossier.missing_to_approve())
    registration = dossier.registration
    partner, centre = partner or registration.partner, registration.centre
    revoke_partner_link(dossier, by=by)
    days = preferences.value(APPROVAL_DAYS, centre)
    dossier.partner_link = issue_link(
        purpose=APPROVAL,
        subject=registration,
        email=partner.email,
        holder=partner.name,
        expires_at=timezone.now() + timedelta(days=days),
        centre=centre,
    )
    dossier.save(update_fields=["partner_link"])
    outbox.post(
        event=Key.of(dossier).event("approval", dossier.partner_link_id),
        to=partner.email,
        name=partner.name,
        template="dossier_approval",
        context=described(dossier) | {"until": day(dossier.partner_link.expires_at)},
        link=dossier.partner_link,
        centre=centre,
    )
    how = "par courriel" if partner.email else "sur papier"
    record(dossier, by=by, verb="ask_dossier_approval", what=f"soumis {how} à {partner.described}")
    return dossier


@transaction.atomic
def remind_partner(*, dossier, by, step=None):
    """Asks for the approval again, by a mail with the same link where there is an address that works.

    `step` and Refusal: `chase_link`; Refusal also when no approval is asked for any more.
    """
    dossier = lock_dossier(dossier.pk)
    check_open(dossier)
    check_partner_free(dossier)
    link = dossier.partner_link
    if link is None:
        raise Refusal("Demandez d’abord l’approbation.")
    by_mail = chase_link(link=link, step=step)
    if by_mail:
        outbox.post(
            event=Key.of(dossier).event("reminder", link.pk, (step or today()).isoformat()),
            to=link.email,
            name=link.holder,
            template="dossier_reminder",
            context=described(dossier) | {"until": day(link.expires_at)},
            link=link,
            centre=link.centre,
        )
    how = "par courriel" if by_mail else "par téléphone ou courrier"
    record(dossier, by=by, verb="remind_partner", what=f"relancé {how} auprès de {link.holder}")
    return dossier


@transaction.atomic
def approve_as_partner(*, dossier, link, name):
    """The company's or candidate's approval, by the link: `name` is what the person typed of his or her own name."""
    name = required(name, "Écrivez vos prénom et nom.")
    dossier = lock_dossier(dossier.pk)
    check_open(dossier)
    check_partner_free(dossier)
    # Read again under lock: editing the dossier revokes the link of what was on the screen.
    link = AccessLink.objects.select_for_update().get(pk=link.pk)
    if dossier.partner_link_id != link.pk or not link.is_open:
        raise Refusal("Ce dossier a changé depuis l’envoi du lien : un autre vous sera adressé.")
    check_nothing_missing(dossier.missing_to_approve())
    close_link(link=link)
    dossier.partner_approved_at, dossier.partner_approved_by = timezone.now(), name
    record(dossier, by=link, verb="approve_dossier", what=f"approuvé par {name}")
    return approved(dossier)


@transaction.atomic
def record_paper_approval(*, dossier, name, by, version=None, scan=None):
    """The company's or candidate's approval, signed on paper by `name`; a link that was sent opens no more.

    `scan`: the paper, an upload whose type was looked at (`scan.sniffed`, one of `SCANS`); it may come without.
    """
    name = required(name, "Écrivez le nom de la personne qui a signé.")
    dossier = lock_dossier(dossier.pk)
    check_open(dossier)
    check_version(dossier, version)
    check_partner_free(dossier)
    check_nothing_missing(dossier.missing_to_approve())
    revoke_partner_link(dossier, by=by)
    dossier.partner_approved_at, dossier.partner_approved_by = timezone.now(), name
    dossier.partner_on_paper = True
    if scan:
        dossier.scan_sha256 = stored.keep(SCAN_FOLDER, scan.read())
        dossier.scan_name, dossier.scan_type = scan.name[-200:], SCANS[scan.sniffed]
    record(dossier, by=by, verb="approve_dossier", what=f"approuvé sur papier par {name}")
    return approved(dossier)


@transaction.atomic
def transmit_dossier(*, dossier, by):
    """To the centre de ressource in charge of the certification, which gets a mail. It is then in force, and printed."""
    dossier = lock_dossier(dossier.pk)
    check_open(dossier)
    check_nothing_missing(dossier.missing_to_transmit())
    check_transition(dossier, "transmit")
    dossier.transmit()
    dossier.transmitted_at, dossier.transmitted_by = timezone.now(), log.actor_name(by)
    dossier.save()
    resource_centre = dossier.registration.referentiel.certification.resource_centre
    outbox.post(
        event=Key.of(dossier).event("transmitted", dossier.transmitted_at.isoformat()),
        to=resource_centre.email,
        name=resource_centre.name,
        template="dossier_transmitted",
        context=described(dossier),
        centre=dossier.registration.centre,
    )
    record(dossier, by=by, verb="transmit_dossier", what=f"transmis à {resource_centre}")
    request_dossier_paper(dossier, by=by)
    journey.move_stage(dossier.registration)
    return dossier


@transaction.atomic
def return_dossier(*, dossier, comment, by):
    """Sent back by the centre de ressource, which says why; both approvals are to be given again."""
    comment = required(
        comment, "Dites ce qui est à reprendre : le centre d’examen n’aura que ce commentaire."
    )
    dossier = lock_dossier(dossier.pk)
    check_last(dossier)
    check_transition(dossier, "send_back")
    dossier.send_back()
    dossier.returned_at, dossier.returned_by = timezone.now(), log.actor_name(by)
    dossier.return_comment = comment
    withdraw_approvals(dossier, by=by)
    dossier.save()
    tell_centre(dossier, "dossier_returned", dossier.returned_at, comment=comment)
    record(dossier, by=by, verb="return_dossier", what="retourné", data={"comment": comment})
    journey.move_stage(dossier.registration)
    return dossier


@transaction.atomic
def accept_dossier(*, dossier, by):
    """Accepted by the centre de ressource, where the setting wants it."""
    dossier = lock_dossier(dossier.pk)
    if not preferences.value(ACCEPTANCE_AWAITED, dossier.registration.centre):
        raise Refusal("Aucune acceptation n’est attendue : la transmission suffit.")
    check_last(dossier)
    check_transition(dossier, "accept")
    dossier.accept()
    dossier.accepted_at, dossier.accepted_by = timezone.now(), log.actor_name(by)
    dossier.save()
    tell_centre(dossier, "dossier_accepted", dossier.accepted_at)
    record(dossier, by=by, verb="accept_dossier", what="accepté")
    journey.move_stage(dossier.registration)
    return dossier


@transaction.atomic
def amend_dossier(*, registration, reason, by):
    """An amendment of the dossier in force: a new row that starts from its choices, to approve and transmit anew."""
    reason = required(reason, "Dites pourquoi le dossier est modifié : le motif est transmis avec l’avenant.")
    registration = lock_registration(registration.pk)
    last = registration.dossiers.select_for_update().last()
    if last is None or not last.is_in_force:
        raise Refusal("Un dossier est encore en préparation : modifiez-le, il n’y a rien à amender.")
    amendment = Dossier.objects.create(
        registration=registration,
        rank=last.rank + 1,
        amendment_reason=reason,
        context=last.context,
        no_company_reason=last.no_company_reason,
        created_by=log.actor_name(by),
    )
    DossierChoice.objects.bulk_create(
        DossierChoice(
            dossier=amendment, capacity_id=choice.capacity_id, method=choice.method, reason=choice.reason
        )
        for choice in last.choices.select_related("capacity")
        if choice.capacity.number not in registration.kept
    )
    record(amendment, by=by, verb="amend_dossier", what="ouvert", data={"reason": reason})
    return amendment


# --- What other verbs of this app do to a dossier --------------------------------------------------------------


def company_changed(*, registration, by):
    """Whoever approved no longer speaks for the company: the dossier in preparation loses its approvals."""
    if dossier := in_preparation(registration):
        withdraw_approvals(dossier, by=by)
        if registration.has_company:
            dossier.no_company_reason = ""
        dossier.version += 1
        dossier.save()


def tutor_changed(*, registration, by):
    """The link in the former tutor's mailbox opens no more; an approval already given stands."""
    dossier = in_preparation(registration)
    if dossier and not dossier.partner_approved_at:
        revoke_partner_link(dossier, by=by)


def revoke_partner_link(dossier, *, by):
    """Takes back the link that was sent, if any."""
    link = dossier.partner_link
    if link and not link.revoked_at:
        revoke_link(link=link, by=by)


def in_preparation(registration):
    """The dossier or amendment being prepared, locked; None when the last one has been transmitted."""
    return registration.dossiers.select_for_update().filter(state__in=Dossier.State.IN_PREPARATION).first()


# --- Steps the verbs share -------------------------------------------------------------------------------------


def lock_dossier(pk):
    """The dossier with its registration, both locked; Refusal when the registration is no longer running."""
    registration_id = Dossier.objects.values_list("registration_id", flat=True).get(pk=pk)
    registration = lock_registration(registration_id)
    dossier = Dossier.objects.select_for_update().get(pk=pk)
    dossier.registration = registration
    return dossier


def check_open(dossier):
    if not dossier.is_open:
        raise Refusal(f"{dossier} : {dossier.get_state_display().lower()}, il ne change plus sans avenant.")


def check_version(dossier, version):
    if version is not None and version != dossier.version:
        raise Stale(
            "Quelqu’un d’autre vient de modifier ce dossier. Rechargez la page pour lire ses changements."
        )


def check_partner_free(dossier):
    if dossier.partner_approved_at:
        raise Refusal(
            f"Déjà approuvé par {dossier.partner_approved_by} le {day(dossier.partner_approved_at)}."
        )


def check_nothing_missing(missing):
    if missing:
        raise Refusal(*missing)


def check_last(dossier):
    """The centre de ressource answers the last version only: an amendment speaks for the rows below it."""
    if dossier.registration.dossiers.filter(rank__gt=dossier.rank).exists():
        raise Refusal("Un avenant a suivi ce dossier : c’est à lui qu’il faut répondre.")


def check_transition(dossier, name):
    if not can_proceed(getattr(dossier, name)):
        raise Refusal(f"{dossier} : {dossier.get_state_display().lower()} ; cet acte n’est plus possible.")


def checked_choices(dossier, choices):
    """{(capacity id, method): reason} of what was chosen; Refusal for what the référentiel does not allow."""
    wanted, problems = {}, []
    capacities = {capacity.number: capacity for capacity in dossier.registration.referentiel.tree}
    kept = [number for number in choices if choices[number] and number in dossier.registration.kept]
    if kept:
        problems.append(
            f"Capacité conservée, sans modalité à choisir : {enumeration(f'C{n}' for n in kept)}."
        )
    for number, methods in choices.items():
        capacity = capacities.get(number)
        for method, reason in methods.items():
            if capacity is None or method not in capacity.methods:
                problems.append(f"C{number} : une modalité choisie n’est pas prévue par le référentiel.")
                continue
            reason = reason.strip() if method == RECONSTITUTED else ""
            if method == RECONSTITUTED and not reason:
                problems.append(f"C{number} : une situation reconstituée demande son motif.")
            wanted[capacity.pk, method] = reason
    check_nothing_missing(problems)
    return wanted


def approved(dossier):
    """Saves an approval just given; with the second one the dossier is approved."""
    if dossier.centre_approved_at and dossier.partner_approved_at:
        dossier.approve()
    dossier.save()
    return dossier


def withdraw_approvals(dossier, *, by):
    """Both approvals gone, in memory, and the link that was sent revoked; the journal keeps who gave them.

    The caller saves the dossier before its choices: the database freezes those of an approved one.
    """
    if can_proceed(dossier.reopen):
        dossier.reopen()
    revoke_partner_link(dossier, by=by)
    dossier.centre_approved_at = dossier.partner_approved_at = dossier.partner_link = None
    dossier.centre_approved_by = dossier.partner_approved_by = ""
    dossier.partner_on_paper = False
    dossier.scan_sha256 = dossier.scan_name = dossier.scan_type = ""


def tell_centre(dossier, template, at, **context):
    """The mail that tells the centre d'examen what the centre de ressource answered."""
    centre = dossier.registration.centre
    outbox.post(
        event=Key.of(dossier).event(template, at.isoformat()),
        to=centre.email,
        name=centre.name,
        template=template,
        context=described(dossier) | context,
        centre=centre,
    )


def described(dossier):
    """What the mails about a dossier say of it: plain values."""
    registration = dossier.registration
    certification = registration.referentiel.certification
    return {
        "dossier": str(dossier),
        "candidate": str(registration.candidate),
        "number": registration.number,
        "certificate": f"{certification.kind} « {registration.referentiel.title} »",
        "company": registration.company.name if registration.has_company else "",
        "resource_centre": str(certification.resource_centre or ""),
    }


def record(dossier, *, by, verb, what, data=None):
    """A line in the journal of the registration."""
    log.record(
        by=by,
        verb=verb,
        subject=dossier.registration,
        centre=dossier.registration.centre,
        sentence=f"{dossier} {what}.",
        data={"dossier": str(dossier.pk)} | (data or {}),
    )
