"""The addresses of this floor, one module per subject."""

from evaluations.urls import (
    attendance,
    bulk,
    candidate,
    cohort,
    commission,
    company_space,
    evaluation,
    jury,
    letter,
    opinion,
    planning,
    space,
    summons,
)

urlpatterns = [
    *attendance.urlpatterns,
    *bulk.urlpatterns,
    *candidate.urlpatterns,
    *cohort.urlpatterns,
    *evaluation.urlpatterns,
    *opinion.urlpatterns,
    *commission.urlpatterns,
    *jury.urlpatterns,
    *letter.urlpatterns,
    *summons.urlpatterns,
    *planning.urlpatterns,
    *space.urlpatterns,
    *company_space.urlpatterns,
]
