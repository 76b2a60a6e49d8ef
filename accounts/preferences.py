"""Settings: declared in code with default, label and source; given values in the database.

    preferences.register(Preference("jury.member_notice_days", 8, "…", scope="national"))
    preferences.value("jury.member_notice_days", centre)

A centre's value wins over the national one, which wins over the default; a setting whose scope is national has no
centre's value. Values are changed by `accounts.actions.change_settings`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from accounts.models import ExaminationCentre, SettingValue

TO_CONFIRM = "À confirmer auprès de l’UIMM"


@dataclass(frozen=True)
class Preference:
    """A setting. `default` gives its type (bool, int, str); `source`: the text or body behind the default, if any.

    `hint`: how to fill it; `check`: what is wrong with a text, in French, or None; `blank`: a text may be empty.
    """

    key: str
    default: bool | int | str
    label: str
    source: str = TO_CONFIRM
    scope: str = "centre"  # or "national"
    minimum: int = 0
    section: str = "Règles"  # the heading it stands under
    hint: str = ""
    check: Callable[[str], str | None] | None = None
    blank: bool = False


PREFERENCES: dict[str, Preference] = {}


def register(*preferences: Preference) -> None:
    """Declares settings; a second one under the same key replaces the first."""
    for preference in preferences:
        PREFERENCES[preference.key] = preference


def declared(*, scope: str | None = None) -> list[Preference]:
    """The settings one may give a value: every one nationally (`scope` empty), only «centre» ones for a centre."""
    return [preference for preference in PREFERENCES.values() if scope in (None, preference.scope)]


def problem(preference: Preference, given: object) -> str | None:
    """What is wrong with a value, in French, or None when it may be stored."""
    # A bool is an int to Python, not to a reader of settings.
    if type(given) is not type(preference.default):
        return f"« {preference.label} » : valeur d’un autre type que celle par défaut."
    if isinstance(given, int) and given < preference.minimum:
        return f"« {preference.label} » : {preference.minimum} au moins."
    if isinstance(given, str) and not given.strip() and not preference.blank:
        return f"« {preference.label} » : une valeur est attendue."
    if preference.check and (wrong := preference.check(given)):
        return f"« {preference.label} » : {wrong}"
    return None


def values(centre: ExaminationCentre | int | None = None) -> dict[str, Any]:
    """Every setting's value for a centre (or nationally), in one query: {key: value}."""
    result = {key: preference.default for key, preference in PREFERENCES.items()}
    rows = SettingValue.objects.filter(Q(centre=None) | Q(centre=centre) if centre else Q(centre=None))
    for row in sorted(rows, key=lambda row: row.centre_id is not None):
        preference = PREFERENCES.get(row.key)
        if preference and (row.centre_id is None or preference.scope == "centre"):
            result[row.key] = row.value
    return result


def value(key: str, centre: ExaminationCentre | int | None = None) -> Any:
    """One setting's value."""
    return values(centre)[key]
