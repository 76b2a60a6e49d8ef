"""The papers of this floor: what each prints, frozen as plain values in the words the paper uses.

A builder takes the key of the fact («decision:<uuid>») and answers with everything the template shows; nothing is
read again when the PDF is drawn, or ten years later.
"""

from accounts.log import key
from accounts.perms import is_staff_of
from candidates.models import Dossier
from cqpm.utils.french import day, enumeration, hour, long_day, plural, typeset
from documents.actions import request_document
from documents.kinds import Kind
from documents.models import Document
from evaluations.journey import capacities_of, load_one
from evaluations.models import Decision, DecisionCapacity, Deliberation, JuryMember
from evaluations.rules import College, JuryAct, Verdict
from referentiel.models import Method

HELD = (DecisionCapacity.State.ACQUIRED, DecisionCapacity.State.KEPT)
LETTERS = {
    DecisionCapacity.State.ACQUIRED: "A",
    DecisionCapacity.State.KEPT: "C",
    DecisionCapacity.State.NOT_ACQUIRED: "N",
    DecisionCapacity.State.UNDECIDED: "–",
}


# --- When papers are asked for --------------------------------------------------------------------------------


def request_closing_papers(jury, *, by):
    """The procès-verbal of each deliberation and the decision of each candidate, at the closing."""
    for deliberation in jury.deliberations.all():
        request_document(
            kind="minutes",
            fact=key(deliberation),
            number=deliberation.number,
            label=f"Procès-verbal {deliberation.number}",
            centre=jury.centre,
            by=by,
        )
    for decision in decisions_of(jury):
        if decision.verdict != Verdict.ADJOURNED:
            request_for(decision, "admissibility_decision", "Décision du jury", by=by)


def request_result_papers(jury, *, by) -> list[Document]:
    """The attestations, at the publication; returns everything that is released with the results."""
    for decision in decisions_of(jury):
        if decision.verdict == Verdict.ADMISSIBLE:
            request_for(decision, "attestation", "Attestation d’admissibilité", by=by)
        elif decision.verdict == Verdict.NOT_ADMISSIBLE and any(
            row.state in HELD for row in decision.capacities.all()
        ):
            request_for(decision, "capacities_attestation", "Attestation de capacités acquises", by=by)
    facts = [key(row) for row in jury.deliberations.all()] + [key(row) for row in decisions_of(jury)]
    return list(Document.objects.filter(fact__in=facts))


def decisions_of(jury):
    return (
        Decision.objects.filter(entry__deliberation__jury=jury)
        .select_related("entry__deliberation")
        .prefetch_related("capacities")
        .order_by("entry__deliberation__pk", "entry__rank")
    )


def request_for(decision, kind, label, *, by):
    """A paper of one candidate: «2026-0007-012», procès-verbal and rank."""
    entry = decision.entry
    number = f"{entry.deliberation.number}-{entry.rank:03d}"
    return request_document(
        kind=kind, fact=key(decision), number=number, label=label, centre=entry.deliberation.centre, by=by
    )


def request_dossier_paper(dossier, *, by):
    """The dossier de modalités or amendment as transmitted."""
    registration = dossier.registration
    return request_document(
        kind="dossier",
        fact=key(dossier),
        number=registration.number if dossier.rank == 1 else f"{registration.number}-A{dossier.rank - 1}",
        label=str(dossier),
        centre=registration.centre,
        by=by,
    )


def facts_of(registration) -> list[str]:
    """The keys of everything a paper may tell of this registration."""
    decisions = Decision.objects.filter(entry__registration=registration).values_list("pk", flat=True)
    dossiers = Dossier.objects.filter(registration=registration).values_list("pk", flat=True)
    return [f"decision:{pk}" for pk in decisions] + [f"dossier:{pk}" for pk in dossiers]


# --- What they print ------------------------------------------------------------------------------------------


