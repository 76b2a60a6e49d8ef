"""The dry run of one file: read by a child process, checked against the centre's people and companies."""

from candidates import leases
from candidates.imports import checking, reading
from candidates.imports.cells import in_words
from candidates.imports.columns import COLUMNS
from candidates.imports.findings import status_of
from candidates.imports.layout import places_of_columns
from candidates.imports.lines import Context
from candidates.journey import already_held
from candidates.models import Candidate, Company, ImportRow, Registration, TrainingBody
from candidates.search import folded
from cqpm.utils import child
from cqpm.utils.french import today

READ, CHECKED = 40, 95  # hundredths of the whole, for the bar of the page
# What a column is stored in, where neither candidate nor registration has a field of its name.
ELSEWHERE = {
    "company_name": (Company, "name"),
    "company_postcode": (Company, "postcode"),
    "company_city": (Company, "city"),
    "host_name": (Company, "name"),
    "training_body": (TrainingBody, "name"),
}
MEASURED = {"text", "email", "phone"}  # the checks of the other kinds say themselves what is too long


def longest_texts():
    """{column: the longest text its field stores}; names, choices, dates and numbers left out."""
    stored = {
        field.name: field for model in (Candidate, Registration) for field in model._meta.concrete_fields
    }
    fields = {column.key: stored.get(column.key) for column in COLUMNS if column.kind in MEASURED}
    fields |= {key: model._meta.get_field(name) for key, (model, name) in ELSEWHERE.items()}
    return {key: field.max_length for key, field in fields.items() if field and field.max_length}


LENGTHS = longest_texts()


def dry_run(attempt):
    """(rows to store, sheet, blank lines) of an attempt; Refusal or `child.Unfinished` when it cannot be read."""
    with attempt.file.open() as file:
        content = file.read()
    found = child.run(
        reading.read,
        content,
        attempt.is_workbook,
        progress=lambda done, total: leases.note_progress(attempt, READ * done // total),
    )
    (_, headings), *lines = found["lines"]
    columns = places_of_columns(headings, found["version"], workbook=attempt.is_workbook)
    share = (CHECKED - READ) / max(len(lines), 1)
    checked = checking.check_lines(
        lines,
        columns,
        context_of(attempt.class_import, epoch=found["epoch"]),
        progress=lambda done: leases.note_progress(attempt, READ + int(done * share)),
    )
    born = {line.person: line.values["birth_date"] for line in checked if line.person}
    checking.check_known(checked, known_people(attempt.class_import, born))
    checking.give_keys(checked)
    return [row_of(attempt, line) for line in checked], found["sheet"], found["blank"]


def context_of(class_import, *, epoch=1900):
    """What the lines are measured against, read once."""
    centre = class_import.centre
    by_siret, by_name = {}, {}
    for pk, name, siret in Company.objects.filter(centre=centre).values_list("pk", "name", "siret"):
        if siret:
            by_siret[siret] = (str(pk), name)
        by_name.setdefault(folded(name), []).append((str(pk), name))
    bodies = {folded(name): pk for pk, name in centre.training_bodies.values_list("pk", "name")}
    return Context(
        today=today(),
        registered_on=class_import.registered_on,
        rncp=class_import.referentiel.rncp_active,
        epoch=epoch,
        route=class_import.route,
        company=class_import.company_id is not None,
        by_siret=by_siret,
        by_name=by_name,
        bodies=bodies,
        lengths=LENGTHS,
    )


def known_people(class_import, people):
    """{person: [(id, name, numbers, running number, what they hold already)]}: whom of the centre some of these may be.

    `people`: {person: date of birth}.
    """
    found = {}
    for some in batches(sorted(set(people.values()))):
        same_days = Candidate.objects.filter(centre=class_import.centre_id, birth_date__in=some)
        for candidate in same_days.only("birth_name", "usage_name", "first_name", "birth_date", "erased_at"):
            names = candidate.names
            person = "|".join((names.birth, names.first, candidate.birth_date.isoformat()))
            if person in people:
                found[candidate.pk] = (person, candidate)
    numbers, running, held = {}, {}, {}
    for some in batches(list(found)):
        held |= already_held([found[pk][1] for pk in some], class_import.referentiel)
        rows = Registration.objects.filter(candidate__in=some).order_by("number")
        for pk, number, referentiel, state in rows.values_list("candidate", "number", "referentiel", "state"):
            numbers.setdefault(pk, []).append(number)
            if referentiel == class_import.referentiel_id and state == Registration.State.REGISTERED:
                running[pk] = number
    known = {}
    for pk, (person, candidate) in found.items():
        said = [one.said_of(candidate) for one in held.get(pk, ())]
        known.setdefault(person, []).append(
            (str(pk), str(candidate), numbers.get(pk, []), running.get(pk, ""), said)
        )
    return known


def batches(keys, size=500):
    """SQLite takes only so many parameters at once."""
    return (keys[begin : begin + size] for begin in range(0, len(keys), size))


def row_of(attempt, line):
    """The row that keeps a checked line."""
    values = {
        key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in line.values.items()
    }
    return ImportRow(
        attempt=attempt,
        line=line.number,
        who=line.who[:200],
        cells=[in_words(line.cells[column.key]) for column in COLUMNS],
        values=values,
        findings=line.findings,
        status=status_of(line.findings, attempt.class_import.settled),
    )
