"""Who is habilité: one soon over, one over, one evaluator of whom nothing is recorded."""

from django.core.files.base import ContentFile

from candidates import actions as candidates
from cqpm.demo.scenes import FICTITIOUS, SEED
from cqpm.utils.uploads import Type

# A sheet of paper with nothing on it, as short as the format allows.
BLANK_SHEET = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)

# (centre, evaluator or None, fictitious référentiel, first day, last day, reference), days counted from today.
# Amina Benali evaluates without any: her evaluations say so.
HELD = [
    ("brenne", None, SEED, -700, 395, "Décision n° 2024-118 de la branche"),
    ("brenne", "evaluateur", SEED, -700, 46, "Décision n° 2024-119 de la branche"),
    ("brenne", "n.brossard", SEED, -300, None, "Attestation de formation d’évaluatrice"),
    ("serein", None, SEED, -760, -12, "Décision n° 2024-087 de la branche"),
    ("serein", "evaluateur", SEED, -700, 400, "Décision n° 2024-088 de la branche"),
    ("langres", None, SEED, -500, None, "Décision n° 2025-031 de la branche"),
    ("langres", "evaluateur.langres", SEED, -500, None, "Décision n° 2025-032 de la branche"),
    ("langres", "evaluateur.langres", FICTITIOUS, 30, None, "Décision n° 2026-140 de la branche"),
]
HEADS = {"brenne": "responsable", "serein": "responsable.serein", "langres": "centre.langres"}


def held_habilitations(story):
    """Recorded by each responsable the day they were received."""
    with story.clock.on(-110, 9):
        for centre, evaluator, fictitious, first, last, reference in HELD:
            candidates.record_habilitation(
                centre=story.centres[centre],
                certification=story.versions[fictitious].certification,
                evaluator=story.users[evaluator] if evaluator else None,
                starts_on=story.clock(first),
                ends_on=story.clock(last) if last is not None else None,
                reference=reference,
                document=sheet_named(f"{reference}.pdf"),
                by=story.users[HEADS[centre]],
            )


def sheet_named(name):
    """A scanned paper, its type looked at."""
    file = ContentFile(BLANK_SHEET, name=name)
    file.sniffed = Type.PDF
    return file
