from django.urls import path

from evaluations.views import company_space, request

MINE = "mes-candidats/<uuid:pk>/"

urlpatterns = [
    path("mes-candidats/", company_space.company_space, name="company_space"),
    path(MINE, company_space.company_candidate, name="company_candidate"),
    path(f"{MINE}inconnu/", company_space.company_denial, name="company_denial"),
    path(f"{MINE}changer/<str:kind>/", company_space.company_change, name="company_change"),
    path("demandes/<uuid:pk>/accepter/", request.contact_request_accept, name="contact_request_accept"),
    path("demandes/<uuid:pk>/repondre/", request.contact_request_answer, name="contact_request_answer"),
]
