"""The centre's texts, and one sent to the tutors of its class: mails, and a letter for whoever has none."""

from candidates.models import Registration
from evaluations.actions import bulk
from evaluations.actions.letter import keep_letter_template
from evaluations.models import BulkAct
from evaluations.reads.bulk import recap_of
from evaluations.rules.letter import Correspondent

TEXTS = (
    (
        "Bienvenue aux tuteurs",
        Correspondent.TUTOR,
        "Votre rôle de tuteur, promotion {promotion}",
        "Merci d’accompagner {prénom} {nom} (inscription n° {numéro}), qui prépare chez {entreprise} le CQPM "
        "« {titre} ».\n\nPendant sa préparation, confiez-lui des travaux qui montrent les capacités du référentiel, et "
        "gardez-en la trace : gammes, plans, fiches de contrôle. Un évaluateur viendra l’observer à son poste ; "
        "l’entreprise donnera ensuite son avis, capacité par capacité.\n\nUne question ? {centre} vous répond au "
        "{téléphone du centre}.",
    ),
    (
        "Dossier de modalités attendu",
        Correspondent.COMPANY,
        "Dossier de modalités à compléter avant le {échéance du dossier}",
        "Le dossier de modalités d’évaluation de {prénom} {nom} (inscription n° {numéro}) est attendu pour le "
        "{échéance du dossier}. Il dit, capacité par capacité, où et comment votre collaborateur sera évalué.\n\n"
        "Nous le remplissons avec vous : une demi-heure au téléphone suffit, au {téléphone du centre}.",
    ),
    (
        "Réunion d’information",
        Correspondent.CANDIDATE,
        "Réunion d’information sur votre CQPM",
        "{civilité} {nom}, {centre} vous invite à une réunion d’information sur le CQPM « {titre} » : ce que "
        "sont les évaluations, l’entretien avec la commission, la décision du jury.\n\nElle a lieu au centre, "
        "mardi à 17 h 30, et dure une heure. Apportez vos questions.",
    ),
)
SENT = 0  # which of them left for the class


def letters(story):
    """Three texts; the first went to the tutors of «Usinage 2026» the day before yesterday."""
    with story.clock.on(-2, 14):
        kept = [
            keep_letter_template(
                centre=story.centres["brenne"], name=name, audience=audience, subject=subject, body=body,
                by=story.officer,
            )
            for name, audience, subject, body in TEXTS
        ]  # fmt: skip
        text = kept[SENT]
        cohort = story.centres["brenne"].cohorts.get(name__startswith="Usinage 2026")
        act = bulk.prepare_bulk(
            centre=story.centres["brenne"],
            verb=BulkAct.Verb.WRITE,
            registrations=Registration.objects.filter(cohort=cohort),
            filters=f"promotion={cohort.pk}",
            by=story.officer,
        )
        act = bulk.settle_bulk(
            act=act,
            parameters={"audience": text.audience, "subject": text.subject, "body": text.body},
        )
        bulk.start_bulk(act=act, seen=recap_of(act).fingerprint, by=story.officer)
