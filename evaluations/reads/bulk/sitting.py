"""The recap of an act that puts candidates before a commission or a jury: which one is the first setting."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from cqpm.utils.french import today
from evaluations.reads.bulk.base import BulkRecap


class SittingRecap(BulkRecap):
    """Nothing is known before a sitting is chosen; the next one is proposed."""

    @staticmethod
    def to_come(centre: int) -> QuerySet[Any]:
        """Those that still take candidates, the nearest first."""
        raise NotImplementedError

    @classmethod
    def proposed(cls, centre: int, keys: Sequence[UUID]) -> dict[str, Any]:
        sitting = cls.to_come(centre).filter(held_on__gt=today()).first()
        return {"sitting": str(sitting.pk) if sitting else "", "without": []} | cls.settings(sitting)

    @staticmethod
    def settings(sitting: Any | None) -> dict[str, Any]:
        """What is proposed beside the sitting."""
        return {}

    @cached_property
    def sittings(self) -> list[Any]:
        """Where they may be put: the choices."""
        return list(self.to_come(self.act.centre_id))

    @cached_property
    def sitting(self) -> Any | None:
        """The commission or jury chosen; None until one is."""
        wanted = self.parameters.get("sitting")
        return next((row for row in self.sittings if str(row.pk) == wanted), None)

    @property
    def is_possible(self) -> bool:
        return bool(self.sittings)

    @property
    def is_ready(self) -> bool:
        return self.sitting is not None

    @property
    def chosen(self) -> Any:
        return str(self.sitting and self.sitting.pk)
