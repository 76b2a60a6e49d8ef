"""The import of a class of 10 000 lines, against django-import-export on the same file and models: see the package.

Run in a process of its own, so that its peak of memory is that of the import alone.
"""

import io
import resource
import statistics
import sys
import time
from datetime import date, timedelta

import tablib
import xlsxwriter
from django.core.files.base import ContentFile
from import_export import fields, resources, widgets
from stdnum import luhn

from accounts.log import SYSTEM
from accounts.models import ExaminationCentre
from candidates.actions import confirm_import, prepare_import
from candidates.actions.inscriptions import registration_entry
from candidates.imports.columns import COLUMNS, HEADINGS, ROWS, SHEET, VERSION, VERSION_LABEL
from candidates.models import Candidate, Company, Dossier, Registration
from candidates.rules import Route
from candidates.tasks import read_class
from cqpm.utils.clocks import DOSSIER_DUE
from cqpm.utils.french import today
from cqpm.utils.uploads import Type
from referentiel.models import Referentiel

PAIRS, COMPANIES = 3, 200
LETTERS = "abcdefghij"
MEGABYTE = 1024  # Linux counts in kilobytes


def workbook():
    """10 000 people of 200 companies, in the template."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_numbers": False}) as book:
        page, days = book.add_worksheet(SHEET), book.add_format({"num_format": "dd/mm/yyyy"})
        page.write_row(0, 0, [VERSION_LABEL, VERSION])
        page.write_row(1, 0, HEADINGS)
        for rank in range(ROWS):
            for index, value in enumerate(line(rank)):
                if isinstance(value, date):
                    page.write_datetime(rank + 2, index, value, days)
                else:
                    page.write_string(rank + 2, index, value)
    return content.getvalue()


def line(rank):
    """The cells of one person, no two alike."""
    name = "".join(LETTERS[int(digit)] for digit in str(rank))
    siren = f"{70000000 + rank % COMPANIES:08d}"
    siren += luhn.calc_check_digit(siren)
    siret = f"{siren}0001"
    cells = {
        "birth_name": f"Ravier-{name}",
        "first_name": "Léo",
        "sex": "FM"[rank % 2],
        "birth_date": date(1985, 1, 1) + timedelta(days=rank % 7000),
        "birth_place": "Dijon",
        "birth_commune_code": "21231",
        "birth_country": "France",
        "email": f"{name}@exemple.fr",
        "phone": "06 12 34 56 78",
        "route": Route.APPRENTICESHIP.label,
        "company_name": f"Ateliers {rank % COMPANIES}",
        "siret": siret + luhn.calc_check_digit(siret),
        "tutor_name": "Laure Cassagne",
        "tutor_email": "laure.cassagne@exemple.fr",
    }
    return [cells.get(column.key, "") for column in COLUMNS]


# --- Ours -------------------------------------------------------------------------------------------------


def prepared(content, referentiel):
    """(import, seconds of the dry run) in a centre of its own."""
    file = ContentFile(content, "classe.xlsx")
    file.sniffed = Type.XLSX
    settings = {"referentiel": referentiel, "registered_on": today()}
    made = prepare_import(centre=centre(), settings=settings, file=file, by=SYSTEM)
    begin = time.monotonic()
    read_class(str(made.attempts.get().pk))
    seconds = time.monotonic() - begin
    assert made.attempts.get().rows.filter(status="ready").count() == ROWS
    return made, seconds


def ours(content, referentiel):
    """Seconds of the dry run and of the import."""
    made, dry = prepared(content, referentiel)
    begin = time.monotonic()
    confirm_import(class_import=made, by=SYSTEM)
    return dry, time.monotonic() - begin


def centre():
    return ExaminationCentre.objects.create(name=f"Centre {time.monotonic_ns()}")


# --- Theirs -----------------------------------------------------------------------------------------------


class ClassResource(resources.ModelResource):
    """The same columns into the same rows, journal included: model validation on, the rest by default."""

    birth_date = fields.Field("birth_date", "Date de naissance", widgets.DateWidget("%Y-%m-%d %H:%M:%S"))

    class Meta:
        model = Candidate
        fields = ("birth_name", "first_name", "sex", "birth_date", "birth_place", "birth_commune_code",
                  "birth_country", "email", "phone")  # fmt: skip
        import_id_fields = ()
        clean_model_instances = True
        use_transactions = True

    def __init__(self, referentiel):
        super().__init__()
        self.centre, self.referentiel, self.rank = centre(), referentiel, 0

    def before_import_row(self, row, **kwargs):
        for column in COLUMNS:
            row[column.key] = row.get(column.heading) or ""

    def before_save_instance(self, instance, row, **kwargs):
        instance.centre = self.centre

    def validate_instance(self, instance, *args, **kwargs):
        instance.centre = self.centre
        super().validate_instance(instance, *args, **kwargs)

    def after_save_instance(self, instance, row, **kwargs):
        """The rows our own import writes for a candidate: company, registration, its journal entry, its dossier."""
        self.rank += 1
        company, _ = Company.objects.get_or_create(
            centre=self.centre, siret=row["siret"], defaults={"name": row["company_name"]}
        )
        registration = Registration(
            centre=self.centre,
            candidate=instance,
            referentiel=self.referentiel,
            number=f"{today().year}-{self.rank:05d}",
            registered_on=today(),
            dossier_due_on=DOSSIER_DUE.end(today()),
            route=Route.APPRENTICESHIP,
            company=company,
            tutor_name=row["tutor_name"],
            tutor_email=row["tutor_email"],
            state_by="Système",
        )
        registration.search = registration.search_text()
        registration.save()
        registration_entry(registration, by=SYSTEM).save()
        Dossier.objects.create(registration=registration, created_by="Système")


def theirs(content, referentiel):
    """Seconds of the dry run and of the import; each reads the file, as its own admin does."""
    seconds = []
    for dry_run in (True, False):
        begin = time.monotonic()
        data = tablib.Dataset().load(content, format="xlsx", skip_lines=1)
        result = ClassResource(referentiel).import_data(data, dry_run=dry_run, raise_errors=True)
        seconds.append(time.monotonic() - begin)
        assert result.total_rows == ROWS, result.total_rows
    return seconds


def main():
    """Prints the ratio of both imports, dry run and real, medians of pairs; and ours' resident memory in megabytes."""
    referentiel = Referentiel.objects.published().first()
    content = workbook()
    ours(content, referentiel)
    peaks = [
        resource.getrusage(who).ru_maxrss // MEGABYTE
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    pairs = [(theirs(content, referentiel), ours(content, referentiel)) for _ in range(PAIRS)]
    for index, what in enumerate(("dry run", "import")):
        first, second = ([pair[side][index] for pair in pairs] for side in (0, 1))
        ratio = statistics.median(one / other for one, other in zip(first, second, strict=True))
        title = f"class of {ROWS}, {what}: django-import-export / ours (floor 5)"
        sys.stdout.write(
            f"{title:<60} {statistics.median(first):8.1f} / {statistics.median(second):8.1f} s   ratio {ratio:.2f}\n"
        )
    title = f"class of {ROWS}: resident, worker / child (ceiling 300)"
    sys.stdout.write(f"{title:<60} {peaks[0]:8d} / {peaks[1]:8d} MB\n")
