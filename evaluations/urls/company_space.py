from django.urls import path

from evaluations.views import company_space as views, requests

MINE = "mes-candidats/<uuid:pk>/"

urlpatterns = [
    path("mes-candidats/", views.company_space, name="company_space"),
    path(MINE, views.company_candidate, name="company_candidate"),
    path(f"{MINE}inconnu/", views.company_denial, name="company_denial"),
    path(f"{MINE}changer/<str:kind>/", views.company_change, name="company_change"),
    path("demandes/<uuid:pk>/accepter/", requests.contact_request_accept, name="contact_request_accept"),
    path("demandes/<uuid:pk>/repondre/", requests.contact_request_answer, name="contact_request_answer"),
]
