"""What the pages of an act on many say: its outcome, row by row, and how far it is."""

from functools import cached_property

from django.urls import reverse

from cqpm.utils.french import NBSP, day, hour, long_day, lower_first
from evaluations.models import BulkAct, Commission, Jury
from evaluations.screens.bulk.base import OutcomeScreen, VerbWords
from evaluations.screens.bulk.dossier import ApprovalScreen, CopyScreen
from evaluations.screens.bulk.plan import PlanScreen
from evaluations.screens.bulk.write import WriteScreen

WORDS = {
    BulkAct.Verb.PLACE: VerbWords(
        heading="Placer en commission",
        button="Placer",
        done="placé",
        taken="Seront placés",
        aside="Ne seront pas placés",
        undo="Annuler les placements",
        limit="Annulable tant que personne n’est convoqué, entendu ou déplacé depuis.",
        next=f"Aucune convocation ne part{NBSP}: elles se préparent ensuite.",
        recap="evaluations/bulk_recap_place.html",
        has_hours=True,
    ),
    BulkAct.Verb.JURY: VerbWords(
        heading="Ajouter à un jury",
        button="Ajouter",
        done="ajouté",
        taken="Seront ajoutés",
        aside="Ne seront pas ajoutés",
        undo="Annuler les ajouts",
        limit="Annulable candidat par candidat, tant que le jury n’a pas décidé.",
        next="Personne n’est prévenu.",
        recap="evaluations/bulk_recap_jury.html",
    ),
    BulkAct.Verb.DOSSIER: VerbWords(
        heading="Copier un dossier de modalités",
        button="Copier pour",
        done="copié",
        taken="Recevront la copie",
        aside="Ne la recevront pas",
        undo="Annuler les copies",
        limit="Annulable tant que personne n’a modifié le dossier, ni donné ou demandé un accord.",
        next=f"Personne n’est prévenu{NBSP}: chaque dossier s’ajuste ensuite.",
        recap="evaluations/bulk_recap_dossier.html",
        counted="dossier",
    ),
    BulkAct.Verb.APPROVAL: VerbWords(
        heading="Demander les accords",
        button="Demander pour",
        done="présenté",
        taken="Seront présentés",
        aside="Ne seront pas présentés",
        undo="",
        limit=f"Non annulable{NBSP}: modifier un dossier retire ses accords et ferme son lien.",
        next=f"Les courriels partent aussitôt{NBSP}; non annulable.",
        recap="evaluations/bulk_recap_approval.html",
        counted="dossier",
    ),
    BulkAct.Verb.PLAN: VerbWords(
        heading="Prévoir une évaluation",
        button="Prévoir pour",
        done="prévue",
        taken="Seront évalués",
        aside="Ne seront pas évalués",
        undo="Annuler les évaluations prévues",
        limit="Annulable tant que personne n’est convoqué, et rien déplacé ni ouvert depuis.",
        next=f"Personne n’est prévenu{NBSP}: les convocations se préparent ensuite.",
        recap="evaluations/bulk_recap_plan.html",
        has_hours=True,
        counted="évaluation",
    ),
    BulkAct.Verb.WRITE: VerbWords(
        heading="Écrire",
        button="Écrire à",
        done="écrit",
        taken="Recevront une lettre",
        aside="Ne recevront rien",
        undo="",
        limit="Un courriel ne se reprend pas.",
        next="Un courriel ne se reprend pas.",
        recap="evaluations/bulk_recap_write.html",
    ),
}


class SittingScreen(OutcomeScreen):
    """Candidates were put before a commission or a jury."""

    sittings: type[Commission] | type[Jury]
    name: str
    article: str
    page: str
    next: tuple[str, str]  # the page of the next act, and what it is called

    @cached_property
    def sitting(self) -> Commission | Jury | None:
        return self.sittings._default_manager.filter(pk=self.act.parameters["sitting"]).first()

    @property
    def said(self) -> str:
        if self.sitting is None:
            return "La séance n’existe plus"
        when, at = long_day(self.sitting.held_on), hour(self.sitting.starts_at)
        return f"{self.name} du {when}, {at}, {self.sitting.place}"

    @property
    def place(self) -> tuple[str, str] | None:
        if self.sitting is None:
            return None
        words = f"{self.article} {lower_first(self.name)} du {day(self.sitting.held_on)}"
        return reverse(self.page, args=[self.sitting.pk]), words

    @property
    def following(self) -> tuple[str, str] | None:
        page, words = self.next
        return (reverse(page, args=[self.sitting.pk]), words) if self.sitting else None


class PlaceScreen(SittingScreen):
    sittings, name, article, page = Commission, "Commission", "La", "commission_detail"
    next = ("commission_summon", "Préparer les convocations")


class JuryScreen(SittingScreen):
    sittings, name, article, page = Jury, "Jury", "Le", "jury_detail"
    next = ("jury_detail", "Voir le jury")


SCREENS: dict[str, type[OutcomeScreen]] = {
    BulkAct.Verb.PLACE: PlaceScreen,
    BulkAct.Verb.JURY: JuryScreen,
    BulkAct.Verb.DOSSIER: CopyScreen,
    BulkAct.Verb.APPROVAL: ApprovalScreen,
    BulkAct.Verb.PLAN: PlanScreen,
    BulkAct.Verb.WRITE: WriteScreen,
}


def screen_of(act: BulkAct) -> OutcomeScreen:
    """What the pages of a started act say."""
    return SCREENS[act.verb](act, WORDS[BulkAct.Verb(act.verb)])
