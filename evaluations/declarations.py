"""What this app tells the engines below: its answers about a journey, its settings, its links and mails."""

from datetime import timedelta

from django.db.models import Exists, OuterRef

from accounts import links, mailing, preferences, reminders
from accounts.backends import FACTS
from accounts.links import Purpose
from accounts.preferences import Preference
from candidates import journey as questions
from cqpm.utils.clocks import APPEAL, MEMBERS_CONVENED, OPINION_DUE, OPINION_RECEIVED, UNIONS_ASKED
from documents import kinds
from evaluations import rules
from evaluations.actions import opinion, summons
from evaluations.models.jury import presidencies
from evaluations.papers.calendar import calendar_attachment
from evaluations.papers.jury import JURY_PAPERS
from evaluations.papers.letter import LETTERS_KIND
from evaluations.papers.synthesis import SYNTHESIS
from evaluations.reads import commission, contact, decision, journey, jury
from evaluations.reminders import OPINION_REMINDER

FACTS["presides"] = Exists(presidencies(OuterRef("pk")))
questions.register(stage=journey.stage_of, kept=journey.kept_of, held=decision.held_of)

kinds.register(*JURY_PAPERS, LETTERS_KIND, SYNTHESIS)

OPINION_SECTION = "Avis de l’entreprise"
preferences.register(
    Preference(
        OPINION_DUE.setting,
        OPINION_DUE.length,
        "Délai laissé à l’entreprise pour donner son avis, en jours",
        source="",
        minimum=1,
        section=OPINION_SECTION,
    ),
    Preference(
        OPINION_RECEIVED.setting,
        OPINION_RECEIVED.length,
        "Durée pendant laquelle un avis en retard est encore reçu, en jours",
        source="",
        section=OPINION_SECTION,
    ),
)
links.register(
    Purpose(
        opinion.OPINION,
        view="opinion",
        mail="opinion_requested",
        label="Avis de l’entreprise",
        renewed_for=timedelta(days=30),
    )
)
links.register(
    Purpose(
        summons.ASSIGNMENT,
        view="assignment",
        mail="evaluation_planned",
        label="Réponse à une convocation",
        renewed_for=timedelta(days=7),
    )
)
reminders.register(OPINION_REMINDER, section=OPINION_SECTION)
mailing.register(
    evaluation_planned="Évaluation à mener",
    evaluation_candidate="Convocation d’un candidat à une évaluation",
    evaluation_tutor="Évaluation annoncée au tuteur",
    summons_cancelled="Convocation annulée",
    assignment_declined="Convocation déclinée",
    evaluation_reopened="Grille rouverte",
    opinion_requested="Demande d’avis",
    opinion_reminder="Relance pour un avis",
    opinion_receipt="Copie de l’avis remis",
    report_received="Rapport bien reçu",
    contact_request="Demande d’une entreprise",
    contact_request_receipt="Demande d’une entreprise bien reçue",
    contact_request_settled="Réponse à une entreprise",
    letter="Courrier du centre",
)

preferences.register(
    Preference(
        commission.MINIMUM_MEMBERS,
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

JURY = "Jury paritaire"
preferences.register(
    Preference(
        jury.QUORUM_KEY,
        rules.QUORUM,
        "Membres présents au moins dans chaque collège pour délibérer",
        minimum=1,
        section=JURY,
    ),
    Preference(
        UNIONS_ASKED.setting,
        UNIONS_ASKED.length,
        "Jours entre la demande aux organisations syndicales et le jury",
        source=UNIONS_ASKED.source,
        minimum=UNIONS_ASKED.length,
        section=JURY,
    ),
    Preference(
        MEMBERS_CONVENED.setting,
        MEMBERS_CONVENED.length,
        "Jours entre la convocation des membres et le jury",
        source=MEMBERS_CONVENED.source,
        minimum=MEMBERS_CONVENED.length,
        section=JURY,
    ),
)
preferences.register(
    Preference(
        APPEAL.setting,
        APPEAL.length,
        "Délai pour contester un résultat, en jours après sa publication",
        scope="national",
        minimum=1,
        section=JURY,
    )
)
mailing.register(jury_member="Convocation d’un membre du jury", result="Résultat du jury")
mailing.register_attachments(calendar_attachment)
mailing.register_contacts(
    bulkact=contact.of_bulk_act,
    commission=contact.of_commission,
    decision=contact.of_decision,
    evaluation=contact.of_evaluation,
    jury=contact.of_jury,
    opinion=contact.of_opinion,
    report=contact.of_report,
    sheet=contact.of_sheet,
    summons=contact.of_summons,
)
