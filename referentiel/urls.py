from django.urls import path

from referentiel.views import imports, norm

urlpatterns = [
    path("referentiels/", norm.referentiel_list, name="referentiel_list"),
    path("referentiels/importer/", imports.import_new, name="referentiel_import_new"),
    path("referentiels/imports/<uuid:pk>/", imports.import_detail, name="referentiel_import"),
    path("referentiels/imports/<uuid:pk>/relancer/", imports.import_retry, name="referentiel_import_retry"),
    path("referentiels/<int:pk>/", norm.referentiel_detail, name="referentiel_detail"),
    path(
        "centres-de-ressource/<int:pk>/certifications/",
        norm.resource_centre_certifications,
        name="resource_centre_certifications",
    ),
]
