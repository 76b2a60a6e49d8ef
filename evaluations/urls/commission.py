from django.urls import path

from evaluations.views import attendance_sheet, commission, commission_session

ONE = "commissions/<uuid:pk>/"
MEMBER = f"{ONE}membres/<int:member>/"
SESSION = f"{ONE}seance/"
CANDIDATE = f"{SESSION}<uuid:registration>/"

urlpatterns = [
    path("commissions/", commission.commission_list, name="commission_list"),
    path("commissions/nouvelle/", commission.commission_new, name="commission_new"),
    path(ONE, commission.commission_detail, name="commission_detail"),
    path(f"{ONE}modifier/", commission.commission_edit, name="commission_edit"),
    path(f"{ONE}supprimer/", commission.commission_delete, name="commission_delete"),
    path(f"{ONE}convoquer/", commission.commission_summon, name="commission_summon"),
    path(f"{ONE}membres/ajouter/", commission.commission_add_member, name="commission_add_member"),
    path(
        f"{ONE}membres/employeur/", commission.commission_member_employer, name="commission_member_employer"
    ),
    path(f"{MEMBER}retirer/", commission.commission_remove_member, name="commission_remove_member"),
    path(f"{MEMBER}presider/", commission.commission_president, name="commission_president"),
    path(f"{MEMBER}presence/", commission.commission_presence, name="commission_presence"),
    path(f"{ONE}candidats/ajouter/", commission.commission_add_candidate, name="commission_add_candidate"),
    path(
        f"{ONE}candidats/<uuid:registration>/retirer/",
        commission.commission_remove_candidate,
        name="commission_remove_candidate",
    ),
    path(
        f"{ONE}candidats/<uuid:registration>/heure/",
        commission.commission_passage,
        name="commission_passage",
    ),
    path(
        f"{ONE}candidats/<uuid:registration>/presence/",
        commission.commission_attendance,
        name="commission_attendance",
    ),
    path(f"{ONE}lien-personnel/", commission.commission_personal_link, name="commission_personal_link"),
    path(f"{ONE}lever-conflit/", commission.commission_override, name="commission_override"),
    path(SESSION, commission_session.commission_session, name="commission_session"),
    path(CANDIDATE, commission_session.commission_session, name="commission_session"),
    path(f"{CANDIDATE}entretien/", commission_session.interview_record, name="interview_record"),
    path(
        f"{CANDIDATE}capacites/<int:number>/", commission_session.capacity_validate, name="capacity_validate"
    ),
    path(
        f"{ONE}emargement/", attendance_sheet.commission_attendance_sheet, name="commission_attendance_sheet"
    ),
    path(f"{ONE}clore/", commission_session.commission_close, name="commission_close"),
]
