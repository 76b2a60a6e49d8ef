"""What this app tells its own engines: link purposes, names of mails; and its system check."""

from accounts import checks, links, mailing, personal_data, preferences
from accounts.actions.people import INVITATION_LASTS
from accounts.actions.profile import RESET_LASTS
from accounts.links import Purpose
from accounts.preferences import Preference

links.register(
    Purpose(
        "invitation",
        view="invitation",
        mail="invitation",
        label="Invitation",
        renewed_for=INVITATION_LASTS,
        personal=True,
    ),
    Purpose(
        "password_reset",
        view="password_reset",
        mail="password_reset",
        label="Nouveau mot de passe",
        renewed_for=RESET_LASTS,
        personal=True,
    ),
)
mailing.register(
    invitation="Invitation",
    hats_given="Nouveau rôle",
    password_reset="Nouveau mot de passe",
    password_changed="Mot de passe changé",
    space_link="Accès à un espace",
)
checks.declare()

PERSONAL = "Données personnelles"
preferences.register(
    Preference(
        personal_data.JUDGED,
        66,
        "Grilles, avis, entretiens et candidats non admissibles : mois après la dernière décision",
        scope="national",
        minimum=60,  # a bloc is kept five years: its holder must still be known
        section=PERSONAL,
    ),
    Preference(
        personal_data.UNFINISHED,
        6,
        "Inscription abandonnée sans décision : mois après l’abandon",
        scope="national",
        minimum=1,
        section=PERSONAL,
    ),
    Preference(
        personal_data.OUTBOX,
        12,
        "Courriels et invitations : mois après leur écriture",
        scope="national",
        minimum=1,
        section=PERSONAL,
    ),
    Preference(
        personal_data.DRAFTS,
        12,
        "Fichiers de classes et documents d’import : mois après leur dépôt",
        scope="national",
        minimum=1,
        section=PERSONAL,
    ),
    Preference(
        personal_data.CONTACT_MONTHS,
        12,
        "Adresses électroniques des membres de commissions et de jurys : mois après la séance",
        scope="national",
        minimum=1,
        section=PERSONAL,
    ),
    Preference(
        personal_data.CONNECTIONS,
        12,
        "Date de dernière connexion : mois",
        scope="national",
        minimum=1,
        section=PERSONAL,
    ),
)
