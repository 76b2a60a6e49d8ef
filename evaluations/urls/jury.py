from django.urls import path

from evaluations.views import jury, jury_session

JURY = "jurys/<uuid:pk>/"
SEAT = f"{JURY}sieges/<int:seat>/"
SESSION = f"{JURY}seance/"
CASE = f"{SESSION}candidats/<int:entry>/"

urlpatterns = [
    path("jurys/", jury.jury_list, name="jury_list"),
    path("jurys/preparer/", jury.jury_new, name="jury_new"),
    path(JURY, jury.jury_detail, name="jury_detail"),
    path(f"{JURY}modifier/", jury.jury_edit, name="jury_edit"),
    path(f"{JURY}supprimer/", jury.jury_delete, name="jury_delete"),
    path(f"{JURY}sieges/ajouter/", jury.jury_seat_add, name="jury_seat_add"),
    path(SEAT, jury.jury_seat, name="jury_seat"),
    path(f"{SEAT}vider/", jury.jury_seat_empty, name="jury_seat_empty"),
    path(f"{SEAT}retirer/", jury.jury_seat_remove, name="jury_seat_remove"),
    path(f"{SEAT}presider/", jury.jury_president, name="jury_president"),
    path(f"{SEAT}suppleer/", jury.jury_substitute, name="jury_substitute"),
    path(f"{JURY}syndicats/", jury.jury_unions, name="jury_unions"),
    path(f"{JURY}delais/<str:key>/", jury.jury_notice, name="jury_notice"),
    path(f"{JURY}candidats/", jury.jury_candidates, name="jury_candidates"),
    path(f"{JURY}candidats/<int:entry>/retirer/", jury.jury_candidate_remove, name="jury_candidate_remove"),
    path(f"{JURY}convoquer/", jury.jury_summon, name="jury_summon"),
    path(f"{JURY}ouvrir/", jury.jury_open, name="jury_open"),
    path(SESSION, jury_session.jury_session, name="jury_session"),
    path(f"{SESSION}presences/<int:member>/", jury_session.jury_presence, name="jury_presence"),
    path(f"{SESSION}unanimite/", jury_session.jury_pronounce, name="jury_pronounce"),
    path(f"{CASE}decider/", jury_session.jury_decide, name="jury_decide"),
    path(f"{CASE}annuler/", jury_session.jury_cancel, name="jury_cancel"),
    path(f"{CASE}retrait/", jury_session.jury_withdraw, name="jury_withdraw"),
    path(
        f"{SESSION}retraits/<int:withdrawal>/annuler/",
        jury_session.jury_withdrawal_cancel,
        name="jury_withdrawal_cancel",
    ),
    path(f"{SESSION}clore/", jury_session.jury_close, name="jury_close"),
    path(f"{SESSION}publier/", jury_session.jury_publish, name="jury_publish"),
]
