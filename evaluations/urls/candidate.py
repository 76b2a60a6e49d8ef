from django.urls import path

from evaluations.views import candidate as views
from evaluations.views.transfer import registration_transfer

urlpatterns = [
    path("candidats/", views.candidate_list, name="candidate_list"),
    path("candidats/exporter/", views.candidate_export, name="candidate_export"),
    path("candidats/<uuid:pk>/", views.registration_detail, name="registration_detail"),
    path("candidats/<uuid:pk>/fiche/", views.registration_file, name="registration_file"),
    path("candidats/<uuid:pk>/documents/", views.registration_documents, name="registration_documents"),
    path("candidats/<uuid:pk>/journal/", views.registration_journal, name="registration_journal"),
    path("candidats/<uuid:pk>/transferer/", registration_transfer, name="registration_transfer"),
]
