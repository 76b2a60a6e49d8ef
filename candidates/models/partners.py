"""Who stands outside and answers for a registration: the spaces they open, whoever approves the dossier."""

from dataclasses import dataclass

from accounts.keys import Key

CANDIDATE_SPACE = "candidate_space"
COMPANY_SPACE = "company_space"


def contact_key(email):
    """The subject of a space opened to a company's contact, who has no row of his or her own."""
    return str(Key("contact", email.strip().lower()))


@dataclass(frozen=True)
class Partner:
    """Who approves the dossier with the centre: the company, or the candidate where there is none."""

    name: str
    email: str
    of: str  # the company's name, "" for the candidate

    @property
    def described(self):
        """«Laure Cassagne, Ateliers Vauzelle»."""
        return f"{self.name}, {self.of}" if self.of and self.of != self.name else self.name