def letterhead(centre, references, referentiel):
    return {
        "issuer": centre.name,
        "lines": [f"Centre d’examen, {centre.address}, {centre.postcode} {centre.city}"],
        "references": references,
        "rule": list(referentiel.shape),
        "footer": f"{centre.name}, centre d’examen",
    }


def certification_words(referentiel):
    """How the paper names the certificate. «RNCP» appears only for a version registered there."""
    number = (
        f"Référentiel {referentiel.number}"
        if referentiel.number
        else f"Référentiel, version {referentiel.version}"
    )
    return {
        "kind": referentiel.certification.kind,
        "title": typeset(referentiel.title),
        "reference": number,
        "rncp": f"Certification enregistrée au RNCP, {referentiel.rncp}" if referentiel.rncp_active else "",
        "fictitious": referentiel.fictitious,
    }


def holder(candidate):
    """The holder as papers address him or her: usage name first, birth name and birth in a line of its own."""
    birth_name = f" {candidate.birth_name.upper()}" if candidate.usage_name else ""
    place = (
        candidate.birth_place
        if candidate.birth_country == "France"
        else f"{candidate.birth_place} ({candidate.birth_country})"
    )
    return {
        "civility": candidate.civility,
        "name": f"{candidate.civility} {candidate}",
        "first_names": candidate.first_names,
        "born": f"{candidate.born}{birth_name} le {day(candidate.birth_date)} à {place}",
        "declared": "déclarée" if candidate.sex == "F" else "déclaré",
        "feminine": candidate.sex == "F",
    }


def president_of(jury):
    """Who presided: the president, or the substitute present in his or her absence."""
    members = JuryMember.objects.filter(seat__jury=jury).select_related("seat")
    president = next((row for row in members if row.is_president), None)
    if president and president.present is False:
        return next((row.name for row in members if row.is_substitute and row.present), president.name)
    return president.name if president else ""


def read_decision(fact):
    """The decision of a fact, with all its papers need."""
    return (
        Decision.objects.select_related(
            "entry__registration__candidate",
            "entry__registration__referentiel__certification",
            "entry__deliberation__jury__centre",
        )
        .prefetch_related("capacities__capacity")
        .get(pk=fact.partition(":")[2])
    )


def capacity_lines(decision):
    return [
        {
            "number": row.capacity.number,
            "title": typeset(row.capacity.title),
            "state": row.get_state_display().lower(),
            "held": row.state in HELD,
            "until": day(row.kept_until) if row.kept_until else "",
        }
        for row in decision.capacities.all()
    ]


def decision_data(fact):
    """What the decision, and both attestations, have in common."""
    decision = read_decision(fact)
    registration, deliberation = decision.entry.registration, decision.entry.deliberation
    jury, referentiel = deliberation.jury, decision.entry.registration.referentiel
    number = f"{deliberation.number}-{decision.entry.rank:03d}"
    return decision, {
        "letterhead": letterhead(jury.centre, [f"n° {number}", f"PV {deliberation.number}"], referentiel),
        "certification": certification_words(referentiel),
        "holder": holder(registration.candidate),
        "registration": registration.number,
        "minutes": deliberation.number,
        "sitting": f"{jury.place}, le {long_day(jury.held_on)}",
        "held_on": day(jury.held_on),
        "city": jury.centre.city,
        "president": president_of(jury),
        "capacities": capacity_lines(decision),
    }


def public_part(decision, data):
    """What the verification page may show, and nothing else."""
    return {
        "holder": data["holder"]["name"],
        "title": f"{data['certification']['kind']} {data['certification']['title']}",
        "decided_on": decision.entry.deliberation.jury.held_on.isoformat(),
        "centre": data["letterhead"]["issuer"],
    }


def build_attestation(fact):
    decision, data = decision_data(fact)
    return data | {"public": public_part(decision, data)}


