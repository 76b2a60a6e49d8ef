from django.urls import path

from evaluations.views import summons

urlpatterns = [
    path("convocations/<uuid:pk>/", summons.summons_detail, name="summons_detail"),
    path("convocations/<uuid:pk>/rendez-vous.ics", summons.summons_calendar, name="summons_calendar"),
    path("convocations/<uuid:pk>/reponse/", summons.summons_answer, name="summons_answer"),
    path("reponse/<uuid:pk>/<str:token>/", summons.assignment, name="assignment"),
    path("convocations/<uuid:pk>/remise/", summons.summons_handed, name="summons_handed"),
    path("convocations/<str:about>/", summons.summons_papers, name="summons_papers"),
]
