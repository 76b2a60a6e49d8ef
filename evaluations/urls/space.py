from django.urls import path

from evaluations.views import space as views

MINE = "mon-parcours/<uuid:pk>/"

urlpatterns = [
    path("mon-parcours/", views.my_space, name="my_space"),
    path(MINE, views.my_registration, name="my_registration"),
    path(f"{MINE}identite/", views.my_identity, name="my_identity"),
    path(f"{MINE}convocations/<uuid:summons>/rendez-vous.ics", views.my_calendar, name="my_calendar"),
    path(f"{MINE}convocations/<uuid:summons>/", views.my_convocation, name="my_convocation"),
    path(f"{MINE}rapport/<uuid:evaluation>/", views.my_report, name="my_report"),
    path(f"{MINE}rapport/version/<uuid:report>/", views.my_report_file, name="my_report_file"),
    path(f"{MINE}documents/<uuid:document>/", views.my_paper, name="my_paper"),
    path("rapports/<uuid:pk>/", views.report_file, name="report_file"),
]
