"""What this app tells its own engines: link purposes, names of mails; and its system check."""

from accounts import checks, links, mailing
from accounts.actions.people import INVITATION_LASTS
from accounts.actions.profile import RESET_LASTS
from accounts.links import Purpose

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
