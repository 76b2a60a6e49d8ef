"""What keeps a planned evaluation from being opened."""

from collections.abc import Mapping

from accounts import preferences
from candidates.journey import kept_capacities
from candidates.models import Dossier, DossierChoice, Registration
from cqpm.utils.french import day, enumeration, today
from evaluations.models import Commission, Evaluation


def missing_to_open(evaluation: Evaluation, numbers: Mapping[int, int] | None = None) -> list[str]:
    """What a planned evaluation still lacks; French sentences, empty when it may open.

    `numbers`: {key of a capacity it covers: its number}, where they are read already.

    «Evaluations … its method is one the dossier in force chose for them; it opens once the dossier is transmitted (or
    accepted, where the setting wants it). A kept capacity is not evaluated again.»
    """
    missing = []
    if evaluation.registration.state != Registration.State.REGISTERED:
        missing.append("L’inscription n’est plus en cours.")
    if numbers is None:
        coverage = evaluation.coverage.select_related("capacity")
        numbers = {row.capacity_id: row.capacity.number for row in coverage}
    missing += _missing_in_dossier(evaluation, numbers)
    kept = kept_capacities(evaluation.registration)
    if again := [f"C{number}" for number in numbers.values() if number in kept]:
        missing.append(f"Déjà conservé, à ne pas évaluer à nouveau : {enumeration(again)}.")
    if evaluation.held_on > today():
        missing.append(
            f"Elle s’ouvre le jour prévu, le {day(evaluation.held_on)} : modifiez la date si elle a changé."
        )
    if evaluation.commission and evaluation.commission.state == Commission.State.CLOSED:
        missing.append("La commission est close.")
    return missing + (_missing_for_presentation(evaluation) if evaluation.is_project else [])


def _missing_in_dossier(evaluation: Evaluation, numbers: Mapping[int, int]) -> list[str]:
    registration = evaluation.registration
    dossier = registration.dossiers.in_force().first()
    if dossier is None:
        return ["Dossier de modalités : à transmettre au centre de ressource."]
    if dossier.state != Dossier.State.ACCEPTED and preferences.value(
        "dossier.acceptance_awaited", registration.centre
    ):
        return ["Dossier de modalités : l’accord du centre de ressource est attendu."]
    chosen = set(
        DossierChoice.objects.filter(dossier=dossier, method=evaluation.method).values_list(
            "capacity", flat=True
        )
    )
    if unforeseen := [f"C{number}" for pk, number in numbers.items() if pk not in chosen]:
        return [f"Modalité que le dossier en vigueur ne prévoit pas : {enumeration(unforeseen)}."]
    return []


def _missing_for_presentation(evaluation: Evaluation) -> list[str]:
    missing = []
    if evaluation.commission_id is None:
        missing.append("Commission devant laquelle le candidat présente son rapport : à choisir.")
    if evaluation.report_received_on is None:
        missing.append("Rapport : date de réception à consigner.")
    elif evaluation.late_report_awaits_decision:
        missing.append("Rapport reçu en retard : le responsable du centre doit l’admettre.")
    return missing
