"""Kinds of paper of the tests' own: a public one of one page, a private one of several, one that cannot be drawn.

Imports no model: conftest.py needs it before Django is set up.
"""

from documents.kinds import PaperKind

CAPACITIES = [
    "Préparer la mise en œuvre du contrat de phase",
    "Positionner les phases de contrôle des cotes fonctionnelles dans le contrat de phase et le programme",
    "Mettre en place le brut",
    "Élaborer un programme pièce au juste nécessaire",
    "Contrôler les faces usinées",
    "Partager des informations avec différents interlocuteurs",
    "Entretenir les moyens d’usinage (outils, machines-outils)",
]
LETTERHEAD = {
    "issuer": "UIMM territoriale Val-de-Brenne",
    "lines": ["Centre d’examen, 4 rue de la Forge, 21500 Montbard"],
    "references": ["n° 2026-0007-012"],
    "rule": [6, 4, 4, 3, 3, 4, 6],
    "footer": "UIMM territoriale Val-de-Brenne, centre d’examen",
}


def is_staff_of_centre(user, document):
    return user.hat is not None and user.hat.is_staff and user.hat.centre_id == document.centre_id


def is_juror_or_staff(user, document):
    return user.email == "jury@exemple.fr" or is_staff_of_centre(user, document)


def build_certificate(fact):
    """What a decision's certificate prints; the fact «decision:ines» is that of Inès."""
    return {
        "letterhead": LETTERHEAD,
        "said": "Le jury paritaire, réuni à Montbard le lundi 1er décembre 2025, a déclaré admissible",
        "public": {
            "holder": "Inès LACOSTE, née BERTHIER",
            "title": "Technicien(ne) d’usinage sur machines outils à commande numérique",
            "decided_on": "2025-12-01",
            "centre": "UIMM territoriale Val-de-Brenne",
        },
        "capacities": CAPACITIES,
        "fact": str(fact),
    }


def build_register(fact):
    rows = [{"number": f"2026-{rank:04}", "name": "Łukasz DVOŘÁK", "count": rank} for rank in range(1, 41)]
    return {"letterhead": LETTERHEAD | {"rule": [5] * 9}, "subtitle": "Toutes les décisions", "rows": rows}


CERTIFICATE = PaperKind(
    key="test_certificate",
    title="Attestation d’essai",
    template="documents_tests/certificate.html",
    template_version=2,
    build=build_certificate,
    may_read=is_juror_or_staff,
    public=True,
)
REGISTER = PaperKind(
    key="test_register",
    title="Registre d’essai",
    template="documents_tests/register.html",
    template_version=1,
    build=build_register,
    may_read=is_staff_of_centre,
)
BROKEN = PaperKind(
    key="test_broken",
    title="Papier manqué",
    template="documents_tests/broken.html",
    template_version=1,
    build=build_register,
    may_read=is_staff_of_centre,
)
