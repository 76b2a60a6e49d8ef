"""The papers of a deliberation: what each prints, frozen as plain values in the words the paper uses.

The procès-verbal has its own module, `evaluations.minutes`. A builder takes the key of the fact («decision:<uuid>»)
and answers with everything the template shows; nothing is read again when the PDF is drawn, or ten years later.
"""

from accounts.log import key
from accounts.perms import is_staff_of
from candidates.models import Dossier
from candidates.papers import certification_words, holder, labelled, letterhead
from cqpm.utils.french import NBSP, day, enumeration, in_town, long_day, typeset
from documents.actions import request_document
from documents.kinds import Kind
from documents.models import Document
from evaluations.journey import load_one
from evaluations.minutes import build_minutes, kept_by_date, presiding
from evaluations.models import Decision, DecisionCapacity, Deliberation
from evaluations.rules import Verdict
from referentiel.models import Method

HELD = (DecisionCapacity.State.ACQUIRED, DecisionCapacity.State.KEPT)


# --- When papers are asked for ----------------------------------------------------------------------------------


def request_closing_papers(jury, *, by):
    """The procès-verbal of each deliberation and the decision of each candidate, at the closing."""
    for deliberation in jury.deliberations.all():
        request_document(
            kind="minutes",
            fact=key(deliberation),
            number=deliberation.number,
            label=f"Procès-verbal de délibération du {day(jury.held_on)}",
            centre=jury.centre,
            by=by,
        )
    for decision in decisions_of(jury):
        if decision.verdict != Verdict.ADJOURNED:
            request_for(decision, DECISION, by=by)


def request_result_papers(jury, *, by) -> list[Document]:
    """The attestations, at the publication; returns everything that is released with the results."""
    for decision in decisions_of(jury):
        if decision.verdict == Verdict.ADMISSIBLE:
            request_for(decision, ATTESTATION, by=by)
        elif decision.verdict == Verdict.NOT_ADMISSIBLE and any(
            row.state in HELD for row in decision.capacities.all()
        ):
            request_for(decision, CAPACITIES_ATTESTATION, by=by)
    return list(papers_of(jury))


def papers_of(jury):
    """All the papers of a jury: minutes and, candidate by candidate, decisions and attestations."""
    facts = [key(row) for row in jury.deliberations.all()] + [key(row) for row in decisions_of(jury)]
    return Document.objects.filter(fact__in=facts)


def facts_of(registration) -> list[str]:
    """The keys of what the papers of this registration print; the minutes, which name others, are the jury's."""
    decisions = Decision.objects.filter(entry__registration=registration)
    return [key(row) for row in (*Dossier.objects.filter(registration=registration), *decisions)]


def decisions_of(jury):
    """What was decided in the sitting, in the order of the minutes."""
    return (
        Decision.objects.filter(entry__deliberation__jury=jury, replaces=None)
        .select_related("entry__deliberation__centre", "entry__registration__candidate")
        .prefetch_related("capacities")
        .order_by("entry__deliberation__number", "entry__rank")
    )


def request_for(decision, kind, *, by):
    """A paper of one candidate, under the number of the minutes and his or her rank in them: «2026-0007-012»."""
    entry = decision.entry
    return request_document(
        kind=kind.key,
        fact=key(decision),
        number=number_of(decision),
        label=labelled(kind.title, entry.registration.candidate),
        centre=entry.deliberation.centre,
        by=by,
    )


def number_of(decision):
    return f"{decision.entry.deliberation.number}-{decision.entry.rank:03d}"


# --- What they print --------------------------------------------------------------------------------------------


def read_decision(fact):
    """The decision of «decision:<uuid>» with all its papers need."""
    return (
        Decision.objects.select_related(
            "entry__registration__candidate",
            "entry__registration__centre",
            "entry__registration__referentiel__certification",
            "entry__deliberation__jury__centre",
        )
        .prefetch_related("capacities__capacity__block")
        .get(pk=fact.partition(":")[2])
    )


def common_data(decision):
    """What the decision and both attestations have in common."""
    registration, deliberation = decision.entry.registration, decision.entry.deliberation
    jury = deliberation.jury
    person = holder(registration.candidate)
    return {
        "letterhead": letterhead(jury.centre, [f"N° {number_of(decision)}"], registration.referentiel),
        "certification": certification_words(registration.referentiel),
        "holder": person,
        "declared": "déclarée" if person["feminine"] else "déclaré",
        "minutes": f"PV{NBSP}{deliberation.number}",
        "sitting": long_day(jury.held_on),
        "done": f"Fait {in_town(typeset(jury.centre.city))}, le {day(jury.held_on)}",
        "president": typeset(presiding(jury).name),
        "capacities": [capacity_line(row) for row in decision.capacities.all()],
    }


def capacity_line(row):
    return {
        "number": row.capacity.number,
        "title": typeset(row.capacity.title),
        "state": row.get_state_display().lower(),
        "held": row.state in HELD,
        "until": f"{day(row.kept_until)}" if row.kept_until else "",
    }


def public_part(data, jury):
    """What the verification page may show, and nothing else."""
    certification = data["certification"]
    return {
        "holder": data["holder"]["name"],
        "title": f"{certification['kind']} {certification['title']}",
        "decided_on": jury.held_on.isoformat(),
        "centre": data["letterhead"]["issuer"],
    }


