"""The procès-verbal of one deliberation, frozen at the closing in the words it is printed in.

Votes are counts per college; of a member it says the seat, the presence and the withdrawals, never the vote.
Members have no recorded sex: the words around their names agree with nobody.
"""

from itertools import zip_longest

from candidates.papers import certification_words, letterhead, unbroken
from cqpm.utils.french import NARROW, NBSP, day, enumeration, hour, local_date, long_day, plural, typeset
from evaluations.models import DecisionCapacity
from evaluations.reads.capacity import capacities_of
from evaluations.reads.closing import read_for_minutes
from evaluations.rules import College, JuryAct, Verdict

LETTERS = {
    DecisionCapacity.State.ACQUIRED: "A",
    DecisionCapacity.State.KEPT: "C",
    DecisionCapacity.State.NOT_ACQUIRED: "N",
    DecisionCapacity.State.UNDECIDED: "–",
}
MEMBERS = {College.EMPLOYER: "employeur", College.EMPLOYEE: "salarié"}
ACTS = {
    JuryAct.PRONOUNCE: "prononcer le résultat calculé",
    JuryAct.ADJOURN: "ajourner",
    JuryAct.SEND_BACK: "renvoyer des capacités à la commission",
}
TALLY = {
    Verdict.ADMISSIBLE: ("admissible", "admissibles"),
    Verdict.NOT_ADMISSIBLE: ("non admissible", "non admissibles"),
    Verdict.ADJOURNED: ("décision ajournée", "décisions ajournées"),
}


def build_minutes(fact):
    """The data of the minutes of «deliberation:<uuid>», whose jury is closed."""
    return minutes_data(*read_for_minutes(fact))


def minutes_data(closed, deliberation, decisions):
    """The minutes of one deliberation of a `ClosedSitting`, and its decisions."""
    jury, referentiel = closed.jury, deliberation.referentiel
    seats = {
        college: [seat_words(seat, closed.chair) for seat in closed.seats if seat.college == college]
        for college in College
    }
    present = sum(seat["present"] for rows in seats.values() for seat in rows)
    return {
        "letterhead": letterhead(jury.centre, [f"PV {deliberation.number}", day(jury.held_on)], referentiel),
        "certification": certification_words(referentiel),
        "number": deliberation.number,
        "sitting": when(jury),
        "place": typeset(jury.place),
        "unions_asked": told("sollicitées", jury.unions_invited_on, jury.held_on),
        "members_summoned": summons(closed.members, jury.held_on),
        "notice_override": jury.notice_override,
        "seats": [
            {"employer": employer, "employee": employee}
            for employer, employee in zip_longest(seats[College.EMPLOYER], seats[College.EMPLOYEE])
        ],
        "attendance": attendance(seats),
        "withdrawals": [sentence for decision in decisions for sentence in withdrawals(decision)],
        "numbers": [capacity.number for capacity in capacities_of(referentiel)],
        "decisions": [decision_line(decision, present) for decision in decisions],
        "tally": tally(decisions),
        "remarks": [remark for decision in decisions for remark in remarks(decision)],
        "closing": f"La séance est levée à {hour(jury.closed_at)}.",
        "signatures": signatures(seats),
    }


# --- The sitting ------------------------------------------------------------------------------------------------


def when(jury):
    """«mardi 1er décembre 2026, de 9 h 34 à 11 h 08»; each moment with its day when it was not that day."""
    if {local_date(jury.opened_at), local_date(jury.closed_at)} == {jury.held_on}:
        return f"{long_day(jury.held_on)}, de {hour(jury.opened_at)} à {hour(jury.closed_at)}"
    opened, closed = (f"le {day(at)} à {hour(at)}" for at in (jury.opened_at, jury.closed_at))
    return f"{long_day(jury.held_on)}, ouverte {opened}, close {closed}"


def told(how, on, held_on):
    """«convoqués le 20 novembre 2026, 11 jours avant la séance», «non convoqués»."""
    if on is None:
        return f"non {how}"
    days = (held_on - on).days
    return f"{how} le {day(on)}" + (f", {plural(days, 'jour')} avant la séance" if days > 0 else "")


def summons(members, held_on):
    """When the members were convened; whoever was at another date than most is named with it."""
    groups = {}
    for member in members:
        groups.setdefault(member.summoned_on, []).append(typeset(member.name))
    usual = max(groups, key=lambda on: len(groups[on]))
    others = [
        f"{told('convoqués', on, held_on)}{NBSP}: {enumeration(names)}"
        for on, names in groups.items()
        if on != usual
    ]
    return f"{NARROW}; ".join([told("convoqués", usual, held_on), *others])


def seat_words(seat, chair):
    """A seat as the minutes print it, taken or empty; `chair`: the member who presided."""
    member = getattr(seat, "member", None)
    return {
        "name": typeset(member.name) if member else "",
        "organisation": typeset(seat.organisation),
        "union": seat.college == College.EMPLOYEE,
        "present": bool(member and member.present),
        "presides": member == chair,
        "substitute": bool(member and member.is_substitute),
    }