def build_capacities_attestation(fact):
    decision, data = decision_data(fact)
    data["capacities"] = [line for line in data["capacities"] if line["held"]]
    return data | {"public": public_part(decision, data)}


def build_decision(fact):
    decision, data = decision_data(fact)
    journey = load_one(decision.entry.registration, on_day=decision.entry.deliberation.jury.held_on)
    commissions = {
        row.validation.commission.held_on for row in journey.capacities if row.validation and not row.kept
    }
    methods = {
        row.number: ", ".join(Method(choice.method).short for choice in row.choices)
        for row in journey.capacities
    }
    for line in data["capacities"]:
        line["methods"] = methods.get(line["number"], "")
    admissible = decision.verdict == Verdict.ADMISSIBLE
    lacking = [str(line["number"]) for line in data["capacities"] if not line["held"]]
    return data | {
        "verdict": decision.get_verdict_display(),
        "admissible": admissible,
        "commissions": enumeration(day(held_on) for held_on in sorted(commissions)),
        "grounds": "L’ensemble des capacités professionnelles décrites dans le référentiel est acquis."
        if admissible
        else f"{plural(len(lacking), 'capacité professionnelle n’est pas acquise', 'capacités professionnelles ne sont pas acquises')} : {enumeration(lacking)}.",
        "kept": kept_sentences(decision),
        "contact": contact(decision.entry.deliberation.jury.centre),
    }


def kept_sentences(decision):
    """«Capacités 1, 2 et 5 conservées jusqu'au …», one sentence per date."""
    by_date = {}
    for row in decision.capacities.all():
        if row.kept_until:
            by_date.setdefault(row.kept_until, []).append(row.capacity.number)
    return [
        f"{'Capacité conservée' if len(numbers) == 1 else 'Capacités conservées'} jusqu’au {day(until)} : {enumeration(numbers)}."
        for until, numbers in sorted(by_date.items())
    ]


def contact(centre):
    return ", ".join(filter(None, [centre.name, centre.phone, centre.email]))


def build_minutes(fact):
    deliberation = Deliberation.objects.select_related("jury__centre", "referentiel__certification").get(
        pk=fact.partition(":")[2]
    )
    jury, referentiel = deliberation.jury, deliberation.referentiel
    seats = list(jury.seats.select_related("member").order_by("position"))
    decisions = list(
        Decision.objects.filter(entry__deliberation=deliberation)
        .select_related("entry__registration__candidate")
        .prefetch_related("capacities__capacity", "entry__withdrawals__member")
        .order_by("entry__rank")
    )
    president = president_of(jury)
    colleges = {college: [seat for seat in seats if seat.college == college] for college in College}
    return {
        "letterhead": letterhead(jury.centre, [f"PV {deliberation.number}", day(jury.held_on)], referentiel),
        "certification": certification_words(referentiel),
        "number": deliberation.number,
        "sitting": f"{long_day(jury.held_on)}, de {hour(jury.opened_at)} à {hour(jury.closed_at)}, {jury.place}",
        "closed_at": hour(jury.closed_at),
        "unions_invited": notice(jury.unions_invited_on, jury.held_on),
        "summoned": notice(jury.summoned_on, jury.held_on),
        "notice_override": jury.notice_override,
        "president": president,
        "seats": [
            {"employer": seat_words(employer, president), "employee": seat_words(employee, president)}
            for employer, employee in zip(colleges[College.EMPLOYER], colleges[College.EMPLOYEE], strict=True)
        ],
        "attendance": attendance(colleges),
        "withdrawals": [
            f"{withdrawal.member.name} n’a pas pris part à la délibération sur "
            f"{decision.entry.registration.candidate} : {withdrawal.reason}."
            for decision in decisions
            for withdrawal in decision.entry.withdrawals.all()
        ],
        "numbers": [capacity.number for capacity in capacities_of(referentiel)],
        "decisions": [decision_line(decision) for decision in decisions],
        "tally": tally(decisions),
        "remarks": [remark for decision in decisions for remark in remarks(decision)],
    }