def build_attestation(fact):
    """Admissible: the candidate «a été déclaré(e) admissible au CQPM … par le jury paritaire du …»."""
    decision = read_decision(fact)
    data = common_data(decision)
    return data | {"public": public_part(data, decision.entry.deliberation.jury)}


def build_capacities_attestation(fact):
    """Not admissible, with capacities to keep.

    «le président du jury de délibération l’informe, par écrit, des compétences professionnelles, et le cas échéant,
    des blocs de compétences qui ont été validés» (accord, art. 55.3)
    """
    decision = read_decision(fact)
    data = common_data(decision)
    held = [line for line in data["capacities"] if line["held"]]
    return data | {
        "share": share(len(held), len(data["capacities"])),
        "capacities": held,
        "blocks": validated_blocks(decision),
        "public": public_part(data, decision.entry.deliberation.jury),
    }


def share(held, total):
    """«d’une des 7 capacités professionnelles», «de 5 des 7 …»: what is acquired, over what the référentiel asks."""
    return f"{'d’une' if held == 1 else f'de {held}'} des {total} capacités professionnelles"


def validated_blocks(decision):
    """The blocs wholly held, where the certificate is registered: {code, title, capacities, until}."""
    if not decision.entry.registration.referentiel.rncp_active:
        return []
    blocks = {}
    for row in decision.capacities.all():
        if row.capacity.block:
            blocks.setdefault(row.capacity.block, []).append(row)
    return [
        {
            "code": block.code,
            "title": typeset(block.title),
            "capacities": enumeration(row.capacity.number for row in rows),
        }
        for block, rows in sorted(blocks.items(), key=lambda item: item[0].code)
        if all(row.state in HELD for row in rows)
    ]


def build_decision(fact):
    """The decision as the candidate receives it, admissible or not."""
    decision = read_decision(fact)
    jury = decision.entry.deliberation.jury
    data = common_data(decision)
    journey = load_one(decision.entry.registration, on_day=jury.held_on)
    lines = {row.number: row for row in journey.capacities}
    for line in data["capacities"]:
        line["methods"] = methods_of(lines[line["number"]])
    data["letterhead"]["references"].append(data["minutes"])
    lacking = [line["number"] for line in data["capacities"] if not line["held"]]
    return data | {
        "verdict": decision.get_verdict_display(),
        "admissible": decision.verdict == Verdict.ADMISSIBLE,
        "place": typeset(jury.place),
        "commissions": commissions_of(journey),
        "grounds": grounds(lacking),
        "kept": [*block_sentences(decision), *kept_by_date(decision)],
        "contact": contact(jury.centre),
    }


def methods_of(row):
    """How the capacity was evaluated; a kept one was not, this time."""
    return "" if row.kept else ", ".join(Method(choice.method).short for choice in row.choices)


def commissions_of(journey):
    """«le 24 novembre 2026», «le 24 novembre 2026 et le 3 février 2027»: when the commission validated."""
    days = {row.validation.commission.held_on for row in journey.to_evaluate if row.validation}
    return enumeration(f"le {day(held_on)}" for held_on in sorted(days))


def grounds(lacking):
    if not lacking:
        return "L’ensemble des capacités professionnelles décrites dans le référentiel est acquis."
    if len(lacking) == 1:
        return f"La capacité professionnelle{NBSP}{lacking[0]} n’est pas acquise."
    return f"Les capacités professionnelles {enumeration(lacking)} ne sont pas acquises."


def block_sentences(decision):
    return [
        f"Bloc de compétences {block['code']}, «{NBSP}{block['title']}{NBSP}», validé{NBSP}: "
        f"capacités {block['capacities']}."
        for block in validated_blocks(decision)
        if decision.verdict == Verdict.NOT_ADMISSIBLE
    ]


def contact(centre):
    """«UIMM territoriale Val-de-Brenne, 03 80 00 00 00, centre@exemple.fr»."""
    return ", ".join(filter(None, [typeset(centre.name), centre.phone.replace(" ", NBSP), centre.email]))


# --- The kinds --------------------------------------------------------------------------------------------------


def may_read_jury_paper(user, document):
    """The staff of the centre, and whoever is appointed to preside the jury it comes from.

    Candidates receive theirs from the centre.
    """
    name, _, pk = document.fact.partition(":")
    fact = {"pk": pk} if name == "deliberation" else {"entries__decisions": pk}
    member = {"jury__seats__member__user": user, "jury__seats__member__is_president": True}
    return is_staff_of(user, document.centre_id) or Deliberation.objects.filter(**fact, **member).exists()


MINUTES = Kind(
    "minutes",
    "Procès-verbal de délibération",
    "documents/minutes.html",
    1,
    build_minutes,
    may_read_jury_paper,
)
DECISION = Kind(
    "admissibility_decision",
    "Décision d’admissibilité",
    "documents/admissibility_decision.html",
    1,
    build_decision,
    may_read_jury_paper,
)
ATTESTATION = Kind(
    "attestation",
    "Attestation d’admissibilité",
    "documents/attestation.html",
    1,
    build_attestation,
    may_read_jury_paper,
    public=True,
)
CAPACITIES_ATTESTATION = Kind(
    "capacities_attestation",
    "Attestation de capacités acquises",
    "documents/capacities_attestation.html",
    1,
    build_capacities_attestation,
    may_read_jury_paper,
    public=True,
)
KINDS = (MINUTES, DECISION, ATTESTATION, CAPACITIES_ATTESTATION)
