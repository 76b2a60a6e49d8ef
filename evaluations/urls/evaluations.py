from django.urls import path

from evaluations.views import evaluations, sheets

urlpatterns = [
    path("candidats/<uuid:pk>/evaluations/prevoir/", evaluations.evaluation_new, name="evaluation_new"),
    path("evaluations/<uuid:pk>/", evaluations.evaluation_detail, name="evaluation_detail"),
    path("evaluations/<uuid:pk>/modifier/", evaluations.evaluation_edit, name="evaluation_edit"),
    path("evaluations/<uuid:pk>/ouvrir/", evaluations.evaluation_open, name="evaluation_open"),
    path("evaluations/<uuid:pk>/absence/", evaluations.evaluation_absent, name="evaluation_absent"),
    path("evaluations/<uuid:pk>/reporter/", evaluations.evaluation_postpone, name="evaluation_postpone"),
    path("evaluations/<uuid:pk>/supprimer/", evaluations.evaluation_delete, name="evaluation_delete"),
    path("evaluations/<uuid:pk>/rapport/", evaluations.evaluation_report, name="evaluation_report"),
    path(
        "evaluations/<uuid:pk>/rapport/admettre/",
        evaluations.evaluation_late_report,
        name="evaluation_late_report",
    ),
    path("grilles/<uuid:pk>/", sheets.sheet, name="sheet"),
    path("grilles/<uuid:pk>/imprimer/", sheets.sheet_print, name="sheet_print"),
    path("grilles/<uuid:pk>/criteres/<int:criterion>/", sheets.sheet_result, name="sheet_result"),
    path("grilles/<uuid:pk>/conditions/<int:condition>/", sheets.sheet_condition, name="sheet_condition"),
    path("grilles/<uuid:pk>/notes/", sheets.sheet_notes, name="sheet_notes"),
    path("grilles/<uuid:pk>/remettre/", sheets.sheet_submit, name="sheet_submit"),
    path("grilles/<uuid:pk>/rouvrir/", sheets.sheet_reopen, name="sheet_reopen"),
]