def notice(on, sitting_on):
    """«13 novembre 2026, 18 jours avant la séance»."""
    if on is None:
        return "non renseignées"
    return f"{day(on)}, {plural((sitting_on - on).days, 'jour')} avant la séance"


def seat_words(seat, president):
    member = getattr(seat, "member", None)
    if member is None:
        return {
            "name": "",
            "organisation": seat.organisation,
            "presence": "siège vide",
            "present": False,
            "role": "",
        }
    return {
        "name": member.name,
        "organisation": seat.organisation,
        "presence": "présent(e)" if member.present else "absent(e)",
        "present": bool(member.present),
        "role": "président(e)" if member.name == president and seat.college == College.EMPLOYER else "",
    }


def attendance(colleges):
    """«Huit sièges, quatre par collège. …», as the rule counted them."""
    seats = sum(len(rows) for rows in colleges.values())
    present = {
        college: sum(bool(getattr(seat, "member", None) and seat.member.present) for seat in rows)
        for college, rows in colleges.items()
    }
    return (
        f"{plural(seats, 'siège')}, {seats // 2} par collège. "
        f"{plural(sum(present.values()), 'membre présent', 'membres présents')} : "
        f"{present[College.EMPLOYER]} pour les employeurs, {present[College.EMPLOYEE]} pour les salariés. Le quorum est atteint."
    )


def decision_line(decision):
    candidate = decision.entry.registration.candidate
    usage = f", usage {candidate.usage_name.upper()}" if candidate.usage_name else ""
    return {
        "registration": decision.entry.registration.number,
        "candidate": f"{candidate.birth_name.upper()} {candidate.first_names}{usage}",
        "birth_date": candidate.birth_date.strftime("%d/%m/%Y"),
        "letters": [LETTERS[row.state] for row in decision.capacities.all()],
        "verdict": decision.get_verdict_display(),
        "vote": vote_words(decision.votes),
    }


def vote_words(votes):
    """«unanimité», or «prononcer 3, ajourner 3, voix du président»; counts only, never who."""
    if votes is None:
        return "unanimité"
    counts = {JuryAct(act): sum(by.values()) for act, by in votes["counts"].items()}
    words = [f"{act.label.lower()} {count}" for act, count in counts.items() if count]
    return ", ".join(words + (["voix du président"] if votes["casting"] else []))


def tally(decisions):
    counts = {verdict: sum(decision.verdict == verdict for decision in decisions) for verdict in Verdict}
    words = {
        Verdict.ADMISSIBLE: ("admissible", None),
        Verdict.NOT_ADMISSIBLE: ("non admissible", "non admissibles"),
        Verdict.ADJOURNED: ("ajournée", None),
    }
    return (
        f"{enumeration(plural(counts[verdict], *words[verdict]) for verdict in Verdict if counts[verdict])}."
    )


def remarks(decision):
    """What the table cannot hold: reasons, capacities sent back, capacities kept."""
    candidate = decision.entry.registration.candidate
    if decision.act == JuryAct.SEND_BACK:
        numbers = enumeration(row.capacity.number for row in decision.capacities.all() if row.sent_back)
        yield {
            "who": str(candidate),
            "text": f"Capacités renvoyées à la commission : {numbers}. Motif : {decision.reason}",
        }
    elif decision.act == JuryAct.ADJOURN:
        yield {"who": str(candidate), "text": f"Décision ajournée. Motif : {decision.reason}"}
    if decision.votes and decision.votes["casting"]:
        yield {"who": str(candidate), "text": "Partage des voix : la voix du président a été prépondérante."}
    for sentence in kept_sentences(decision):
        yield {"who": str(candidate), "text": sentence}


