"""What a company's contact reads of a candidate: what is asked of it, what it gave, what it asked the centre for.

Nothing else passes here: neither birth nor address, nor what evaluators, the commission or a jury found («Result to
the company: off by default [?]»).
"""

from dataclasses import dataclass

from accounts import links
from candidates.models import ContactRequest, Registration
from cqpm.utils.french import day, enumeration, local_date
from evaluations.models import CompanyOpinion
from evaluations.reads.company_space import (
    approval_asked_of,
    is_held_at,
    opinion_asked_of,
)
from evaluations.screens.space import Task


@dataclass(frozen=True)
class Followed:
    """One candidate as one of the company's contacts follows it."""

    registration: Registration
    address: str

    @property
    def roles(self):
        """«tuteur et responsable hiérarchique»."""
        return enumeration(role for role, _ in self.registration.contacts_at(self.address))

    @property
    def denial(self):
        """The reader's own «Je ne connais pas ce candidat», which the centre has not answered; None otherwise."""
        own = (row for row in self.pending if row.made_by_email == self.address)
        return next((row for row in own if row.is_denial), None)

    @property
    def pending(self):
        """What was asked of the centre for this candidate and awaits its answer."""
        return [row for row in self.registration.contact_requests.all() if row.is_pending]

    @property
    def may_act(self):
        return self.registration.is_running and self.denial is None

    @property
    def opinion(self):
        return opinion_asked_of(self.registration, self.address) if self.may_act else None

    @property
    def approval(self):
        return approval_asked_of(self.registration, self.address) if self.may_act else None

    @property
    def tasks(self):
        """What the reader is asked for now, each with its own page."""
        found = []
        if dossier := self.approval:
            until = day(dossier.partner_link.expires_at)
            words = f"Relisez comment chaque capacité sera évaluée, puis approuvez avant le {until}."
            found.append(
                Task(f"Approuvez le {str(dossier).lower()}", words, links.path(dossier.partner_link), "Lire")
            )
        if opinion := self.opinion:
            due = day(opinion.due_on)
            words = (
                f"Il était attendu le {due} : vous pouvez encore répondre."
                if opinion.is_overdue
                else f"Capacité par capacité, ce que vous avez vu au travail. Attendu avant le {due}."
            )
            found.append(
                Task(
                    "Donnez l’avis de l’entreprise",
                    words,
                    links.path(opinion.link),
                    "Donner l’avis",
                    late=opinion.is_overdue,
                )
            )
        return found

    @property
    def said(self):
        """What was given, or is awaited from somebody else, and what the centre answered: French sentences."""
        return [
            *(line for row in self.registration.dossiers.all() if (line := self._of_dossier(row))),
            *(line for row in self.registration.opinions.all() if (line := self._of_opinion(row))),
            *(line for row in self.registration.contact_requests.all() if (line := self._of_request(row))),
        ]

    def _of_dossier(self, dossier):
        if dossier.partner_approved_at:
            on = day(local_date(dossier.partner_approved_at))
            return f"{dossier} approuvé le {on} par {dossier.partner_approved_by}."
        link = dossier.partner_link
        if dossier.is_open and link and link.is_open and not is_held_at(link, self.address):
            return f"{dossier} : approbation demandée à {link.holder}."
        return ""

    def _of_opinion(self, opinion):
        if opinion.state == CompanyOpinion.State.SUBMITTED:
            return f"Avis de l’entreprise remis le {day(local_date(opinion.submitted_at))} par {opinion.submitted_by}."
        if opinion.state == CompanyOpinion.State.ABSENT:
            return "Sans réponse de l’entreprise, le centre a consigné l’absence d’avis."
        if opinion.state not in CompanyOpinion.State.AWAITED or is_held_at(opinion.link, self.address):
            return ""
        who = "vous" if opinion.respondent_email == self.address else opinion.respondent_name
        words = f"Avis demandé à {who}, attendu le {day(opinion.due_on)}."
        over = "" if opinion.link.is_open else " Le lien n’est plus valable : demandez-en un autre au centre."
        return words + over

    def _of_request(self, request):
        if request.made_by_email != self.address or not request.answer:
            return ""
        on = day(local_date(request.settled_at))
        what = "" if request.is_denial else f", qui refuse de {request.words}"
        refused = request.state == ContactRequest.State.REFUSED
        return f"Réponse du centre le {on}{what if refused else ''} : {request.answer}"
