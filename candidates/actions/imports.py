"""A class registered in one go: file after file until it is right, then one act; undone while nothing stands on it."""

from collections import Counter as Tally
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from accounts import log
from accounts.models import LogEntry
from candidates.actions.checks import sentences, validated
from candidates.actions.companies import create_company, create_training_body
from candidates.actions.inscriptions import (
    begin_registrations,
    check_dates,
    lock_centre,
    number_registrations,
)
from candidates.imports.dry_run import known_people
from candidates.imports.findings import OTHER, READ, SAME, Level, Status, known_of, status_of
from candidates.models import (
    Candidate,
    ClassImport,
    Company,
    Dossier,
    ImportAttempt,
    ImportedRow,
    ImportRow,
    Registration,
    TrainingBody,
)
from candidates.search import folded
from candidates.tasks import wake_on_commit
from cqpm.utils.french import enumeration, plural
from cqpm.utils.refusal import Refusal
from cqpm.utils.uploads import Type

BATCH = 500
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


# --- Files ------------------------------------------------------------------------------------------------


@transaction.atomic
def prepare_import(*, centre, settings, file, by):
    """Begins the import of a class with its first file, read and checked by a worker; nothing is registered.

    `settings`: «referentiel», «registered_on» and what holds for all («route», «company», «training_body»); `file`:
    an upload whose type was looked at (`file.sniffed`). Refusal when one may not register that day.
    """
    check_dates(settings["registered_on"], settings["referentiel"], centre)
    class_import = ClassImport(centre=centre, created_by=log.actor_name(by), **settings)
    validated(class_import).save()
    send_file(class_import=class_import, file=file, by=by)
    return class_import


@transaction.atomic
def send_file(*, class_import, file, by):
    """Another file for the same import: the answers given hold, the earlier findings stay readable."""
    class_import = locked(class_import.pk)
    check_prepared(class_import)
    attempt = ImportAttempt(
        class_import=class_import,
        rank=class_import.attempts.count() + 1,
        filename=file.name[-200:],
        is_workbook=file.sniffed == Type.XLSX,
        sent_by=log.actor_name(by),
    )
    attempt.file.save(f"{attempt.pk}.{'xlsx' if attempt.is_workbook else 'csv'}", file, save=False)
    attempt.save()
    wake_on_commit(attempt.pk)
    return attempt


@transaction.atomic
def check_again(*, class_import, by):
    """Has the last file checked once more: after an interruption, or when people were registered meanwhile."""
    class_import = locked(class_import.pk)
    check_prepared(class_import)
    last = last_attempt(class_import)
    if last.is_pending:
        raise Refusal("Ce fichier est en cours de contrôle.")
    attempt = ImportAttempt.objects.create(
        class_import=class_import,
        rank=last.rank + 1,
        filename=last.filename,
        file=last.file.name,
        is_workbook=last.is_workbook,
        sent_by=log.actor_name(by),
    )
    wake_on_commit(attempt.pk)
    return attempt


# --- Answers ----------------------------------------------------------------------------------------------


@transaction.atomic
def settle_finding(*, class_import, row, key, answer, by):
    """Keeps the answer to one question of a line: SAME or OTHER for a likely duplicate, READ for a warning."""
    class_import = locked(class_import.pk)
    check_prepared(class_import)
    row = last_attempt(class_import).rows.select_for_update().get(pk=row.pk)
    finding = next((finding for finding in row.findings if finding.get("key") == key), None)
    if finding is None or (answer == READ) == ("pair" in finding) or answer not in (SAME, OTHER, READ):
        raise Refusal("Cette question n’est plus posée : rechargez la page.")
    class_import.settled |= {key: answer}
    class_import.save(update_fields=["settled"])
    row.status = status_of(row.findings, class_import.settled)
    row.save(update_fields=["status"])
    return row


@transaction.atomic
def settle_warnings(*, class_import, by):
    """Marks every warning read; likely duplicates are settled one by one. Gives how many lines are ready by it."""
    class_import = locked(class_import.pk)
    check_prepared(class_import)
    rows = list(last_attempt(class_import).rows.select_for_update().filter(status=Status.TO_CHECK))
    for row in rows:
        keys = [f["key"] for f in row.findings if f["level"] == Level.WARNING and "pair" not in f]
        class_import.settled |= dict.fromkeys(keys, READ)
        row.status = status_of(row.findings, class_import.settled)
    class_import.save(update_fields=["settled"])
    ImportRow.objects.bulk_update(rows, ["status"], batch_size=BATCH)
    return sum(row.status == Status.READY for row in rows)


# --- The act ----------------------------------------------------------------------------------------------


