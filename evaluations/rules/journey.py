"""Where a registration stands."""

from candidates.rules import Stage


def stage(
    *,
    registration: bool,
    dossier: bool,
    evaluations: bool,
    opinion: bool,
    interview: bool,
    validation: bool,
    deliberation: bool,
    result: bool,
) -> Stage:
    """The current stage, from what is finished; a registration with everything finished stays at its result.

    «`stage` (étape) = the first unfinished of inscription, dossier, évaluations, avis, entretien, validation,
    délibération, résultat». [P] choix.
    """
    finished = (registration, dossier, evaluations, opinion, interview, validation, deliberation, result)
    return next((step for step, done in zip(Stage, finished, strict=True) if not done), Stage.RESULT)
