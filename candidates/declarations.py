"""What this app tells the engines below: its settings, its link and the names of its mails."""

from datetime import timedelta

from accounts import links, mailing, preferences, reminders, spaces
from accounts.keys import key_of
from accounts.links import Purpose
from accounts.models import AccessLink
from accounts.preferences import Preference
from accounts.spaces import Space, SpaceHolder
from candidates import contacts, papers
from candidates.actions.dossiers.approval import APPROVAL, APPROVAL_DAYS
from candidates.actions.dossiers.transmission import ACCEPTANCE_AWAITED
from candidates.actions.habilitations import HABILITATION_REQUIRED
from candidates.models import Candidate, Registration
from candidates.models.partners import CANDIDATE_SPACE, COMPANY_SPACE, contact_key
from candidates.reminders import APPROVAL_REMINDER
from cqpm.utils.clocks import DOSSIER_DUE
from documents import kinds

kinds.register(*papers.DOSSIER_PAPERS)


def candidates_at(email):
    """The candidates an address belongs to: one person registered in two centres is two of them."""
    known = Candidate.objects.filter(email__iexact=email, registrations__isnull=False).distinct()
    return [SpaceHolder(key_of(row), str(row), row.centre) for row in known.select_related("centre")]


def contacts_at(email):
    """The company's contact an address belongs to, if any registration names it: one person, whatever the centres."""
    subject = contact_key(email)
    if len(subject) > AccessLink._meta.get_field("subject").max_length:
        return []
    named = list(Registration.objects.of_contact(email).select_related("centre"))
    names = [name for row in named for _, name in row.contacts_at(email)]
    centres = {row.centre for row in named}
    centre = centres.pop() if len(centres) == 1 else None
    return [SpaceHolder(subject, next(filter(None, names), email), centre)] if named else []


spaces.register(
    Space(CANDIDATE_SPACE, label="Espace candidat", home="my_space", people=candidates_at),
    Space(COMPANY_SPACE, label="Espace entreprise", home="company_space", people=contacts_at),
)

SECTION = "Dossier de modalités"

preferences.register(
    Preference(
        DOSSIER_DUE.setting,
        DOSSIER_DUE.length,
        "Délai pour transmettre le dossier, en jours après l’inscription",
        minimum=1,
        section=SECTION,
    ),
    Preference(
        ACCEPTANCE_AWAITED,
        False,
        "Attendre que le centre de ressource accepte le dossier (sinon la transmission suffit)",
        scope="national",
        section=SECTION,
    ),
    Preference(
        APPROVAL_DAYS,
        30,
        "Durée du lien d’approbation du dossier, en jours",
        source="",
        minimum=1,
        section=SECTION,
    ),
)
preferences.register(
    Preference(
        HABILITATION_REQUIRED,
        False,
        "Refuser d’inscrire ou d’évaluer sans habilitation en cours (sinon, avertir)",
        scope="national",
        section="Habilitations",
    )
)
links.register(
    Purpose(
        APPROVAL,
        view="dossier_approval",
        mail="dossier_approval",
        label="Approbation du dossier de modalités",
        renewed_for=timedelta(days=30),
    )
)
reminders.register(APPROVAL_REMINDER, section=SECTION)
mailing.register(
    dossier_reminder="Relance pour l’approbation du dossier",
    dossier_transmitted="Dossier de modalités transmis",
    dossier_returned="Dossier de modalités retourné",
    dossier_accepted="Dossier de modalités accepté",
    registration_received="Inscription reçue d’un autre centre",
)
mailing.register_contacts(dossier=contacts.of_dossier, registration=contacts.of_registration)
