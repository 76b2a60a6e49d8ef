"""The dossiers of many candidates put to their approvals: by mail, on paper, or left aside and why."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from accounts import mailing
from accounts.addresses import faulty_among
from accounts.models import AccessLink, OutboxMessage
from candidates.actions.dossiers.approval import APPROVAL, approval_expires_at, approval_words
from candidates.models import Dossier, Registration
from candidates.models.partners import Partner
from cqpm.utils.french import NBSP, local_date, plural
from evaluations.models import BulkAct, BulkRow
from evaluations.reads.bulk.base import BulkRecap, Line, not_of
from evaluations.reads.dossier import last_dossiers
from evaluations.rules import Reason
from evaluations.rules.dossier import NotAsked, RequestRemark


@dataclass(frozen=True)
class Steps:
    """What a dossier still awaits of this act: the centre's approval, the request to the other party."""

    centre: bool
    request: bool


def steps_of(dossier: Dossier, *, centre: bool) -> Steps:
    """`centre`: the act approves for the centre too. A request whose answer is awaited is not made twice."""
    link = dossier.partner_link
    asked = dossier.partner_approved_at or (link is not None and link.is_open)
    return Steps(centre=centre and not dossier.centre_approved_at, request=not asked)


def why_not_asked(
    centre: int, registration: Registration, dossier: Dossier | None, *, approves: bool
) -> Reason | None:
    """Why nothing is asked for this registration; None when there is something. `dossier`: of `last_dossiers`."""
    if basic := not_of(centre, registration):
        return basic
    if dossier is None:
        return NotAsked.UNOPENED()
    if dossier.is_in_force:
        return NotAsked.TRANSMITTED()
    if missing := dossier.missing_to_approve():
        return NotAsked.INCOMPLETE(missing=" ".join(missing))
    if dossier.state == Dossier.State.APPROVED:
        return NotAsked.APPROVED()
    steps = steps_of(dossier, centre=approves)
    if steps.centre or steps.request:
        return None
    return NotAsked.CENTRE_LEFT() if dossier.partner_approved_at else NotAsked.ASKED()


def partner_mark(partner: Partner) -> str:
    """Of the person and address a recap showed: another once either has changed. Neither is kept with the act."""
    return hashlib.sha256(f"{partner.name}\n{partner.email}".encode()).hexdigest()[:16]


@dataclass
class RequestLine(Line):
    """One candidate's dossier, what is done for it and how its request goes."""

    dossier: Dossier | None = None
    steps: Steps = Steps(centre=False, request=False)
    faulty: bool = False  # nothing reaches the address: the mail is held

    @cached_property
    def partner(self) -> Partner:
        partner: Partner = self.registration.partner
        return partner

    @property
    def to_print(self) -> bool:
        return self.steps.request and (self.faulty or not self.partner.email)

    @property
    def order(self) -> dict[str, Any]:
        """What was read, so that nothing else is done."""
        assert self.dossier
        return {
            "dossier": str(self.dossier.pk),
            "version": self.dossier.version,
            "centre": self.steps.centre,
            "request": self.steps.request,
            "partner": partner_mark(self.partner),
        }


class ApprovalRecap(BulkRecap):
    """The centre's approval and the request to the other party, of the dossiers that are complete."""

    to_settle = frozenset({NotAsked.INCOMPLETE, NotAsked.UNOPENED})
    aside_page = "dossier_edit"

    @classmethod
    def proposed(cls, centre: int, keys: Sequence[UUID]) -> dict[str, Any]:
        return {"centre": True, "without": []}

    @property
    def approves(self) -> bool:
        return bool(self.parameters["centre"])

    @property
    def chosen(self) -> Any:
        return self.approves

    @cached_property
    def dossiers(self) -> dict[UUID, Dossier]:
        return last_dossiers([row.registration for row in self.rows])

    def why_not(self, registrations: Sequence[Registration]) -> dict[UUID, Reason]:
        centre, approves = self.act.centre_id, self.approves
        told = {
            row.pk: why_not_asked(centre, row, self.dossiers.get(row.pk), approves=approves)
            for row in registrations
        }
        return {pk: reason for pk, reason in told.items() if reason}

    def line(self, row: BulkRow, *, ticked: bool) -> Line:
        dossier = self.dossiers[row.registration_id]
        at = dossier.returned_at if dossier.state == Dossier.State.RETURNED else None
        remarks = [RequestRemark.RETURNED(on=local_date(at))] if at else []
        return RequestLine(row, ticked, remarks, dossier, steps_of(dossier, centre=self.approves))

    @cached_property
    def lines(self) -> list[RequestLine]:
        """With the addresses nothing reaches, in one query."""
        lines: list[RequestLine] = super().lines
        faulty = faulty_among([line.partner.email for line in lines if line.partner.email], self.act.centre)
        for line in lines:
            line.faulty = line.partner.email.lower() in faulty
        return lines

    @property
    def mailed(self) -> list[RequestLine]:
        """Those whose request leaves by mail."""
        return [line for line in self.taken if line.steps.request and not line.to_print]

    @cached_property
    def mail(self) -> tuple[RequestLine, str, str] | None:
        """(line, subject, body) of the first of these mails, word for word, its link left out; None without any."""
        line = next(iter(self.mailed), None)
        if line is None:
            return None
        assert line.dossier
        centre = line.registration.centre
        message = OutboxMessage(
            template=APPROVAL,
            context=approval_words(line.dossier, until=approval_expires_at(centre)),
            recipient_name=line.partner.name,
            centre=centre,
        )
        return line, *mailing.render(message, link_url="(le lien personnel)")

    @property
    def how(self) -> str:
        """«12 courriels à 5 personnes, 3 sur papier»."""
        mails, people = self.mailed, {line.partner.email.lower() for line in self.mailed}
        told = [plural(len(mails), "courriel")] if mails else []
        if len(people) < len(mails):
            told = [f"{told[0]} à {plural(len(people), 'personne')}"]
        papers = sum(line.to_print for line in self.taken)
        return ", ".join(told + ([f"{papers}{NBSP}sur papier"] if papers else []))


def links_of(act: BulkAct) -> dict[str, AccessLink]:
    """{what a row made: its link} for the requests the act made."""
    made = act.rows.filter(state=BulkRow.State.DONE).exclude(made="").values_list("made", flat=True)
    return {str(link.pk): link for link in AccessLink.objects.filter(pk__in=list(made))}


def unmailed_links(act: BulkAct, links: Mapping[str, AccessLink]) -> set[str]:
    """Those of the links that no mail carries and whose answer is still awaited: their request goes on paper."""
    faulty = faulty_among([link.email for link in links.values() if link.email], act.centre)
    return {key for key, link in links.items() if link.is_open and link.email in faulty | {""}}


def dossiers_to_print(act: BulkAct) -> list[Dossier]:
    """Those whose request the act left to print, in its order, as `last_dossiers` reads them."""
    papers = unmailed_links(act, links_of(act))
    people = ("candidate", "company", "host_company", "training_body", "centre", "referentiel__certification")
    rows = act.rows.filter(made__in=papers).order_by("position")
    registrations = [
        row.registration for row in rows.select_related(*(f"registration__{name}" for name in people))
    ]
    dossiers = last_dossiers(registrations)
    return [dossiers[registration.pk] for registration in registrations]
