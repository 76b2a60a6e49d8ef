"""The addresses of this floor, one module per subject."""

from evaluations.urls import (
    attendance,
    candidate,
    cohort,
    commission,
    company_space,
    evaluation,
    jury,
    opinion,
    space,
    summons,
)

urlpatterns = [
    *attendance.urlpatterns,
    *candidate.urlpatterns,
    *cohort.urlpatterns,
    *evaluation.urlpatterns,
    *opinion.urlpatterns,
    *commission.urlpatterns,
    *jury.urlpatterns,
    *summons.urlpatterns,
    *space.urlpatterns,
    *company_space.urlpatterns,
]
