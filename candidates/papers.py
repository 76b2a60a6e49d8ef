"""The paper of this floor, the dossier de modalités; and the words every paper uses for who issues it, for which
certificate, for whom.

A builder takes the key of the fact («dossier:<uuid>») and answers with plain values, typeset as they are printed;
nothing is read again when the PDF is drawn, or ten years later.
"""

from accounts.keys import key_of
from candidates.models import Dossier
from candidates.models.people import Sex
from candidates.rules import FRANCE
from cqpm.utils.french import NBSP, day, in_town, lower_first, siret, typeset, unbroken
from documents.actions import request_document
from documents.kinds import PaperKind
from documents.models import Document
from documents.rules import reissue_number
from referentiel.models import Kind as CertificateKind

CERTIFICATES = {
    CertificateKind.CQPM: "certificat de qualification paritaire de la métallurgie",
    CertificateKind.CCPM: "certificat de compétences professionnelles de la métallurgie",
    CertificateKind.CCPI: "certificat de compétences professionnelles interbranches",
}
REGISTER = "Certification enregistrée au répertoire national des certifications professionnelles"


# --- When it is asked for ---------------------------------------------------------------------------------------


def request_dossier_paper(dossier, *, by) -> Document:
    """The dossier or amendment as it has just been transmitted, «2026-0147», «2026-0147-A1».

    Returned by the centre de ressource then transmitted again, it is printed again: the new paper replaces the
    former one, which stays readable.
    """
    registration, fact = dossier.registration, key_of(dossier)
    former = Document.objects.filter(kind="dossier", fact=fact, replaced_by=None).first()
    first = f"{registration.number}-A{dossier.rank - 1}" if dossier.is_amendment else registration.number
    return request_document(
        kind="dossier",
        fact=fact,
        number=reissue_number(former.number) if former else first,
        label=paper_label(heading(dossier), registration.candidate),
        centre=registration.centre,
        replaces=former,
        by=by,
    )


def paper_label(title, candidate) -> str:
    """«Décision d’admissibilité, Inès LACOSTE»: how a paper is called in lists, and its file."""
    return f"{title}, {candidate}"[:200]


# --- The words of every paper -----------------------------------------------------------------------------------


def letterhead(centre, references, referentiel):
    """Who issues the paper; `references` are printed at the right, the référentiel is the rule under them."""
    return {
        "issuer": typeset(centre.name),
        "lines": [typeset(f"Centre d’examen, {centre.address}, {centre.postcode}{NBSP}{centre.city}")],
        "references": [unbroken(reference) for reference in references],
        "rule": list(referentiel.shape),
        "footer": typeset(f"{centre.name}, centre d’examen"),
    }


def certification_words(referentiel):
    """How a paper names the certificate; the RNCP is spoken of only when the version is registered there."""
    kind = referentiel.certification.kind
    reference = unbroken(referentiel.number or f"version {referentiel.version}")
    register = f". {REGISTER}, {referentiel.rncp}" if referentiel.rncp_active else ""
    return {
        "kind": kind,
        "name": CERTIFICATES[kind],
        "title": typeset(referentiel.title),
        "reference": reference,
        "rncp": referentiel.rncp or "",
        "mention": f"Référentiel {reference}{register}.",
        "fictitious": referentiel.fictitious,
    }


def holder(candidate):
    """How a paper names the candidate: civility, all first names, usage name; birth name and birth beside it."""
    born_as = f" {candidate.birth_name.upper()}" if candidate.usage_name else ""
    return {
        "name": typeset(f"{candidate.civility}{NBSP}{candidate.first_names} {candidate.last_name.upper()}"),
        "born": typeset(f"{candidate.born}{born_as} le {day(candidate.birth_date)} {birth_place(candidate)}"),
        "feminine": candidate.sex == Sex.FEMALE,
    }


def birth_place(candidate):
    """«à Dijon (21)», «au Mans (72)», «à Porto (Portugal)»."""
    code = candidate.birth_commune_code
    department = code[:3] if code.startswith("97") else code[:2]
    around = department if candidate.birth_country == FRANCE else candidate.birth_country
    return f"{in_town(candidate.birth_place)}{NBSP}({around})"


# --- What it prints ---------------------------------------------------------------------------------------------


