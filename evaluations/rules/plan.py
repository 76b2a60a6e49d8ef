"""Why a candidate of a selection gets no evaluation of a plan made for many; what is to be looked at in it."""

from evaluations.rules.reason import Sentence


class NotPlanned(Sentence):
    """Why no evaluation is planned for a candidate: «refused because…»."""

    UNFORESEEN = "Son dossier de modalités ne prévoit pas cette évaluation."
    COVERED = "Toutes les capacités de cette évaluation en ont déjà une."
    BEFORE = "S’est inscrit le {on} : rien ne s’évalue avant."
    NO_COMPANY = "Sans entreprise : prévoyez-le à part, dans un autre lieu."
    NOT_ENTITLED = "{lack}"
    NOT_FREE = "{who} n’est pas libre de {hours} : {what}."
    OWN_VISIT = "{who} serait au même moment dans deux lieux : changez l’heure."


class PlanRemark(Sentence):
    """What is to be looked at before an evaluation is planned; it blocks nothing."""

    HABILITATION = "{lack}"
    NO_DOSSIER_YET = "Dossier pas encore transmis : l’évaluation ne s’ouvrira qu’ensuite."
