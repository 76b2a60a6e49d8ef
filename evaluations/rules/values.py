"""The words of the rules: stored value in English, label in French. Models take their choices from here."""

from django.db.models import TextChoices


class CriterionValue(TextChoices):
    """«A criterion has one result: met, not met, not observed»; nobody is marked out of 20. [P] choix."""

    MET = "met", "Acquis"
    NOT_MET = "not_met", "Non acquis"
    NOT_OBSERVED = "not_observed", "Non observé"


class MergedValue(TextChoices):
    """What all the evaluations of a capacity say together of one criterion; never stored."""

    MET = "met", "Acquis"
    NOT_MET = "not_met", "Non acquis"
    NOT_OBSERVED = "not_observed", "Non observé"
    TO_SETTLE = "to_settle", "À départager"
    NOT_SCORED = "not_scored", "Non évalué"


class OpinionValue(TextChoices):
    """What the company says of a capacity, on what the candidate did at work."""

    FAVORABLE = "favorable", "Favorable"
    RESERVED = "reserved", "Réservé"
    UNFAVORABLE = "unfavorable", "Défavorable"
    NOT_OBSERVED = "not_observed", "Non observé"


class RemarkValue(TextChoices):
    """What the interview showed of a capacity: «shown, never computed with». [P] choix."""

    CONFIRMS = "confirms", "Confirme"
    DOES_NOT_CONFIRM = "does_not_confirm", "Ne confirme pas"
    NOT_DISCUSSED = "not_discussed", "Non abordé"


class Proposal(TextChoices):
    """What the rule proposes to the commission for a capacity."""

    ACQUIRED = "acquired", "Acquise"
    NOT_ACQUIRED = "not_acquired", "Non acquise"
    NONE = "none", "Sans proposition"


class Outcome(TextChoices):
    """What the commission decides of a capacity."""

    ACQUIRED = "acquired", "Acquise"
    NOT_ACQUIRED = "not_acquired", "Non acquise"


class Verdict(TextChoices):
    """What the jury decides of a candidate."""

    ADMISSIBLE = "admissible", "Admissible"
    NOT_ADMISSIBLE = "not_admissible", "Non admissible"
    ADJOURNED = "adjourned", "Ajournée"


class JuryAct(TextChoices):
    """The three acts a jury has for a candidate."""

    PRONOUNCE = "pronounce", "Prononcer"
    ADJOURN = "adjourn", "Ajourner"
    SEND_BACK = "send_back", "Renvoyer"


class College(TextChoices):
    """The two sides of a jury paritaire."""

    EMPLOYER = "employer", "Employeurs"
    EMPLOYEE = "employee", "Salariés"
