"""How a candidate is reached: mail, telephone, postal address; through whom as long as he or she is a minor."""

from datetime import date

from django.db.models import CheckConstraint, Q

from candidates.postal import (
    Address,
    address_problems,
    is_minor,
    representative_missing,
    represents,
    written_country,
    written_street,
)
from cqpm.utils.french import local_date, of, today

ADDRESS = ("address", "postcode", "city", "country")
REPRESENTATIVE_ADDRESS = tuple(f"representative_{name}" for name in ADDRESS)
REPRESENTATIVE = (
    "representative_name",
    *REPRESENTATIVE_ADDRESS,
    "representative_email",
    "representative_phone",
)
NOBODY_CONTACT = dict.fromkeys(("email", "phone", *ADDRESS, *REPRESENTATIVE), "")


def address_constraints(prefix=""):
    """An address is whole: with a town, and in France with the five digits of its postcode."""
    blank = Q(**{f"{prefix}{name}": "" for name in ADDRESS})
    city, country, postcode = (f"{prefix}{name}" for name in ("city", "country", "postcode"))
    return [
        CheckConstraint(condition=blank | ~Q(**{city: ""}), name=f"candidate_{prefix}address_whole"),
        CheckConstraint(
            condition=blank | ~Q(**{country: ""}) | Q(**{f"{postcode}__regex": r"^[0-9]{5}$"}),
            name=f"candidate_{prefix}french_postcode",
        ),
    ]


CONTACT_CONSTRAINTS = [
    *address_constraints(),
    *address_constraints("representative_"),
    CheckConstraint(
        condition=Q(**dict.fromkeys(REPRESENTATIVE, "")) | ~Q(representative_name=""),
        name="candidate_representative_named",
    ),
]


class Reached:
    """What a `Candidate` says of its own contact details; the fields stand there."""

    CONTACT = tuple(NOBODY_CONTACT)
    TOGETHER = (ADDRESS, REPRESENTATIVE)  # half an address of today and half of yesterday's lead nowhere

    def clean_contact(self):
        """Writes the addresses in one way; gives {field: [what is wrong with it]}."""
        problems = {}
        for prefix in ("", "representative_"):
            street, country = f"{prefix}address", f"{prefix}country"
            setattr(self, street, written_street(getattr(self, street)))
            setattr(self, country, written_country(getattr(self, country)))
            found = address_problems(self.address_under(prefix))
            problems |= {f"{prefix}{part}": [sentence] for part, sentence in found.items()}
        if not self.representative_name and any(getattr(self, name) for name in REPRESENTATIVE):
            problems["representative_name"] = ["Donnez le nom du représentant légal."]
        return problems

    def address_under(self, prefix):
        """The candidate's own address, or with «representative_» the one of the legal representative."""
        return Address(*(getattr(self, f"{prefix}{name}") for name in ADDRESS))

    @property
    def postal_address(self):
        return self.address_under("")

    @property
    def representative_postal_address(self):
        """The legal representative's: the candidate's own when no other was given."""
        own = self.address_under("representative_")
        return self.postal_address if own.is_blank else own

    def renew_contact(self, typed):
        """Takes what was `typed` of the contact details, {field: text}, blanks left out.

        Gives what they were when one of them changed, {} otherwise.
        """
        before = {name: getattr(self, name) for name in self.CONTACT}
        after = {name: typed[name] or before[name] for name in self.CONTACT}
        for group in self.TOGETHER:
            if any(typed[name] for name in group):
                after |= {name: typed[name] for name in group}
        for name, value in after.items():
            setattr(self, name, value)
        return before if after != before else {}

    # --- As long as he or she is a minor -------------------------------------------------------------------------

    @property
    def is_minor(self):
        return is_minor(self.birth_date, today())

    @property
    def missing_representative(self):
        """The sentence about a minor's legal representative nobody has named yet, or None."""
        return representative_missing(self.representative_name, self.birth_date, today=today())

    def addressee(self, on_day: date) -> list[str]:
        """The lines above a letter dated that day: «Monsieur Léo MARTIN», street, town; none without an address.

        A minor's letter goes to the legal representative, said as such: «Mme Anne Martin, représentante légale de
        Léo MARTIN». On the day of the eighteenth birthday it is the candidate's own again.
        """
        if self.representative_name and is_minor(self.birth_date, local_date(on_day)):
            who = [self.representative_name, f"{represents(self.representative_name)} {of(self)}"]
            return [*who, *self.representative_postal_address.lines]
        lines = self.postal_address.lines
        return [f"{self.civility} {self}", *lines] if lines else []
