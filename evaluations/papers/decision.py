"""The admissibility decision: the verdict, its grounds, how each capacity was evaluated.

`…_data` takes the sitting as it was read at its closing or publication (`reads.closing`) and answers with everything the
template shows, in the words the paper uses; nothing is read again when the PDF is drawn, or ten years later.
"""

from cqpm.utils.french import NBSP, day, enumeration, typeset
from documents.kinds import PaperKind
from evaluations.papers.minutes import kept_by_date
from evaluations.papers.result import common_data, may_read_jury_paper, validated_blocks
from evaluations.papers.size import decision_size
from evaluations.reads.closing import read_for_decision
from evaluations.rules import Verdict
from referentiel.models import Method


def build_decision(fact):
    return decision_data(*read_for_decision(fact))


def decision_data(closed, decision):
    """The decision as the candidate receives it, admissible or not, with how each capacity was evaluated."""
    jury, journey = closed.jury, closed.journeys[decision.entry.registration_id]
    data = common_data(closed, decision)
    evaluated = {row.number: row for row in journey.capacities}
    for line in data["capacities"]:
        line["methods"] = methods_of(evaluated[line["number"]])
    data["letterhead"]["references"].append(data["minutes"])
    data |= {
        "addressee": [
            typeset(line) for line in decision.entry.registration.candidate.addressee(jury.held_on)
        ],
        "verdict": decision.get_verdict_display(),
        "admissible": decision.verdict == Verdict.ADMISSIBLE,
        "place": typeset(jury.place),
        "commissions": commissions_of(journey),
        "grounds": grounds([line["number"] for line in data["capacities"] if not line["held"]]),
        "kept": [*block_sentences(decision), *kept_by_date(decision)],
        "contact": contact(jury.centre),
    }
    return data | {"size": decision_size(data)}


def methods_of(row):
    """«Situation réelle, projets ou activités»; a kept capacity was not evaluated this time."""
    chosen = {choice.method for choice in row.choices if not row.kept}
    return ", ".join(method.short for method in Method if method in chosen).capitalize()


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


DECISION = PaperKind(
    "admissibility_decision",
    "Décision d’admissibilité",
    "documents/admissibility_decision.html",
    2,
    build_decision,
    may_read_jury_paper,
)
