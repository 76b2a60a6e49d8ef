"""A hat to give somebody: what the forms that choose one and the verbs that give it both speak of."""

from typing import NamedTuple

from accounts.models import ExaminationCentre, ResourceCentre, Role


class Hat(NamedTuple):
    """A role, and the centre it is worn in where it has one."""

    role: str
    centre: ExaminationCentre | None = None
    resource_centre: ResourceCentre | None = None

    def __str__(self):
        scope = self.centre or self.resource_centre
        return f"{Role(self.role).label}, {scope}" if scope else Role(self.role).label
