"""The dashboard of each hat: what waits for this person first, then where things stand.

One module for each reader. A section lists at most `SHOWN` lines and says how many there are in all; one query brings
both, whatever the number of rows.
"""

from accounts.models import Role
from cqpm.dashboard import administrator, evaluator, resource, staff
from cqpm.dashboard.agenda import juries
from cqpm.dashboard.countdown import countdown_for
from cqpm.dashboard.figures import awards_for, stages_for
from cqpm.dashboard.sections import Section

__all__ = ["awards_for", "countdown_for", "sections_for", "stages_for"]

READERS = {
    Role.OFFICER: staff.to_do,
    Role.HEAD: staff.to_do,
    Role.EVALUATOR: evaluator.to_do,
    Role.RESOURCE: resource.to_do,
    Role.ADMINISTRATOR: administrator.to_do,
    Role.NATIONAL: lambda user: [],
    None: lambda user: [juries(user)],  # the president of a jury wears no hat
}


def sections_for(user) -> list[Section]:
    """The «à faire» of the hat worn; sections with nothing to do are left out."""
    made = READERS[user.hat.role if user.hat else None](user)
    return [section for section in made if section.count]
