from django.urls import path

from evaluations.views import attendance_sheet, evaluation, sheet

urlpatterns = [
    path("candidats/<uuid:pk>/evaluations/prevoir/", evaluation.evaluation_new, name="evaluation_new"),
    path("evaluations/<uuid:pk>/", evaluation.evaluation_detail, name="evaluation_detail"),
    path(
        "evaluations/<uuid:pk>/emargement/",
        attendance_sheet.evaluation_attendance_sheet,
        name="evaluation_attendance_sheet",
    ),
    path("evaluations/<uuid:pk>/modifier/", evaluation.evaluation_edit, name="evaluation_edit"),
    path("evaluations/<uuid:pk>/convoquer/", evaluation.evaluation_summon, name="evaluation_summon"),
    path("evaluations/<uuid:pk>/ouvrir/", evaluation.evaluation_open, name="evaluation_open"),
    path("evaluations/<uuid:pk>/absence/", evaluation.evaluation_absent, name="evaluation_absent"),
    path("evaluations/<uuid:pk>/reporter/", evaluation.evaluation_postpone, name="evaluation_postpone"),
    path("evaluations/<uuid:pk>/supprimer/", evaluation.evaluation_delete, name="evaluation_delete"),
    path("evaluations/<uuid:pk>/rapport/", evaluation.evaluation_report, name="evaluation_report"),
    path(
        "evaluations/<uuid:pk>/rapport/admettre/",
        evaluation.evaluation_late_report,
        name="evaluation_late_report",
    ),
    path("grilles/<uuid:pk>/", sheet.sheet, name="sheet"),
    path("grilles/<uuid:pk>/imprimer/", sheet.sheet_print, name="sheet_print"),
    path("grilles/<uuid:pk>/criteres/<int:criterion>/", sheet.sheet_result, name="sheet_result"),
    path("grilles/<uuid:pk>/conditions/<int:condition>/", sheet.sheet_condition, name="sheet_condition"),
    path("grilles/<uuid:pk>/notes/", sheet.sheet_notes, name="sheet_notes"),
    path("grilles/<uuid:pk>/remettre/", sheet.sheet_submit, name="sheet_submit"),
    path("grilles/<uuid:pk>/rouvrir/", sheet.sheet_reopen, name="sheet_reopen"),
]
