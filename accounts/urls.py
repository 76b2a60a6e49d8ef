"""The addresses of this app. allauth's sign-in needs the names `account_login` and `account_reset_password`."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.views import centres, entrance, log, outbox, own, people, settings, spaces

urlpatterns = [
    path("connexion/", entrance.SignInView.as_view(), name="account_login"),
    path("deconnexion/", LogoutView.as_view(next_page="account_login"), name="account_logout"),
    path("mot-de-passe/oublie/", entrance.forgotten_password, name="account_reset_password"),
    path("mot-de-passe/envoye/", entrance.forgotten_password_sent, name="account_reset_password_done"),
    path("mot-de-passe/<uuid:pk>/<str:token>/", entrance.reset_password, name="password_reset"),
    path("invitation/<uuid:pk>/<str:token>/", entrance.invitation, name="invitation"),
    path("lien/<uuid:pk>/<str:token>/renvoyer/", entrance.resend_link, name="link_resend"),
    path("lien/demander/", entrance.ask_links, name="link_ask"),
    path("lien/envoye/", entrance.link_sent, name="link_sent"),
    path("espace/", spaces.space_ask, name="space_ask"),
    path("espace/envoye/", spaces.space_sent, name="space_sent"),
    path("espace/quitter/", spaces.space_leave, name="space_leave"),
    path("espace/<uuid:pk>/<str:token>/", spaces.space_enter, name="space_enter"),
    path("mon-compte/", own.account, name="account"),
    path("mon-compte/mot-de-passe/", own.change_password, name="account_change_password"),
    path("role/<int:pk>/", own.hat, name="hat"),
    path("equipe/", people.team, name="team"),
    path("equipe/inviter/", people.team_invite, name="team_invite"),
    path("comptes/", people.account_list, name="account_list"),
    path("comptes/inviter/", people.account_invite, name="account_invite"),
    path("comptes/<int:pk>/", people.account_detail, name="account_detail"),
    path("comptes/<int:pk>/role/", people.hat_add, name="hat_add"),
    path("comptes/<int:pk>/fermer/", people.account_close, name="account_close"),
    path("comptes/<int:pk>/rouvrir/", people.account_reopen, name="account_reopen"),
    path("comptes/<int:pk>/mot-de-passe/", people.account_password, name="account_password"),
    path("roles/<int:pk>/suspendre/", people.membership_suspend, name="membership_suspend"),
    path("roles/<int:pk>/reprendre/", people.membership_resume, name="membership_resume"),
    path("invitations/<int:pk>/renvoyer/", people.reinvite, name="reinvite"),
    path("invitations/<int:pk>/imprimer/", people.invitation_print, name="invitation_print"),
    path("centres/", centres.centre_list, name="centre_list"),
    path("centres/examen/nouveau/", centres.centre_create, name="centre_create"),
    path("centres/examen/<int:pk>/", centres.centre_edit, name="centre_edit"),
    path("centres/ressource/nouveau/", centres.resource_centre_create, name="resource_centre_create"),
    path("centres/ressource/<int:pk>/", centres.resource_centre_edit, name="resource_centre_edit"),
    path("reglages/", settings.national_settings, name="settings"),
    path("reglages/centre/", settings.centre_settings, name="centre_settings"),
    path("courriers/", outbox.outbox, name="outbox"),
    path("courriers/<int:pk>/", outbox.outbox_message, name="outbox_message"),
    path("courriers/<int:pk>/renvoyer/", outbox.outbox_retry, name="outbox_retry"),
    path("journal/", log.log, name="log"),
]
