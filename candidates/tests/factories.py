"""Plain functions that make coherent rows, through the real actions. Nothing here can build what they refuse."""

from datetime import date, timedelta
from itertools import count

from django.core.files.uploadedfile import SimpleUploadedFile
from stdnum import luhn

from accounts.actions import change_settings
from accounts.keys import key_of
from accounts.log import SYSTEM
from accounts.models import Role
from accounts.tests.factories import make_centre, make_link, make_resource_centre, make_wearer
from candidates import actions
from candidates.actions.habilitations import HABILITATION_REQUIRED
from candidates.imports.columns import COLUMNS, HEADINGS
from candidates.models import Candidate, Dossier
from candidates.models.partners import CANDIDATE_SPACE, COMPANY_SPACE, contact_key
from candidates.tasks import read_class
from cqpm.utils.french import today
from cqpm.utils.uploads import Type
from referentiel.models import Method
from referentiel.tests.factories import make_referentiel

CONTEXT = "Poste de régleur sur centre d’usinage, pièces unitaires et petites séries."
REASON = "Aucune machine de ce type dans l’atelier de l’entreprise."
NO_COMPANY = "Candidat sans emploi : aucune entreprise ne peut donner d’avis."
numbers = count(1)

LAST_NAMES = (
    "Marchetti",
    "Kowalczyk",
    "Ravier",
    "Delcourt",
    "Benali",
    "Pillot",
    "Nguyen",
    "Lefèvre",
    "Œuvrard",
)


def make_siret(rank=None):
    """A valid SIRET: nine digits and five, each number closed by its Luhn digit."""
    siren = f"{70000000 + (rank or next(numbers)):08d}"
    siren += luhn.calc_check_digit(siren)
    siret = f"{siren}0001"
    return siret + luhn.calc_check_digit(siret)


def make_company(centre=None, *, name=None, siret=None, **fields):
    """A company of the centre, with a valid SIRET unless `siret` is given."""
    return actions.create_company(
        centre=centre or make_centre(),
        by=SYSTEM,
        name=name or f"Ateliers {next(numbers)}",
        siret=make_siret() if siret is None else siret,
        **{"address": "12 rue des Forges", "postcode": "21500", "city": "Montbard"} | fields,
    )


def identity(**fields):
    """The civil identity of somebody, as `register_candidate` takes it; nobody twice the same."""
    rank = next(numbers)
    return {
        "sex": "M",
        "birth_name": LAST_NAMES[rank % len(LAST_NAMES)],
        "usage_name": "",
        "first_name": "Léo",
        "first_name_2": "",
        "first_name_3": "",
        "birth_date": date(1990, 1, 1) + timedelta(days=rank),
        "birth_commune_code": "21231",
        "birth_place": "Dijon",
        "birth_country": "France",
        "email": f"candidat{rank}@exemple.fr",
        "phone": "",
    } | fields


def full_identity(**fields):
    """The same with nothing left blank, born abroad: each value differs from every other."""
    return (
        identity(
            usage_name="Vautrin",
            first_name="Zoé",
            first_name_2="Anne",
            first_name_3="Marie",
            sex="F",
            birth_commune_code="99139",
            birth_place="Braga",
            birth_country="Portugal",
            phone="03 80 11 22 33",
            address="14 quai des Tanneurs",
            postcode="B-4000",
            city="Liège",
            country="Belgique",
            representative_name="M. Rui Figueira",
            representative_address="2 impasse Verte",
            representative_postcode="L-1234",
            representative_city="Mersch",
            representative_country="Luxembourg",
            representative_email="rui@exemple.fr",
            representative_phone="03 80 44 55 66",
        )
        | fields
    )


def make_candidate(centre=None, **fields):
    """A person of the centre, not registered for anything."""
    candidate = Candidate(centre=centre or make_centre(), **identity(**fields))
    candidate.full_clean()
    candidate.save()
    return candidate


def make_registration(
    centre=None,
    referentiel=None,
    *,
    company=True,
    by=None,
    who=None,
    same_as=None,
    registered_on=None,
    **fields,
):
    """A registration, its first dossier a draft.

    `company`: True makes one with its tutor, None is «sans entreprise», a row is that one; `who`: identity fields;
    `fields`: of Registration. The référentiel made by default belongs to a centre de ressource of its own.
    """
    centre = centre or (by.hat.centre if by else make_centre())
    if company is True:
        company = make_company(centre)
    people = {"tutor_name": "Laure Cassagne", "tutor_email": "laure.cassagne@exemple.fr"} if company else {}
    return actions.register_candidate(
        centre=centre,
        identity=identity(**(who or {})),
        referentiel=referentiel or make_referentiel(resource_centre=make_resource_centre()),
        registration={
            "registered_on": registered_on or today(),
            "route": "continuing_training",
            "company": company,
            **people,
            **fields,
        },
        by=by or make_wearer(Role.OFFICER, centre=centre),
        same_as=same_as,
        warnings_read=True,
    )


def make_merge(by=None, *, kept=None, absorbed=None):
    """Two records of one person made one; `kept`, `absorbed`: identity fields of each."""
    by = by or make_wearer(Role.HEAD)
    first = make_registration(by=by, who=kept).candidate
    second = make_registration(by=by, who=absorbed).candidate
    return actions.merge_candidates(kept=first, absorbed=second, by=by)


def space_link(registration, **fields):
    """The link the candidate of a registration was mailed to open his or her space."""
    candidate = registration.candidate
    return make_link(
        CANDIDATE_SPACE,
        subject=key_of(candidate),
        email=candidate.email,
        holder=str(candidate),
        centre=candidate.centre,
        **fields,
    )


