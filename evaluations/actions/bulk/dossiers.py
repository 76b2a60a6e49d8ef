"""The dossier of one candidate of a selection: copied from a model, emptied again; put to its approvals."""

from accounts.log import Actor
from candidates import actions as candidates
from candidates.actions.checks import lock_registration
from candidates.actions.dossiers.steps import lock_dossier
from candidates.models import Dossier
from cqpm.utils.refusal import Refusal
from evaluations.models import BulkRow
from evaluations.reads.bulk.approval import partner_mark, steps_of, why_not_asked
from evaluations.reads.bulk.dossier import why_not_copied
from evaluations.reads.dossier import copy_of, last_dossiers

GONE_DOSSIER = "Le dossier n’existe plus."
CHANGED = "Le dossier a changé depuis le récapitulatif : relisez-le, puis recommencez."


def copy_model(row: BulkRow, by: Actor) -> str:
    """Writes the model's choices in the candidate's empty dossier; all the recap showed is asked again."""
    settings = row.act.parameters
    registration = lock_registration(row.registration_id, running=False)
    model = read_model(settings["model"], row.parameters["model"])
    dossier = last_dossiers([registration]).get(registration.pk)
    known = {registration.pk: dossier} if dossier else {}
    for reason in why_not_copied(model, [registration], known).values():
        raise Refusal(reason)
    if dossier is None:
        dossier = candidates.open_dossier(registration=registration, by=by)
    copied = copy_of(model, registration, context=settings["context"])
    candidates.save_dossier(
        dossier=dossier,
        context=copied.context,
        choices=copied.choices,
        no_company_reason=copied.no_company_reason,
        version=row.parameters["version"],
        what=f"copié de celui de l’inscription {model.registration.number}",
        by=by,
    )
    return str(dossier.pk)


def read_model(key: str, version: int) -> Dossier:
    """The model as the recap showed it, locked: nobody writes another content while it is copied."""
    locked = Dossier.objects.select_for_update(of=("self",)).select_related("registration")
    row = locked.filter(pk=key).first()
    if row is None:
        raise Refusal(GONE_DOSSIER)
    if row.version != version:
        raise Refusal("Le modèle a changé depuis le récapitulatif : reprenez ce candidat.")
    return row


def efface_copy(row: BulkRow, by: Actor) -> str:
    """The draft as it was, empty. Refusal where somebody acted since: written, approved, asked for an approval."""
    found = Dossier.objects.filter(pk=row.made).first()
    if found is None:
        raise Refusal(GONE_DOSSIER)
    dossier = lock_dossier(found.pk)
    copied = row.parameters["version"] + 1
    if dossier.version != copied:
        raise Refusal("Le dossier a été modifié depuis : rien n’y a été changé.")
    if dossier.centre_approved_at or dossier.partner_approved_at or dossier.partner_link_id:
        raise Refusal("Un accord a été donné ou demandé depuis : rien n’y a été changé.")
    candidates.save_dossier(
        dossier=dossier,
        context="",
        choices={},
        version=copied,
        what="vidé, la copie est annulée",
        by=by,
    )
    return row.made


def put_to_approval(row: BulkRow, by: Actor) -> str:
    """The centre's approval and the request to the other party, as the recap showed them.

    Gives the key of the link asked, "" where the centre's approval was all there was to do.
    """
    told = row.parameters
    registration = lock_registration(row.registration_id, running=False)
    dossier = last_dossiers([registration]).get(registration.pk)
    approves = told["centre"]
    reason = why_not_asked(row.act.centre_id, registration, dossier, approves=approves)
    if reason:
        raise Refusal(reason)
    steps = steps_of(dossier, centre=approves)
    read = (str(dossier.pk), dossier.version, steps.centre, steps.request)
    if read != (told["dossier"], told["version"], approves, told["request"]):
        raise Refusal(CHANGED)
    if partner_mark(registration.partner) != told["partner"]:
        raise Refusal(
            "La personne à qui demander l’accord, ou son adresse, a changé depuis le récapitulatif."
        )
    if steps.centre:
        dossier = candidates.approve_for_centre(dossier=dossier, version=told["version"], by=by)
    if not steps.request:
        return ""
    asked = candidates.ask_partner_approval(dossier=dossier, by=by)
    return str(asked.partner_link_id)