@transaction.atomic
def confirm_import(*, class_import, by, leave_rest=False):
    """Registers the ready lines, all or none: numbers in a row, a dossier to prepare and a line of journal each.

    `leave_rest`: the lines to correct, to check or ignored are knowingly left out. A second press changes nothing.
    Refusal when nothing is ready, a line would be left out unsaid, or the centre's candidates changed since.
    """
    class_import = locked(class_import.pk)
    if class_import.is_imported:
        return class_import
    check_prepared(class_import)
    attempt = last_attempt(class_import)
    ready = attempt.rows.filter(status=Status.READY).defer("cells")
    if not attempt.is_read or not ready.exists():
        raise Refusal("Aucune ligne n’est prête à importer.")
    check_rest(attempt, leave_rest)
    lock_centre(class_import.centre)
    derogation = check_dates(class_import.registered_on, class_import.referentiel, class_import.centre)
    check_still_true(class_import, ready.iterator(BATCH))
    maker = Maker(class_import, by, derogation)
    numbers = maker.register(ready)
    class_import.state = ClassImport.State.IMPORTED
    class_import.imported_at, class_import.imported_by = timezone.now(), log.actor_name(by)
    class_import.made = maker.made
    class_import.save()
    record(
        class_import,
        by=by,
        verb="confirm_import",
        sentence=f"Classe importée : {plural(len(numbers), 'inscription')}, n° {numbers[0]} à {numbers[-1]}.",
    )
    return class_import


def check_rest(attempt, leave_rest):
    """Refusal when lines would be left out without a word."""
    counts = Tally(attempt.rows.exclude(status=Status.READY).values_list("status", flat=True))
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


def check_still_true(class_import, rows):
    """Refusal when somebody like a line, or already registered, has appeared since the control."""
    asked = [(row.line, person_of(row.values), row.findings) for row in rows]
    known = known_people(class_import, (person for _, person, _ in asked))
    appeared, doubles = set(), Tally()
    for line, person, findings in asked:
        seen = {finding["pair"].get("candidate") for finding in findings if "pair" in finding}
        same = known_of(findings, class_import.settled)
        doubles[same] += 1
        for pk, _, _, running in known.get(person, ()):
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


def person_of(values):
    return "|".join((folded(values["birth_name"]), folded(values["first_name"]), values["birth_date"]))


class Maker:
    """Makes the rows of a confirmed import, as `register_candidate` makes one, by batches."""

    def __init__(self, class_import, by, derogation):
        self.class_import, self.by, self.derogation = class_import, by, derogation
        self.centre = centre = class_import.centre
        self.made = {"companies": [], "training_bodies": []}
        self.companies = {str(company.pk): company for company in centre.companies.all()}
        self.bodies = {body.pk: body for body in centre.training_bodies.all()}
        self.new = {}

    def register(self, ready):
        """Registers the lines, in their order; gives the numbers."""
        lines, numbers = list(ready.order_by("line").values_list("pk", flat=True)), []
        for begin in range(0, len(lines), BATCH):
            rows = ready.filter(pk__in=lines[begin : begin + BATCH]).order_by("line")
            numbers += self.register_some(list(rows))
        return numbers

    def register_some(self, rows):
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

    def known(self, rows):
        """{id: Candidate} of those a line was said to be, locked."""
        keys = [pk for row in rows if (pk := known_of(row.findings, self.class_import.settled))]
        found = Candidate.objects.select_for_update().filter(centre=self.centre, pk__in=keys)
        return {str(candidate.pk): candidate for candidate in found}

    def imported(self, row, known):
        """One line's registration and candidate, not stored yet."""
        values = row.values
        imported = ImportedRow(row=row, made_candidate=False)
        started_on = values["training_started_on"]
        imported.registration = Registration(
            centre=self.centre,
            candidate=self.candidate(row, imported, known),
            referentiel=self.class_import.referentiel,
            registered_on=self.class_import.registered_on,
            state_by=log.actor_name(self.by),
            company=self.company(values),
            training_body=self.training_body(values),
            training_started_on=date.fromisoformat(started_on) if started_on else None,
            **{name: values[name] for name in TAKEN},
        )
        return imported

    def candidate(self, row, imported, known):
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
            raise Refusal(*(f"Ligne {row.line} : {said}" for said in sentences(candidate, error))) from None
        imported.made_candidate = True
        return candidate

    def company(self, values):
        """Known, new, or the one for all."""
        name, siret = values["company_name"], values["siret"]
        if values["company_id"]:
            return self.companies.get(values["company_id"]) or self.vanished()
        if not name:
            return self.class_import.company
        key = siret or folded(name)
        if key not in self.new:
            company = create_company(
                centre=self.centre,
                by=self.by,
                name=name,
                siret=siret,
                postcode=values["company_postcode"],
                city=values["company_city"],
            )
            self.new[key] = company
            self.made["companies"].append(str(company.pk))
        return self.new[key]

    def training_body(self, values):
        """Known, new, or the one for all."""
        if not values["training_body"]:
            return self.class_import.training_body
        if values["training_body_id"]:
            return self.bodies.get(values["training_body_id"]) or self.vanished()
        key = f"body:{folded(values['training_body'])}"
        if key not in self.new:
            body = create_training_body(centre=self.centre, name=values["training_body"], by=self.by)
            self.new[key] = body
            if body.pk not in self.bodies:
                self.made["training_bodies"].append(body.pk)
        return self.new[key]

    def vanished(self):
        raise Refusal("Une entreprise ou un organisme n’existe plus : contrôlez de nouveau le fichier.")


