"""The act: the ready lines of a class are registered."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import log
from accounts.log import Actor
from candidates.actions.checks import error_sentences
from candidates.actions.cohorts import create_cohort, journal_cohort, lock_cohort
from candidates.actions.companies import create_company, create_training_body
from candidates.actions.habilitations import check_centre_habilitation
from candidates.actions.imports.steps import (
    REGISTERED_AT_ONCE,
    check_import_prepared,
    journal_import,
    last_attempt,
    lock_import,
)
from candidates.actions.inscriptions import (
    begin_registrations,
    check_dates,
    lock_centre,
    number_registrations,
)
from candidates.imports.dry_run import known_people
from candidates.imports.findings import Status, known_of
from candidates.models import (
    Candidate,
    ClassImport,
    Cohort,
    Company,
    ImportAttempt,
    ImportedRow,
    ImportRow,
    Registration,
    TrainingBody,
)
from candidates.search import folded
from cqpm.utils.french import enumeration, plural
from cqpm.utils.refusal import Refusal
from referentiel.models import Derogation

TAKEN = (
    "route",
    "tutor_name",
    "tutor_function",
    "tutor_email",
    "tutor_phone",
    "line_manager_name",
    "line_manager_email",
    "trainers",
    "adaptation",
)


@transaction.atomic
def confirm_import(*, class_import: ClassImport, by: Actor, leave_rest: bool = False) -> ClassImport:
    """Registers the ready lines, all or none: numbers in a row, a dossier to prepare and a line of journal each.

    They join the class the import names, made with it when it is a new one.
    `leave_rest`: the lines to correct, to check or ignored are knowingly left out. A second press changes nothing.
    Refusal when nothing is ready, a line would be left out unsaid, or the centre's candidates changed since.
    """
    class_import = lock_import(class_import.pk)
    if class_import.is_imported:
        return class_import
    check_import_prepared(class_import)
    attempt = last_attempt(class_import)
    ready = attempt.rows.filter(status=Status.READY).defer("cells")
    if not attempt.is_read or not ready.exists():
        raise Refusal("Aucune ligne n’est prête à importer.")
    check_rest(attempt, leave_rest)
    lock_centre(class_import.centre)
    derogation = check_dates(class_import.registered_on, class_import.referentiel, class_import.centre)
    check_centre_habilitation(
        class_import.centre, class_import.referentiel.certification_id, class_import.registered_on
    )
    check_still_true(class_import, ready.iterator(REGISTERED_AT_ONCE))
    made = joined_cohort(class_import, by=by)
    maker = Maker(class_import, by, derogation)
    numbers = maker.register(ready)
    if made:
        maker.made["cohorts"] = [str(made.pk)]
    elif class_import.cohort:
        journal_cohort(class_import.cohort, by=by, verb="confirm_import", what="placé", count=len(numbers))
    class_import.state = ClassImport.State.IMPORTED
    class_import.imported_at, class_import.imported_by = timezone.now(), log.actor_name(by)
    class_import.made = maker.made
    class_import.save()
    journal_import(
        class_import,
        by=by,
        verb="confirm_import",
        sentence=f"Classe importée : {plural(len(numbers), 'inscription')}, n° {numbers[0]} à {numbers[-1]}.",
    )
    return class_import


def joined_cohort(class_import: ClassImport, *, by: Actor) -> Cohort | None:
    """Locks the class the import names, or makes the new one, which is then `class_import.cohort`. Gives the new one."""
    if class_import.cohort:
        class_import.cohort = lock_cohort(class_import.cohort.pk)
    if not class_import.new_cohort:
        return None
    made = create_cohort(
        centre=class_import.centre,
        fields={
            "name": class_import.new_cohort,
            "referentiel": class_import.referentiel,
            "training_body": class_import.training_body,
            "company": class_import.company,
        },
        by=by,
    )
    class_import.cohort, class_import.new_cohort = made, ""
    return made


def check_rest(attempt: ImportAttempt, leave_rest: bool) -> None:
    """Refusal when lines would be left out without a word."""
    counts = Counter(attempt.rows.exclude(status=Status.READY).values_list("status", flat=True))
    left = [
        plural(counts[status], words.format(""), words.format("s"))
        for status, words in (
            (Status.TO_CORRECT, "ligne{} à corriger"),
            (Status.TO_CHECK, "ligne{} à vérifier"),
        )
        if counts[status]
    ]
    if left and not leave_rest:
        raise Refusal(
            f"{enumeration(left).capitalize()} : corrigez, ou choisissez d’importer le reste seulement."
        )


def check_still_true(class_import: ClassImport, rows: Iterable[ImportRow]) -> None:
    """Refusal when somebody like a line, or already registered, has appeared since the control."""
    asked, born = [], {}
    for row in rows:
        person = person_key(row.values)
        asked.append((row.line, person, row.findings))
        born[person] = row.values["birth_date"]
    known = known_people(class_import, born)
    appeared: set[int] = set()
    doubles: Counter[str | None] = Counter()
    for line, person, findings in asked:
        seen = {finding["pair"].get("candidate") for finding in findings if "pair" in finding}
        same = known_of(findings, class_import.settled)
        doubles[same] += 1
        for pk, _, _, running, _ in known.get(person, ()):
            if pk not in seen or (pk == same and running):
                appeared.add(line)
    if appeared:
        raise Refusal(
            f"Des candidats ont été inscrits depuis le contrôle (lignes {enumeration(sorted(appeared)[:10])}) : "
            "contrôlez de nouveau le fichier."
        )
    del doubles[None]
    if any(count > 1 for count in doubles.values()):
        raise Refusal(
            "Deux lignes désignent le même candidat déjà enregistré : répondez autrement pour l’une d’elles."
        )


def person_key(values: Mapping[str, Any]) -> str:
    return "|".join((folded(values["birth_name"]), folded(values["first_name"]), values["birth_date"]))


class Maker:
    """Makes the rows of a confirmed import, as `register_candidate` makes one, by batches."""

    def __init__(self, class_import: ClassImport, by: Actor, derogation: Derogation | None) -> None:
        self.class_import, self.by, self.derogation = class_import, by, derogation
        self.centre = centre = class_import.centre
        self.made: dict[str, list[Any]] = {"companies": [], "training_bodies": []}
        self.companies = {str(company.pk): company for company in centre.companies.all()}
        self.bodies = {body.pk: body for body in centre.training_bodies.all()}
        self.new: dict[str, Any] = {}  # companies by SIRET or name, training bodies by «body:» and name

    def register(self, ready: QuerySet[ImportRow]) -> list[str]:
        """Registers the lines, in their order; gives the numbers."""
        lines, numbers = list(ready.order_by("line").values_list("pk", flat=True)), []
        for begin in range(0, len(lines), REGISTERED_AT_ONCE):
            rows = ready.filter(pk__in=lines[begin : begin + REGISTERED_AT_ONCE]).order_by("line")
            numbers += self.register_some(list(rows))
        return numbers

    def register_some(self, rows: Sequence[ImportRow]) -> list[str]:
        """One batch: candidates, registrations, dossiers, journal, and what became of each line; gives the numbers."""
        known = self.known(rows)
        imported = [self.imported(row, known) for row in rows]
        registrations = [one.registration for one in imported]
        number_registrations(registrations)
        Candidate.objects.bulk_create(one.registration.candidate for one in imported if one.made_candidate)
        reached = [one.registration.candidate for one in imported if one.contact_before]
        Candidate.objects.bulk_update(reached, Candidate.CONTACT)
        begin_registrations(registrations, by=self.by, derogation=self.derogation)
        ImportedRow.objects.bulk_create(imported)
        return [registration.number for registration in registrations]

    def known(self, rows: Sequence[ImportRow]) -> dict[str, Candidate]:
        """{id: Candidate} of those a line was said to be, locked."""
        keys = [pk for row in rows if (pk := known_of(row.findings, self.class_import.settled))]
        found = Candidate.objects.select_for_update().filter(centre=self.centre, pk__in=keys)
        return {str(candidate.pk): candidate for candidate in found}

    def imported(self, row: ImportRow, known: Mapping[str, Candidate]) -> ImportedRow:
        """One line's registration and candidate, not stored yet."""
        values = row.values
        imported = ImportedRow(row=row, made_candidate=False)
        started_on = values["training_started_on"]
        imported.registration = Registration(
            centre=self.centre,
            candidate=self.candidate(row, imported, known),
            referentiel=self.class_import.referentiel,
            cohort=self.class_import.cohort,
            registered_on=self.class_import.registered_on,
            state_by=log.actor_name(self.by),
            company=self.company(values),
            host_company=self.host_company(values),
            training_body=self.training_body(values),
            training_started_on=date.fromisoformat(started_on) if started_on else None,
            **{name: values[name] for name in TAKEN},
        )
        if problem := imported.registration.host_problem:
            raise Refusal(f"Ligne {row.line} : {problem}")
        return imported

    def candidate(self, row: ImportRow, imported: ImportedRow, known: Mapping[str, Candidate]) -> Candidate:
        """The new person of a line; or the known one, whose contact details alone are brought up to date."""
        values = row.values
        if same := known.get(known_of(row.findings, self.class_import.settled)):
            imported.contact_before = same.renew_contact(values)
            return same
        identity = {name: values[name] for name in Candidate.PERSONAL}
        identity["birth_date"] = date.fromisoformat(values["birth_date"])
        candidate = Candidate(centre=self.centre, **identity)
        try:
            candidate.clean()
        except ValidationError as error:
            raise Refusal(
                *(f"Ligne {row.line} : {said}" for said in error_sentences(candidate, error))
            ) from None
        imported.made_candidate = True
        return candidate

    def company(self, values: Mapping[str, Any]) -> Company | None:
        """Known, new, or the one for all."""
        address = {"postcode": values["company_postcode"], "city": values["company_city"]}
        named = self.named(values["company_id"], values["company_name"], values["siret"], **address)
        return named or self.class_import.company

    def host_company(self, values: Mapping[str, Any]) -> Company | None:
        """Known, new, or none; a line read before there were any names none."""
        return self.named(*(values.get(key, "") for key in ("host_id", "host_name", "host_siret")))

    def named(self, known: str, name: str, siret: str, **address: str) -> Company | None:
        """The company of a line, made the first time it is named; None when none is."""
        if known:
            return self.companies.get(known) or self.vanished()
        if not name:
            return None
        key = siret or folded(name)
        if key not in self.new:
            company = create_company(centre=self.centre, by=self.by, name=name, siret=siret, **address)
            self.new[key] = company
            self.made["companies"].append(str(company.pk))
        return self.new[key]

    def training_body(self, values: Mapping[str, Any]) -> TrainingBody | None:
        """Known, new, or the one for all."""
        if not values["training_body"]:
            return self.class_import.training_body
        siren = values.get("training_body_siren", "")
        if values["training_body_id"] and not siren:
            return self.bodies.get(values["training_body_id"]) or self.vanished()
        key = f"body:{folded(values['training_body'])}:{siren}"
        if key not in self.new:
            body = create_training_body(
                centre=self.centre, name=values["training_body"], siren=siren, by=self.by
            )
            self.new[key] = body
            if body.pk not in self.bodies:
                self.made["training_bodies"].append(body.pk)
        return self.new[key]

    def vanished(self) -> NoReturn:
        raise Refusal("Une entreprise ou un organisme n’existe plus : contrôlez de nouveau le fichier.")
