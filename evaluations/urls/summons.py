from django.urls import path

from evaluations.views import summons

urlpatterns = [
    path("convocations/<uuid:pk>/", summons.summons_detail, name="summons_detail"),
    path("convocations/<uuid:pk>/remise/", summons.summons_handed, name="summons_handed"),
    path("convocations/<str:about>/", summons.summons_papers, name="summons_papers"),
]
