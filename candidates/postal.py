"""Postal addresses, and who answers for a minor: pure functions on plain values, for form, import and letters."""

import re
from dataclasses import dataclass
from datetime import date

from candidates.rules import FRANCE
from candidates.search import folded

ADULT = 18


def is_minor(birth_date: date, on_day: date) -> bool:
    """Whether somebody born that day is not eighteen yet; on the day of the eighteenth birthday he or she is.

    «Le mineur est l’individu de l’un ou l’autre sexe qui n’a point encore l’âge de dix-huit ans accomplis.»
    (code civil, art. 388) Born on 29 February, somebody is eighteen on 1 March of a year that has none.
    """
    return (on_day.year - birth_date.year, on_day.month, on_day.day) < (
        ADULT,
        birth_date.month,
        birth_date.day,
    )


@dataclass(frozen=True)
class Address:
    """Where letters go. `street`: number and way, what completes it on lines of its own; `country`: "" for France."""

    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.street or self.postcode or self.city or self.country)

    @property
    def lines(self) -> list[str]:
        """As on an envelope: «12 rue des Forges», «21500 MONTBARD», «BELGIQUE»."""
        town = " ".join(filter(None, [self.postcode, self.city.upper()]))
        return [line for line in (*self.street.splitlines(), town, self.country.upper()) if line]


def written_street(text: str) -> str:
    """The lines of a street without stray spaces; in a spreadsheet a semicolon parts them."""
    lines = (" ".join(line.split()) for line in re.split(r"[\n;]", text))
    return "\n".join(line for line in lines if line)


def written_country(text: str) -> str:
    """ "" for France: nobody writes it on an envelope posted there."""
    text = " ".join(text.split())
    return "" if folded(text) == folded(FRANCE) else text


def address_problems(address: Address) -> dict[str, str]:
    """{part: what is wrong with it}. None is asked for; one that is given can be written on an envelope.

    [P] choix: a French postcode has five digits; abroad it has any shape, or is none.
    """
    if address.is_blank:
        return {}
    problems = {}
    if not address.city:
        problems["city"] = "Donnez la commune : sans elle l’adresse est incomplète."
    if not address.country and not re.fullmatch("[0-9]{5}", address.postcode):
        problems["postcode"] = (
            "Un code postal français a cinq chiffres."
            if address.postcode
            else "Donnez le code postal : sans lui l’adresse est incomplète."
        )
    return problems


def representative_missing(name: str, birth_date: date, *, today: date) -> str | None:
    """The point still to complete, or None: a minor has a legal representative, whom letters name.

    A remark only ([P] choix): the inscription does not wait for it.
    """
    if name or not is_minor(birth_date, today):
        return None
    return "Candidat mineur : le nom de son représentant légal est à compléter, ses courriers le nomment."


def represents(name: str) -> str:
    """«représentante légale» of one called «Mme Anne Martin», «représentant légal» otherwise."""
    woman = folded(name).split(" ")[0] in ("mme", "madame", "mlle", "mademoiselle")
    return "représentante légale" if woman else "représentant légal"
