from django.urls import path

from referentiel import views

urlpatterns = [
    path("referentiels/", views.referentiel_list, name="referentiel_list"),
    path("referentiels/<int:pk>/", views.referentiel_detail, name="referentiel_detail"),
    path(
        "centres-de-ressource/<int:pk>/certifications/",
        views.resource_centre_certifications,
        name="resource_centre_certifications",
    ),
]
