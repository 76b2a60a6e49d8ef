from django.urls import path

from referentiel.views import drafts, imports, norm, switches, versions

urlpatterns = [
    path("referentiels/", norm.referentiel_list, name="referentiel_list"),
    path("referentiels/importer/", imports.import_new, name="referentiel_import_new"),
    path("referentiels/imports/<uuid:pk>/", imports.import_detail, name="referentiel_import"),
    path("referentiels/imports/<uuid:pk>/relancer/", imports.import_retry, name="referentiel_import_retry"),
    path("referentiels/<int:pk>/", norm.referentiel_detail, name="referentiel_detail"),
    path("referentiels/<int:pk>/modifier/", drafts.referentiel_edit, name="referentiel_edit"),
    path("referentiels/<int:pk>/modifier/<slug:section>/", drafts.section_save, name="section_save"),
    path("referentiels/<int:pk>/capacites/ajouter/", drafts.capacity_add, name="capacity_add"),
    path("capacites/<int:pk>/enregistrer/", drafts.capacity_save, name="capacity_save"),
    path("capacites/<int:pk>/deplacer/", drafts.capacity_move, name="capacity_move"),
    path("capacites/<int:pk>/supprimer/", drafts.capacity_delete, name="capacity_delete"),
    path("referentiels/<int:pk>/publier/", drafts.referentiel_publish, name="referentiel_publish"),
    path("referentiels/<int:pk>/supprimer/", drafts.draft_delete, name="draft_delete"),
    path("referentiels/<int:pk>/nouvelle-version/", versions.version_new, name="version_new"),
    path("referentiels/<int:pk>/comparer/<int:other>/", versions.version_compare, name="version_compare"),
    path(
        "referentiels/<int:pk>/correspondances/<int:other>/", versions.version_mapping, name="version_mapping"
    ),
    path(
        "referentiels/<int:pk>/documents/ajouter/",
        versions.resource_document_new,
        name="resource_document_new",
    ),
    path("documents-de-ressource/<uuid:pk>/", versions.resource_document, name="resource_document"),
    path(
        "documents-de-ressource/<uuid:pk>/retirer/",
        versions.resource_document_remove,
        name="resource_document_remove",
    ),
    path("referentiels/<int:pk>/reglages/", switches.referentiel_switches, name="referentiel_switches"),
    path("referentiels/<int:pk>/derogations/", switches.derogation_grant, name="derogation_grant"),
    path(
        "referentiels/<int:pk>/derogations/<int:derogation>/retirer/",
        switches.derogation_revoke,
        name="derogation_revoke",
    ),
    path(
        "centres-de-ressource/<int:pk>/certifications/",
        norm.resource_centre_certifications,
        name="resource_centre_certifications",
    ),
]
