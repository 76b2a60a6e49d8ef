"""Centres and the values of their settings."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts import log, perms, preferences
from accounts.models import ExaminationCentre, ResourceCentre, SettingValue, User
from accounts.models.log import NATIONAL_SETTINGS
from accounts.preferences import PREFERENCES
from cqpm.utils.refusal import Refusal


@transaction.atomic
def create_centre(
    *, kind: type[ExaminationCentre] | type[ResourceCentre], fields: dict[str, Any], by: User
) -> ExaminationCentre | ResourceCentre:
    """A new centre of `kind` from validated fields."""
    _administrator_only(by)
    centre = kind.objects.create(**fields)
    _record(centre, by=by, verb="create_centre", what="créé", data=fields)
    return centre


@transaction.atomic
def change_centre(
    *, centre: ExaminationCentre | ResourceCentre, fields: dict[str, Any], by: User
) -> ExaminationCentre | ResourceCentre:
    """Stores what changed of a centre's contact details. Papers already made keep what they froze."""
    _administrator_only(by)
    centre = type(centre).objects.select_for_update().get(pk=centre.pk)
    changed = {name: value for name, value in fields.items() if getattr(centre, name) != value}
    for name, value in changed.items():
        setattr(centre, name, value)
    if changed:
        centre.save(update_fields=changed)
        _record(centre, by=by, verb="change_centre", what="modifié", data=changed)
    return centre


@transaction.atomic
def change_settings(
    *, values: Mapping[str, Any], centre: ExaminationCentre | None = None, by: User
) -> dict[str, list[Any]]:
    """Stores setting values, of a centre or national: {key: value}.

    Only what differs from the value it would otherwise have is kept: the national one for a centre, the default
    nationally. Raises Refusal with every value that is not acceptable, and stores none then.
    """
    _check_settings(values, centre=centre, by=by)
    if centre:
        ExaminationCentre.objects.select_for_update().get(pk=centre.pk)
    before = preferences.values(centre)
    inherited = preferences.values() if centre else {key: one.default for key, one in PREFERENCES.items()}
    rows = SettingValue.objects.filter(centre=centre)
    for key, value in values.items():
        if value == inherited[key]:
            rows.filter(key=key).delete()
        else:
            rows.update_or_create(centre=centre, key=key, defaults={"value": value})
    changed = {key: [before[key], value] for key, value in values.items() if before[key] != value}
    if changed:
        labels = "; ".join(PREFERENCES[key].label for key in changed)
        log.record(
            by=by,
            verb="change_settings",
            subject=centre or NATIONAL_SETTINGS,
            sentence=f"Réglages {'du centre' if centre else 'nationaux'} modifiés : {labels}.",
            centre=centre,
            data=changed,
        )
    return changed


def _check_settings(values: Mapping[str, Any], *, centre: ExaminationCentre | None, by: User) -> None:
    """Refusal when they are another's to change, unknown at that level, or not acceptable: each value said."""
    if not (perms.is_head_of(by, centre) if centre else perms.is_administrator(by)):
        raise Refusal("Ces réglages ne sont pas de votre ressort.")
    open_to = {preference.key for preference in preferences.declared(scope="centre" if centre else None)}
    if refused := sorted(set(values) - open_to):
        raise Refusal(f"Réglage inconnu ou national : {', '.join(refused)}.")
    problems = [preferences.problem(PREFERENCES[key], value) for key, value in values.items()]
    if any(problems):
        raise Refusal(*filter(None, problems))


def _administrator_only(by: User) -> None:
    if not perms.is_administrator(by):
        raise Refusal("Seul l’administrateur crée et modifie les centres.")


def _record(
    centre: ExaminationCentre | ResourceCentre, *, by: User, verb: str, what: str, data: dict[str, Any]
) -> None:
    log.record(
        by=by,
        verb=verb,
        subject=centre,
        sentence=f"{str(type(centre)._meta.verbose_name).capitalize()} {what} : {centre}.",
        centre=centre if isinstance(centre, ExaminationCentre) else None,
        data=data,
    )
