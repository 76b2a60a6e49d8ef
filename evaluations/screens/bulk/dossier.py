"""What came of the two acts on many dossiers: copies to adjust, requests sent or to print."""

from functools import cached_property

from django.urls import reverse

from candidates.models import Dossier
from cqpm.utils.french import NBSP, plural
from evaluations.models import BulkAct
from evaluations.reads.bulk.approval import links_of, unmailed_links
from evaluations.reads.dossier import capacities_said, last_dossiers
from evaluations.screens.bulk.base import OutcomeScreen


class DossierScreen(OutcomeScreen):
    """Each row leads to the candidate's dossier."""

    row_page = "dossier_edit"

    @property
    def rows(self):
        """With what a dossier is read from."""
        around = ("company", "centre", "referentiel__certification")
        return super().rows.select_related(*(f"registration__{name}" for name in around))


class CopyScreen(DossierScreen):
    """Dossiers were copied from a model: what each still lacks, as it stands now."""

    goes_on = (BulkAct.Verb.APPROVAL, "Demander les accords")

    @cached_property
    def model(self):
        found = Dossier.objects.filter(pk=self.act.parameters["model"])
        return found.select_related("registration__candidate").first()

    @property
    def said(self):
        if self.model is None:
            return "Le modèle n’existe plus"
        registration = self.model.registration
        return f"Modèle{NBSP}: dossier de {registration.candidate.sorted_name}, {registration.number}"

    @property
    def place(self):
        return (
            (reverse("dossier_edit", args=[self.model.registration_id]), "Le modèle") if self.model else None
        )

    def details(self, rows):
        """«C1 et C2 copiées. Contexte : à décrire.»"""
        dossiers = last_dossiers([row.registration for row in rows])
        return {row.pk: copy_detail(row, dossiers.get(row.registration_id)) for row in rows}


def copy_detail(row, dossier):
    """What was copied for one candidate, then what the dossier lacks now."""
    numbers = row.parameters["capacities"]
    named = capacities_said(numbers)
    told = [f"{named} {'copiée' if len(numbers) == 1 else 'copiées'}."]
    if dossier and dossier.is_open:
        told += dossier.missing_to_approve() or ["Dossier complet."]
        if row.parameters["elsewhere"] and dossier.version == row.parameters["version"] + 1:
            told.append("Pas l’entreprise du modèle : à relire.")
    return " ".join(told)


class ApprovalScreen(DossierScreen):
    """Requests went by mail, or are to print and hand over."""

    @cached_property
    def links(self):
        return links_of(self.act)

    @cached_property
    def papers(self):
        return unmailed_links(self.act, self.links)

    @property
    def said(self):
        mailed = sum(bool(link.email) for link in self.links.values()) - len(self.held)
        told = [plural(mailed, "demande envoyée", "demandes envoyées")] if mailed else []
        told += [f"{len(self.papers)}{NBSP}à imprimer et à remettre"] if self.papers else []
        return ", ".join(told) or "Aucune demande n’attend d’être remise"

    @property
    def held(self):
        """Those of the links whose address nothing reaches: their request is printed."""
        return {key for key in self.papers if self.links[key].email}

    @property
    def following(self):
        if not self.papers:
            return None
        count = len(self.papers)
        words = f"Imprimer les {count}{NBSP}demandes" if count > 1 else "Imprimer la demande"
        return reverse("bulk_papers", args=[self.act.pk]), words

    def details(self, rows):
        return {row.pk: self.how(row) for row in rows}

    def how(self, row):
        """How the request of one candidate went."""
        centre = "Approuvé pour le centre. " if row.parameters["centre"] else ""
        link = self.links.get(row.made)
        if link is None:
            return f"{centre}Aucune demande à faire."
        if link.closed_at:
            return f"{centre}Approuvé par {link.holder}."
        if not link.is_open:
            return f"{centre}Demande à {link.holder}, close depuis."
        if row.made in self.papers:
            return f"{centre}À imprimer pour {link.holder}" + (
                f" ({link.email} ne répond plus)." if link.email else "."
            )
        return f"{centre}Demandé à {link.holder}, {link.email}."
