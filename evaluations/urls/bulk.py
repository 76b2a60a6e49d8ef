from django.urls import path

from evaluations.views import bulk as views, bulk_papers, summons

urlpatterns = [
    path("candidats/selection/", views.bulk_prepare, name="bulk_prepare"),
    path("selections/<uuid:pk>/", views.bulk_detail, name="bulk_detail"),
    path("selections/<uuid:pk>/regler/", views.bulk_settle, name="bulk_settle"),
    path("selections/<uuid:pk>/lancer/", views.bulk_start, name="bulk_start"),
    path("selections/<uuid:pk>/poursuivre/", views.bulk_follow, name="bulk_follow"),
    path("selections/<uuid:pk>/annuler/", views.bulk_undo, name="bulk_undo"),
    path("selections/<uuid:pk>/avancement/", views.bulk_progress, name="bulk_progress"),
    path("selections/<uuid:pk>/convoquer/", summons.bulk_summon, name="bulk_summon"),
    path("selections/<uuid:pk>/imprimer/", bulk_papers.bulk_papers, name="bulk_papers"),
]
