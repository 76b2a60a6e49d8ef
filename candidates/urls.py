from django.urls import path

from candidates.views import approval, companies, dossiers, identity, imports, inbox, lookups, registrations

urlpatterns = [
    path("candidats/inscrire/", registrations.candidate_new, name="candidate_new"),
    path("lieux/<str:kind>/", lookups.place_search, name="place_search"),
    path("candidats/importer/", imports.class_import_new, name="class_import_new"),
    path("candidats/importer/modele.<str:form>", imports.class_import_template, name="class_import_template"),
    path("candidats/importer/<uuid:pk>/", imports.class_import, name="class_import"),
    path("candidats/importer/<uuid:pk>/suivi/", imports.class_import_progress, name="class_import_progress"),
    path("candidats/importer/<uuid:pk>/fichier/", imports.class_import_file, name="class_import_file"),
    path("candidats/importer/<uuid:pk>/relancer/", imports.class_import_again, name="class_import_again"),
    path("candidats/importer/<uuid:pk>/trancher/", imports.class_import_settle, name="class_import_settle"),
    path(
        "candidats/importer/<uuid:pk>/confirmer/", imports.class_import_confirm, name="class_import_confirm"
    ),
    path("candidats/importer/<uuid:pk>/annuler/", imports.class_import_undo, name="class_import_undo"),
    path(
        "candidats/importer/<uuid:pk>/constats.xlsx",
        imports.class_import_annotated,
        name="class_import_annotated",
    ),
    path("candidats/<uuid:pk>/modifier/", registrations.registration_edit, name="registration_edit"),
    path("candidats/<uuid:pk>/identite/", registrations.identity_edit, name="identity_edit"),
    path("candidats/<uuid:pk>/identite/relue/", identity.read_on_paper, name="identity_read_on_paper"),
    path("candidats/<uuid:pk>/identite/repondre/", identity.answer, name="identity_answer"),
    path("candidats/<uuid:pk>/acces/", identity.space_print, name="space_print"),
    path("candidats/<uuid:pk>/abandonner/", registrations.registration_abandon, name="registration_abandon"),
    path("candidats/<uuid:pk>/confirmer-vae/", registrations.vae_confirm, name="vae_confirm"),
    path("candidats/<uuid:pk>/dossier/", dossiers.dossier_edit, name="dossier_edit"),
    path("candidats/<uuid:pk>/avenant/", dossiers.dossier_amend, name="dossier_amend"),
    path("dossiers/<uuid:pk>/enregistrer/", dossiers.dossier_save, name="dossier_save"),
    path("dossiers/<uuid:pk>/approuver/", dossiers.dossier_approve, name="dossier_approve"),
    path("dossiers/<uuid:pk>/demander/", dossiers.dossier_ask_partner, name="dossier_ask_partner"),
    path("dossiers/<uuid:pk>/relancer/", dossiers.dossier_remind, name="dossier_remind"),
    path("dossiers/<uuid:pk>/imprimer/", dossiers.dossier_partner_print, name="dossier_partner_print"),
    path("dossiers/<uuid:pk>/papier/", dossiers.dossier_paper_approval, name="dossier_paper_approval"),
    path("dossiers/<uuid:pk>/papier/numerise/", dossiers.dossier_scan, name="dossier_scan"),
    path("dossiers/<uuid:pk>/transmettre/", dossiers.dossier_transmit, name="dossier_transmit"),
    path("dossier/<uuid:pk>/<str:token>/", approval.dossier_approval, name="dossier_approval"),
    path("dossiers-recus/", inbox.dossier_inbox, name="dossier_inbox"),
    path("dossiers-recus/<uuid:pk>/", inbox.dossier_received, name="dossier_received"),
    path("dossiers-recus/<uuid:pk>/retourner/", inbox.dossier_return, name="dossier_return"),
    path("dossiers-recus/<uuid:pk>/accepter/", inbox.dossier_accept, name="dossier_accept"),
    path("entreprises/", companies.company_list, name="company_list"),
    path("entreprises/ajouter/", companies.company_new, name="company_new"),
    path("entreprises/<uuid:pk>/modifier/", companies.company_edit, name="company_edit"),
]