def contact_link(registration, email="", **fields):
    """The link a contact of its company was mailed to open the company's space: the tutor's without `email`."""
    email = email or registration.tutor_email
    holder = next(name for _, name in registration.contacts_at(email))
    values = {"email": email, "centre": registration.centre} | fields
    return make_link(COMPANY_SPACE, subject=contact_key(email), holder=holder, **values)


def letters(number):
    """A number in letters, as names have none: 0 → «a», 27 → «bb»."""
    return "".join(chr(97 + int(digit)) for digit in str(number))


def make_class_import(referentiel=None, *, by=None, lines=1):
    """A class of so many people whose file, a CSV, has been read and checked: nothing to say of any line."""
    by = by or make_wearer(Role.OFFICER)
    rows = [";".join(HEADINGS)]
    for _ in range(lines):
        someone = identity(birth_date="14/03/2003") | {"route": "Apprentissage"}
        someone["birth_name"] += (
            f" {'abcdefghij'[next(numbers) % 10]}{'klmnopqrst'[next(numbers) // 10 % 10]}"
        )
        rows.append(";".join(str(someone.get(column.key, "")) for column in COLUMNS))
    file = SimpleUploadedFile("classe.csv", "\n".join(rows).encode())
    file.sniffed = Type.TEXT
    made = actions.prepare_import(
        centre=by.hat.centre,
        settings={
            "referentiel": referentiel or make_referentiel(resource_centre=make_resource_centre()),
            "registered_on": today(),
        },
        file=file,
        by=by,
    )
    read_class(str(made.attempts.get().pk))
    return made


def make_cohort(*registrations, by=None, centre=None, referentiel=None, **fields):
    """A class with these registrations in it, of their centre and référentiel; of `by`'s centre when it is empty."""
    if registrations:
        centre, referentiel = registrations[0].centre, registrations[0].referentiel
    by = by or make_wearer(Role.OFFICER, **({"centre": centre} if centre else {}))
    referentiel = referentiel or make_referentiel(resource_centre=make_resource_centre())
    return actions.create_cohort(
        centre=by.hat.centre,
        fields={"name": f"Usinage {next(numbers)}", "referentiel": referentiel} | fields,
        registrations=[row.pk for row in registrations],
        by=by,
    )


def real_situation(registration):
    """Choices for `save_dossier`: the first method the référentiel allows, for every capacity not kept."""
    return {
        capacity.number: {method.value: REASON if method == Method.RECONSTITUTED else ""}
        for capacity in registration.referentiel.tree
        if capacity.number not in registration.kept
        for method in capacity.methods[:1]
    }


def make_scan(content=b"%PDF-1.7", name="approbation.pdf"):
    """A paper as a form hands it over: its type looked at."""
    file = SimpleUploadedFile(name, content)
    file.sniffed = Type.PDF
    return file


def make_habilitation(
    *, centre=None, certification=None, evaluator=None, content=b"%PDF-1.7 habilitation", by=None, **fields
):
    """The habilitation of a centre, or of one of its evaluators, since a year ago and without end unless said."""
    centre = centre or make_centre()
    referentiel = None if certification else make_referentiel(resource_centre=make_resource_centre())
    return actions.record_habilitation(
        centre=centre,
        certification=certification or referentiel.certification,
        evaluator=evaluator,
        document=make_scan(content, name="habilitation.pdf"),
        by=by or make_wearer(Role.HEAD, centre=centre),
        **{"starts_on": today() - timedelta(days=365)} | fields,
    )


def require_habilitations():
    """The national setting that refuses where one would be warned."""
    change_settings(values={HABILITATION_REQUIRED: True}, by=make_wearer(Role.ADMINISTRATOR))


def make_scanned_dossier(registration):
    """A dossier transmitted once the company has signed it on paper, the paper scanned."""
    by = make_wearer(Role.OFFICER, centre=registration.centre)
    dossier = make_dossier(registration, state=Dossier.State.DRAFT, by=by)
    actions.approve_for_centre(dossier=dossier, by=by)
    actions.record_paper_approval(dossier=dossier, name="Laure Cassagne", scan=make_scan(), by=by)
    return actions.transmit_dossier(dossier=dossier, by=by)


def make_dossier(
    registration=None, *, state=Dossier.State.TRANSMITTED, choices=None, by=None, comment="À préciser."
):
    """The last dossier of a registration, written and brought to `state`. `choices`: as `save_dossier` takes them."""
    registration = registration or make_registration(by=by)
    by = by or make_wearer(Role.OFFICER, centre=registration.centre)
    dossier = actions.save_dossier(
        dossier=registration.dossiers.last(),
        context=CONTEXT,
        choices=choices or real_situation(registration),
        no_company_reason="" if registration.has_company else NO_COMPANY,
        by=by,
    )
    if state == Dossier.State.DRAFT:
        return dossier
    actions.approve_for_centre(dossier=dossier, by=by)
    dossier = actions.record_paper_approval(dossier=dossier, name=registration.partner.name, by=by)
    if state == Dossier.State.APPROVED:
        return dossier
    dossier = actions.transmit_dossier(dossier=dossier, by=by)
    if state == Dossier.State.TRANSMITTED:
        return dossier
    resource = make_wearer(
        Role.RESOURCE, resource_centre=registration.referentiel.certification.resource_centre
    )
    if state == Dossier.State.RETURNED:
        return actions.return_dossier(dossier=dossier, comment=comment, by=resource)
    return actions.accept_dossier(dossier=dossier, by=resource)
