"""A birth stands under the code of its day: what the database refuses beside it."""

from candidates.models.people import Candidate
from candidates.rules import CORSICA, PARTITIONS, SEINE
from cqpm.utils.freeze import refused


def starts_with(*departments):
    return f"substr({{row}}.birth_commune_code, 1, 2) IN ({', '.join(f'{one!r}' for one in departments)})"


# «A birth stands under the code of its day.» Rows stored before this rule stay, and may change in everything else,
# until somebody has read the birth certificate: nothing is cleared, nothing is guessed.
refused(
    Candidate,
    "candidate_birth_code_of_its_day",
    when=" OR ".join(
        f"({{row}}.birth_date < '{one.on}' AND {starts_with(*one.present)})" for one in PARTITIONS
    )
    + f" OR ({{row}}.birth_date >= '{CORSICA.on}' AND {starts_with(*CORSICA.former)})"
    f" OR ({{row}}.birth_date >= '{SEINE.on}' AND {starts_with('75')} AND {{row}}.birth_commune_code <> '75056'"
    " AND {row}.birth_commune_code NOT BETWEEN '75101' AND '75120')",
    changed=["birth_date", "birth_commune_code"],
)
