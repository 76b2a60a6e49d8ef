from django.urls import path

from evaluations.views import commissions as views, sessions

ONE = "commissions/<uuid:pk>/"
MEMBER = f"{ONE}membres/<int:member>/"
SESSION = f"{ONE}seance/"
CANDIDATE = f"{SESSION}<uuid:registration>/"

urlpatterns = [
    path("commissions/", views.commission_list, name="commission_list"),
    path("commissions/nouvelle/", views.commission_new, name="commission_new"),
    path(ONE, views.commission_detail, name="commission_detail"),
    path(f"{ONE}modifier/", views.commission_edit, name="commission_edit"),
    path(f"{ONE}supprimer/", views.commission_delete, name="commission_delete"),
    path(f"{ONE}convoquer/", views.commission_summon, name="commission_summon"),
    path(f"{ONE}convocations/", views.commission_letters, name="commission_letters"),
    path(f"{ONE}membres/ajouter/", views.commission_add_member, name="commission_add_member"),
    path(f"{MEMBER}retirer/", views.commission_remove_member, name="commission_remove_member"),
    path(f"{MEMBER}presider/", views.commission_president, name="commission_president"),
    path(f"{MEMBER}presence/", views.commission_presence, name="commission_presence"),
    path(f"{ONE}candidats/ajouter/", views.commission_add_candidate, name="commission_add_candidate"),
    path(
        f"{ONE}candidats/<uuid:registration>/retirer/",
        views.commission_remove_candidate,
        name="commission_remove_candidate",
    ),
    path(f"{ONE}lien-personnel/", views.commission_personal_link, name="commission_personal_link"),
    path(f"{ONE}lever-conflit/", views.commission_override, name="commission_override"),
    path(SESSION, sessions.commission_session, name="commission_session"),
    path(CANDIDATE, sessions.commission_session, name="commission_session"),
    path(f"{CANDIDATE}entretien/", sessions.interview_record, name="interview_record"),
    path(f"{CANDIDATE}capacites/<int:number>/", sessions.capacity_validate, name="capacity_validate"),
    path(f"{ONE}clore/", sessions.commission_close, name="commission_close"),
]
