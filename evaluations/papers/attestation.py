"""The two attestations: admissible, or the capacities acquired. Both are checked by anyone once published."""

from documents.kinds import PaperKind
from evaluations.papers.result import common_data, may_read_jury_paper, validated_blocks
from evaluations.papers.size import attestation_size, capacities_attestation_size
from evaluations.reads.closing import read_for_decision


def build_attestation(fact):
    return attestation_data(*read_for_decision(fact))


def build_capacities_attestation(fact):
    return capacities_attestation_data(*read_for_decision(fact))


def public_part(closed, data):
    """What the verification page may show, and nothing else."""
    return {
        "holder": data["holder"]["name"],
        "title": f"{data['certification']['kind']} {data['certification']['title']}",
        "decided_on": closed.jury.held_on.isoformat(),
        "centre": data["letterhead"]["issuer"],
    }


def public_line(line):
    """One capacity that is kept: a paper altered from six to seven of them is told from the true one."""
    return {
        "label": f"Capacité {line['number']}",
        "text": f"{line['title']}, conservée jusqu’au {line['until']}",
    }


def attestation_data(closed, decision):
    """Admissible: the candidate «a été déclaré(e) admissible au CQPM … par le jury paritaire du …»."""
    data = common_data(closed, decision)
    return data | {"size": attestation_size(data), "public": public_part(closed, data)}


def capacities_attestation_data(closed, decision):
    """Not admissible, with capacities to keep.

    «le président du jury de délibération l’informe, par écrit, des compétences professionnelles, et le cas échéant,
    des blocs de compétences qui ont été validés» (accord, art. 55.3)
    """
    data = common_data(closed, decision)
    held = [line for line in data["capacities"] if line["held"]]
    data |= {
        "share": share(len(held), len(data["capacities"])),
        "capacities": held,
        "blocks": validated_blocks(decision),
        "public": public_part(closed, data) | {"lines": [public_line(line) for line in held]},
    }
    return data | {"size": capacities_attestation_size(data)}


def share(held, total):
    """«d’une des 7 capacités professionnelles», «de 5 des 7 …»: what is acquired, over what the référentiel asks."""
    return f"{'d’une' if held == 1 else f'de {held}'} des {total} capacités professionnelles"


ATTESTATION = PaperKind(
    "attestation",
    "Attestation d’admissibilité",
    "documents/attestation.html",
    1,
    build_attestation,
    may_read_jury_paper,
    public=True,
)
CAPACITIES_ATTESTATION = PaperKind(
    "capacities_attestation",
    "Attestation de capacités acquises",
    "documents/capacities_attestation.html",
    1,
    build_capacities_attestation,
    may_read_jury_paper,
    public=True,
)