def attendance(seats):
    """«8 sièges, 4 par collège. Présences : 3 employeurs et 3 salariés.», as the rule counted them."""
    present = [
        plural(sum(seat["present"] for seat in rows), MEMBERS[college]) for college, rows in seats.items()
    ]
    return (
        f"{plural(sum(map(len, seats.values())), 'siège')}, {len(seats[College.EMPLOYER])} par collège. "
        f"Présences{NBSP}: {enumeration(present)}. Le quorum est atteint."
    )


def signatures(seats):
    """Rows of four boxes, two per college, for whoever was there to sign; None past the last seat."""
    rows = []
    for start in range(0, max(map(len, seats.values())), 2):
        row = []
        for college in College:
            pair = seats[college][start : start + 2]
            row += [*pair, None, None][:2]
        rows.append(row)
    return rows


# --- What it decided --------------------------------------------------------------------------------------------


def decision_line(decision, present):
    """A row of the table; `present`: how many members sat."""
    registration = decision.entry.registration
    withdrawn = len(decision.entry.withdrawals.all())
    candidate = registration.candidate
    usage = f", usage {candidate.usage_name.upper()}" if candidate.usage_name else ""
    return {
        "rank": decision.entry.rank,
        "registration": registration.number,
        "candidate": typeset(f"{candidate.birth_name.upper()} {candidate.first_names}{usage}"),
        "born": f"{candidate.born} le {day(candidate.birth_date)}",
        "letters": [LETTERS[row.state] for row in decision.capacities.all()],
        "verdict": unbroken(decision.get_verdict_display()),
        "vote": vote_words(decision.votes, voters=present - withdrawn if withdrawn else None),
    }


def vote_words(votes, *, voters=None):
    """«unanimité», «unanimité des 5 votants», «4 voix contre 2», «3 voix contre 3, voix prépondérante».

    `votes`: as a decision stores them, None for unanimity; `voters`: how many took part, said only after a
    withdrawal.
    """
    if votes is None:
        return f"unanimité des {plural(voters, 'votant')}" if voters else "unanimité"
    counts = sorted((sum(colleges.values()) for colleges in votes["counts"].values()), reverse=True)
    words = f"{counts[0]}{NBSP}voix contre{NBSP}{sum(counts[1:])}"
    return f"{words}, voix prépondérante" if votes["casting"] else words


def tally(decisions):
    """«5 admissibles, 2 non admissibles et 1 décision ajournée.»"""
    counts = [
        plural(count, *TALLY[verdict])
        for verdict in Verdict
        if (count := sum(decision.verdict == verdict for decision in decisions))
    ]
    return f"{enumeration(counts)}."


def withdrawals(decision):
    """Who took no part for this candidate, with the reason: the quorum was counted again without them."""
    who = decision.entry.registration.candidate
    for withdrawal in decision.entry.withdrawals.all():
        yield typeset(
            f"{withdrawal.member.name} ne prend pas part à la délibération sur {who} : {full_stop(withdrawal.reason)}"
        )


def remarks(decision):
    """What the table cannot hold, one remark a candidate at most: votes, reasons, capacities kept."""
    sentences = [*vote_sentences(decision), *act_sentences(decision), *kept_by_date(decision)]
    if sentences:
        yield {"who": typeset(str(decision.entry.registration.candidate)), "text": " ".join(sentences)}


def vote_sentences(decision):
    """The voices for each act, by college: in their own order, which stored JSON does not keep."""
    if decision.votes is None:
        return
    counts = [(act, decision.votes["counts"].get(act, {})) for act in JuryAct]
    counted = [f"{ACTS[act]}, {voices(colleges)}" for act, colleges in counts if sum(colleges.values())]
    yield f"Vote{NBSP}: {f'{NARROW}; '.join(counted)}."
    if casting := decision.votes["casting"]:
        yield f"Partage des voix{NBSP}: celle de la présidence, prépondérante, va à «{NBSP}{ACTS[JuryAct(casting)]}{NBSP}»."


def voices(colleges):
    """«3 voix (2 employeurs et 1 salarié)»."""
    by = [plural(colleges[college], MEMBERS[college]) for college in College if colleges.get(college)]
    return f"{sum(colleges.values())}{NBSP}voix ({enumeration(by)})"


def act_sentences(decision):
    """Why nothing was pronounced."""
    reason = full_stop(typeset(decision.reason))
    if decision.act == JuryAct.SEND_BACK:
        numbers = [row.capacity.number for row in decision.capacities.all() if row.sent_back]
        what = "Capacité renvoyée" if len(numbers) == 1 else "Capacités renvoyées"
        yield f"{what} à la commission{NBSP}: {enumeration(numbers)}. Motif{NBSP}: {reason}"
    elif decision.act == JuryAct.ADJOURN:
        yield f"Ajournement. Motif{NBSP}: {reason}"


def kept_by_date(decision):
    """«Capacités conservées jusqu’au 1er décembre 2028 inclus : 1, 2 et 5.», one sentence a date."""
    by_date = {}
    for row in decision.capacities.all():
        if row.kept_until:
            by_date.setdefault(row.kept_until, []).append(row.capacity.number)
    return [
        f"{'Capacité conservée' if len(numbers) == 1 else 'Capacités conservées'} "
        f"jusqu’au {day(until)} inclus{NBSP}: {enumeration(numbers)}."
        for until, numbers in sorted(by_date.items())
    ]


def full_stop(text):
    """The sentence, closed if its author did not."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
