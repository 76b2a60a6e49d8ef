"""What this app tells the engines below: its answers about a journey, its settings, its links and mails."""

from datetime import timedelta

from django.db.models import Exists, OuterRef

from accounts import links, mailing, preferences, reminders
from accounts.backends import FACTS
from accounts.links import Purpose
from accounts.preferences import Preference
from candidates import journey as questions
from documents import kinds
from evaluations import contacts, deliberation, journey, papers, rules, sitting, space
from evaluations.actions import opinions
from evaluations.models.juries import presidencies
from evaluations.reminders import OPINION_REMINDER

FACTS["presides"] = Exists(presidencies(OuterRef("pk")))
questions.register(stage=journey.stage_of, kept=journey.kept_of)

kinds.register(*papers.KINDS)

OPINION = "Avis de l’entreprise"
preferences.register(
    Preference(
        opinions.DUE_DAYS,
        21,
        "Délai laissé à l’entreprise pour donner son avis, en jours",
        source="",
        minimum=1,
        section=OPINION,
    ),
    Preference(
        opinions.GRACE_DAYS,
        30,
        "Durée pendant laquelle un avis en retard est encore reçu, en jours",
        source="",
        section=OPINION,
    ),
)
links.register(
    Purpose(
        opinions.OPINION,
        view="opinion",
        mail="opinion_requested",
        label="Avis de l’entreprise",
        renewed_for=timedelta(days=30),
    )
)
reminders.register(OPINION_REMINDER, section=OPINION)
mailing.register(
    evaluation_planned="Évaluation à mener",
    evaluation_reopened="Grille rouverte",
    opinion_requested="Demande d’avis",
    opinion_reminder="Relance pour un avis",
    opinion_receipt="Copie de l’avis remis",
    report_received="Rapport bien reçu",
    contact_request="Demande d’une entreprise",
    contact_request_receipt="Demande d’une entreprise bien reçue",
    contact_request_settled="Réponse à une entreprise",
)

preferences.register(
    Preference(
        sitting.MINIMUM_MEMBERS,
        rules.MINIMUM_COMMISSION,
        "Membres présents au moins à une commission d’évaluation",
        minimum=rules.MINIMUM_COMMISSION,
        section="Commission d’évaluation",
    )
)
mailing.register(
    commission_member="Convocation d’un membre de commission",
    commission_candidate="Convocation d’un candidat à la commission",
)

JURY, AGREEMENT = "Jury paritaire", "Accord du 8 novembre 2019"
preferences.register(
    Preference(
        deliberation.QUORUM,
        rules.QUORUM,
        "Membres présents au moins dans chaque collège pour délibérer",
        minimum=1,
        section=JURY,
    ),
    Preference(
        deliberation.UNION_NOTICE,
        rules.UNION_NOTICE,
        "Jours entre la demande aux organisations syndicales et le jury",
        source=f"{AGREEMENT}, art. 54.3",
        minimum=rules.UNION_NOTICE,
        section=JURY,
    ),
    Preference(
        deliberation.MEMBER_NOTICE,
        rules.MEMBER_NOTICE,
        "Jours entre la convocation des membres et le jury",
        source=f"{AGREEMENT}, art. 54.3 et 55.2",
        minimum=rules.MEMBER_NOTICE,
        section=JURY,
    ),
)
preferences.register(
    Preference(
        space.APPEAL_DAYS,
        60,
        "Délai pour contester un résultat, en jours après sa publication",
        scope="national",
        minimum=1,
        section=JURY,
    )
)
mailing.register(jury_member="Convocation d’un membre du jury", result="Résultat du jury")
mailing.register_contacts(
    commission=contacts.of_commission,
    decision=contacts.of_decision,
    evaluation=contacts.of_evaluation,
    jury=contacts.of_jury,
    opinion=contacts.of_opinion,
    report=contacts.of_report,
    sheet=contacts.of_sheet,
)