def build_dossier(fact):
    dossier = (
        Dossier.objects.select_related(
            "registration__candidate",
            "registration__company",
            "registration__centre",
            "registration__referentiel__certification__resource_centre",
        )
        .prefetch_related("choices__capacity")
        .get(pk=fact.partition(":")[2])
    )
    registration, referentiel = dossier.registration, dossier.registration.referentiel
    kept = {row.number: row.kept for row in load_one(registration).capacities if row.kept}
    chosen = {}
    for choice in dossier.choices.all():
        chosen.setdefault(choice.capacity.number, []).append(choice)
    return {
        "letterhead": letterhead(
            registration.centre, [f"Inscription {registration.number}", str(dossier)], referentiel
        ),
        "certification": certification_words(referentiel),
        "heading": str(dossier),
        "amendment_reason": dossier.amendment_reason,
        "holder": holder(registration.candidate),
        "registration": registration.number,
        "registered_on": day(registration.registered_on),
        "route": registration.get_route_display(),
        "company": str(registration.company) if registration.has_company else "",
        "tutor": ", ".join(filter(None, [registration.tutor_name, registration.tutor_function])),
        "adaptation": registration.adaptation,
        "context": dossier.context,
        "no_company_reason": dossier.no_company_reason,
        "capacities": [
            {
                "number": capacity.number,
                "title": typeset(capacity.title),
                "kept": f"conservée jusqu’au {day(kept[capacity.number].valid_until)}"
                if capacity.number in kept
                else "",
                "methods": [
                    {"name": choice.get_method_display(), "reason": choice.reason}
                    for choice in chosen.get(capacity.number, [])
                ],
            }
            for capacity in capacities_of(referentiel)
        ],
        "resource_centre": str(referentiel.certification.resource_centre or ""),
        "centre_approval": approval(dossier.centre_approved_by, dossier.centre_approved_at),
        "partner_approval": approval(
            dossier.partner_approved_by, dossier.partner_approved_at, on_paper=dossier.partner_on_paper
        ),
        "transmitted": f"transmis par {dossier.transmitted_by} le {day(dossier.transmitted_at)}"
        if dossier.transmitted_at
        else "",
    }


def approval(name, at, *, on_paper=False):
    """«validé par Claire Aubry le 3 février 2026»: a click is never called a signature."""
    if not at:
        return ""
    return f"{'approuvé sur papier par' if on_paper else 'validé par'} {name} le {day(at)}"


# --- The kinds --------------------------------------------------------------------------------------------------


def may_read(user, document):
    """The staff of the centre: candidates receive theirs from it, their space comes later."""
    return is_staff_of(user, document.centre_id)


def may_read_jury_paper(user, document):
    """The staff of the centre, and the president of the jury it comes from."""
    name, _, pk = document.fact.partition(":")
    deliberations = (
        Deliberation.objects.filter(pk=pk)
        if name == "deliberation"
        else Deliberation.objects.filter(entries__decisions=pk)
    )
    presides = deliberations.filter(jury__seats__member__user=user, jury__seats__member__is_president=True)
    return may_read(user, document) or presides.exists()


KINDS = (
    Kind("dossier", "Dossier de modalités", "documents/dossier.html", 1, build_dossier, may_read),
    Kind(
        "minutes",
        "Procès-verbal de délibération",
        "documents/minutes.html",
        1,
        build_minutes,
        may_read_jury_paper,
    ),
    Kind(
        "admissibility_decision",
        "Décision d’admissibilité",
        "documents/admissibility_decision.html",
        1,
        build_decision,
        may_read_jury_paper,
    ),
    Kind(
        "attestation",
        "Attestation d’admissibilité",
        "documents/attestation.html",
        1,
        build_attestation,
        may_read_jury_paper,
        public=True,
    ),
    Kind(
        "capacities_attestation",
        "Attestation de capacités acquises",
        "documents/capacities_attestation.html",
        1,
        build_capacities_attestation,
        may_read_jury_paper,
        public=True,
    ),
)
