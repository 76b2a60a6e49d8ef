from django.urls import path

from evaluations.views import planning, summons, visit

urlpatterns = [
    path("planning/", planning.planning, name="planning"),
    path("visites/<uuid:pk>/", visit.visit_detail, name="visit_detail"),
    path("visites/<uuid:pk>/deplacer/", visit.visit_edit, name="visit_edit"),
    path("visites/<uuid:pk>/convoquer/", summons.visit_summon, name="visit_summon"),
    path("salles/", visit.room_list, name="room_list"),
    path("salles/<int:pk>/fermer/", visit.room_close, name="room_close"),
]