def build_dossier(fact):
    """The data of the paper of «dossier:<uuid>»."""
    dossier = Dossier.objects.with_registration().get(pk=fact.pk)
    registration, referentiel = dossier.registration, dossier.registration.referentiel
    return {
        "letterhead": letterhead(
            registration.centre,
            [f"Inscription {registration.number}", transmission_date(dossier)],
            referentiel,
        ),
        "certification": certification_words(referentiel),
        "heading": heading(dossier),
        "amendment_reason": typeset(dossier.amendment_reason),
        "holder": holder(registration.candidate),
        "registration": f"{registration.number}, le {day(registration.registered_on)}",
        "route": registration.get_route_display(),
        "company": company_words(registration.company) if registration.has_company else "",
        "host_company": company_words(registration.host_company) if registration.host_company else "",
        "people": people(registration),
        "adaptation": typeset(registration.adaptation),
        "context": paragraphs(dossier.context),
        "no_company_reason": typeset(dossier.no_company_reason),
        "capacities": [capacity_line(line) for line in dossier.lines],
        "changes": [
            {"what": change.what, "before": typeset(change.before), "after": typeset(change.after)}
            for change in dossier.changes
        ],
        "approvals": approvals(dossier),
    }


def heading(dossier):
    """«Dossier de modalités d’évaluation», «Avenant n° 1 au dossier de modalités d’évaluation»."""
    if dossier.is_amendment:
        return f"Avenant n°{NBSP}{dossier.rank - 1} au dossier de modalités d’évaluation"
    return "Dossier de modalités d’évaluation"


def transmission_date(dossier):
    return f"transmis le {day(dossier.transmitted_at)}" if dossier.transmitted_at else ""


def company_words(company):
    """«Ateliers Vauzelle, 21500 Montbard, SIRET 700 000 016 00012»."""
    town = " ".join(filter(None, [company.postcode, company.city]))
    number = company.siret and f"SIRET{NBSP}{siret(company.siret)}"
    return typeset(", ".join(filter(None, [company.name, town, number])))


def people(registration):
    """Those around the candidate, as {role, name}, the unknown ones left out."""
    tutor = ", ".join(filter(None, [registration.tutor_name, lower_first(registration.tutor_function)]))
    body = registration.training_body
    known = [
        ("Tutorat", tutor),
        ("Responsable hiérarchique", registration.line_manager_name),
        ("Organisme de formation", body.name if body else ""),
    ]
    return [{"role": role, "name": typeset(name)} for role, name in known if name]


def paragraphs(text):
    return [typeset(line.strip()) for line in text.splitlines() if line.strip()]


def capacity_line(line):
    """One capacity: the methods chosen, each with its reason if it needs one, or until when it is kept."""
    return {
        "number": line.capacity.number,
        "title": typeset(line.capacity.title),
        "kept": f"conservée jusqu’au {day(line.kept.valid_until)} inclus" if line.kept else "",
        "methods": [
            {"name": choice.get_method_display(), "reason": typeset(choice.reason)} for choice in line.choices
        ],
    }


def approvals(dossier):
    """Who approved and transmitted, as {who, how}: a dossier is «approuvé», by a click or on paper, never «signé»."""
    registration = dossier.registration
    candidate = "Candidate" if registration.candidate.sex == Sex.FEMALE else "Candidat"
    resource = registration.referentiel.certification.resource_centre
    said = [
        ("Centre d’examen", approval(dossier.centre_approved_by, dossier.centre_approved_at)),
        (
            "Entreprise" if registration.has_company else candidate,
            approval(
                dossier.partner_approved_by, dossier.partner_approved_at, on_paper=dossier.partner_on_paper
            ),
        ),
        (
            "Centre de ressource",
            f"{resource}, {transmission_date(dossier)} par {dossier.transmitted_by}" if resource else "",
        ),
    ]
    return [{"who": who, "how": typeset(how)} for who, how in said if how]


def approval(name, at, *, on_paper=False):
    if not at:
        return ""
    return f"approuvé {'sur papier ' if on_paper else ''}par {name} le {day(at)}"


# --- The kind ---------------------------------------------------------------------------------------------------


def may_read_dossier(user, document):
    """Whoever sees the dossier: the staff of the centre, and the centre de ressource it was transmitted to."""
    return Dossier.objects.for_user(user).filter(pk=document.fact_key.pk).exists()


DOSSIER_PAPERS = (
    PaperKind(
        "dossier", "Dossier de modalités", "documents/dossier.html", 3, build_dossier, may_read_dossier
    ),
)
