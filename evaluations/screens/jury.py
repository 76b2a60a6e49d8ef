"""A jury as screens show it: each candidate turned into words, glyph kinds and ticks. No query."""

from collections import defaultdict
from dataclasses import dataclass

from cqpm.utils.french import enumeration, plural
from evaluations.papers.minutes import vote_words
from evaluations.reads.jury import Case
from evaluations.rules import JuryAct, Verdict
from evaluations.screens.capacity import CAPACITY_TICKS, Sign, figure

VERDICT_KINDS = {Verdict.ADMISSIBLE: "ok", Verdict.NOT_ADMISSIBLE: "ko", Verdict.ADJOURNED: "warn"}
STATE_KINDS = {"prepared": "todo", "summoned": "info", "open": "info", "closed": "ok", "published": "ok"}


def gathered(reasons) -> str:
    """«C4 et C7 non acquises.» for «C4 non acquise.» and «C7 non acquise.»; other reasons as they are."""
    subjects = defaultdict(list)
    for reason in reasons:
        subjects[reason.kind, reason.facts].append(reason.subject)
    return " ".join(kind.said(about, facts) for (kind, facts), about in subjects.items())


@dataclass(frozen=True)
class CaseRow:
    """One candidate on the agenda, ready for a template."""

    case: Case

    @property
    def entry(self):
        return self.case.entry

    @property
    def registration(self):
        return self.case.registration

    @property
    def ticks(self):
        return [CAPACITY_TICKS[state] for state in self.case.states.values()]

    @property
    def figure(self):
        return figure(self.case.states.values())

    @property
    def computed(self) -> Sign:
        """The computed outcome: as frozen with the decision, else as it is now with its reasons."""
        decision = self.case.decision
        verdict = decision.computed if decision else self.case.computed.verdict
        reasons = "" if decision else gathered(self.case.computed.reasons)
        if not verdict:
            return Sign("warn", "Aucun résultat", reasons)
        return Sign(VERDICT_KINDS[verdict], Verdict(verdict).label, reasons)

    @property
    def decision(self) -> Sign:
        """The jury's decision with its vote and withdrawals, or that it is awaited."""
        decision = self.case.decision
        if decision is None:
            return Sign("todo", "À décider")
        words = [vote_words(decision.votes)]
        if self.case.sent_back:
            words.append(enumeration(f"C{number}" for number in self.case.sent_back) + " à la commission")
        if self.case.withdrawals:
            words.append(plural(len(self.case.withdrawals), "retrait"))
        return Sign(VERDICT_KINDS[decision.verdict], decision.get_verdict_display(), ", ".join(words))

    @property
    def reason(self):
        return self.case.decision.reason if self.case.decision else ""

    @property
    def options(self):
        """The acts possible now, for `components/choice.html`; below the quorum, adjourning only."""
        verdict = self.case.computed.verdict
        adjourn = {
            "value": JuryAct.ADJOURN,
            "label": "Ajourner",
            "kind": "warn",
            "sub": "la décision est remise à un prochain jury",
        }
        if self.case.below_quorum:
            return [adjourn]
        send_back = {
            "value": JuryAct.SEND_BACK,
            "label": "Renvoyer",
            "kind": "warn",
            "sub": "une commission décidera de nouveau des capacités choisies",
        }
        if verdict is None:
            return [adjourn, send_back]
        pronounce = {
            "value": JuryAct.PRONOUNCE,
            "label": f"Prononcer « {verdict.label.lower()} »",
            "kind": VERDICT_KINDS[verdict],
            "sub": gathered(self.case.computed.reasons),
        }
        return [pronounce, adjourn, send_back]

    @property
    def impossible(self):
        """[(outcome, why)] that no vote can give: all but the computed one."""
        computed = self.case.computed
        reasons = gathered(computed.reasons)
        return [
            (verdict.label, reasons)
            for verdict in (Verdict.ADMISSIBLE, Verdict.NOT_ADMISSIBLE)
            if verdict != computed.verdict
        ]
