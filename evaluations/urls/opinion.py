from django.urls import path

from evaluations.views import opinion as views

LINK = "avis/<uuid:pk>/<str:token>/"

urlpatterns = [
    path("candidats/<uuid:pk>/avis/demander/", views.opinion_request, name="opinion_request"),
    path("avis-a-suivre/<uuid:pk>/", views.opinion_detail, name="opinion_detail"),
    path("avis-a-suivre/<uuid:pk>/relancer/", views.opinion_remind, name="opinion_remind"),
    path("avis-a-suivre/<uuid:pk>/rediriger/", views.opinion_redirect, name="opinion_redirect"),
    path("avis-a-suivre/<uuid:pk>/absence/", views.opinion_absence, name="opinion_absence"),
    path("avis-a-suivre/<uuid:pk>/imprimer/", views.opinion_print, name="opinion_print"),
    path(LINK, views.opinion, name="opinion"),
    path(f"{LINK}capacite/", views.opinion_save, name="opinion_save"),
    path(f"{LINK}relecture/", views.opinion_review, name="opinion_review"),
    path(f"{LINK}envoi/", views.opinion_submit, name="opinion_submit"),
]