# --- Undone -----------------------------------------------------------------------------------------------


@transaction.atomic
def undo_import(*, class_import, by):
    """Takes an import back while nothing has been built on it: its registrations, dossiers, new candidates, companies.

    The numbers are not given again: one of them may have been told to somebody, and a number never names two people.
    The journal keeps the inscriptions and says which numbers are void. Refusal when anything was done since.
    """
    class_import = locked(class_import.pk)
    if not class_import.is_imported:
        raise Refusal("Rien à annuler : cette classe n’est pas importée, ou ne l’est plus.")
    imported = list(
        ImportedRow.objects.filter(row__attempt__class_import=class_import)
        .select_related("registration")
        .order_by("registration__number")
    )
    registrations = [one.registration for one in imported]
    check_untouched(registrations)
    candidates = [one.registration.candidate_id for one in imported if one.made_candidate]
    try:
        # A savepoint, so that what protects itself leaves nothing half undone.
        with transaction.atomic():
            Dossier.objects.filter(registration__in=registrations).delete()
            Registration.objects.filter(pk__in=[registration.pk for registration in registrations]).delete()
            Candidate.objects.filter(pk__in=candidates).delete()
    except ProtectedError:
        raise Refusal(
            "L’import ne peut plus être annulé : la suite du parcours s’appuie sur ces inscriptions."
        ) from None
    for one in imported:
        if one.contact_before:
            Candidate.objects.filter(pk=one.registration.candidate_id).update(**one.contact_before)
    forget_made(class_import)
    class_import.state = ClassImport.State.UNDONE
    class_import.undone_at, class_import.undone_by = timezone.now(), log.actor_name(by)
    class_import.save()
    record(
        class_import,
        by=by,
        verb="undo_import",
        sentence=f"Import annulé : {plural(len(imported), 'inscription')}. Les n° {registrations[0].number} à "
        f"{registrations[-1].number} ne resserviront pas.",
    )
    return class_import


def check_untouched(registrations):
    """Refusal, naming the first of them, when anything was written in the journal of one since its inscription."""
    by_key = {log.key(registration): registration.number for registration in registrations}
    touched = set()
    keys = list(by_key)
    for begin in range(0, len(keys), BATCH):
        acts = LogEntry.objects.filter(subject__in=keys[begin : begin + BATCH]).exclude(
            verb="register_candidate"
        )
        touched |= set(acts.values_list("subject", flat=True))
    if touched:
        numbers = sorted(by_key[key] for key in touched)
        some = enumeration(numbers[:5]) + (f" et {len(numbers) - 5} autres" if len(numbers) > 5 else "")
        raise Refusal(f"L’import ne peut plus être annulé : des actes ont suivi l’inscription des n° {some}.")


def forget_made(class_import):
    """Deletes the companies and training bodies the import made, save those that serve elsewhere or were changed."""
    for model, name, verb in (
        (Company, "companies", "create_company"),
        (TrainingBody, "training_bodies", "create_training_body"),
    ):
        for row in model.objects.filter(pk__in=class_import.made.get(name, [])):
            if LogEntry.objects.filter(subject=log.key(row)).exclude(verb=verb).exists():
                continue
            try:
                with transaction.atomic():
                    row.delete()
            except ProtectedError:
                continue


# --- Shared -----------------------------------------------------------------------------------------------


def locked(pk):
    """The import, locked until the end of the transaction: acts on one import follow one another."""
    around = ("referentiel", "centre", "company", "training_body")
    return ClassImport.objects.select_for_update(of=("self",)).select_related(*around).get(pk=pk)


def check_prepared(class_import):
    if not class_import.is_prepared:
        raise Refusal(f"Cet import est {class_import.get_state_display().lower()} : il ne change plus.")


def last_attempt(class_import):
    return class_import.attempts.order_by("-rank").first()


def record(class_import, *, by, verb, sentence):
    log.record(by=by, verb=verb, subject=class_import, centre=class_import.centre, sentence=sentence)
