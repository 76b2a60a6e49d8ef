from accounts.models.centres import ExaminationCentre, ResourceCentre, SettingValue
from accounts.models.links import AccessLink
from accounts.models.log import LogEntry
from accounts.models.outbox import FaultyAddress, OutboxMessage
from accounts.models.people import Invitation, Membership, Role, User

__all__ = [
    "AccessLink",
    "ExaminationCentre",
    "FaultyAddress",
    "Invitation",
    "LogEntry",
    "Membership",
    "OutboxMessage",
    "ResourceCentre",
    "Role",
    "SettingValue",
    "User",
]
