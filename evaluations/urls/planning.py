from django.urls import path

from evaluations.views import planning, visit

urlpatterns = [
    path("planning/", planning.planning, name="planning"),
    path("visites/<uuid:pk>/", visit.visit_detail, name="visit_detail"),
    path("visites/<uuid:pk>/deplacer/", visit.visit_edit, name="visit_edit"),
    path("salles/", visit.room_list, name="room_list"),
    path("salles/<int:pk>/fermer/", visit.room_close, name="room_close"),
]
