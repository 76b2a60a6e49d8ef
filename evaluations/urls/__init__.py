"""The addresses of this floor, one module per subject."""

from evaluations.urls import candidates, commissions, company_space, evaluations, juries, opinions, space

urlpatterns = [
    *candidates.urlpatterns,
    *evaluations.urlpatterns,
    *opinions.urlpatterns,
    *commissions.urlpatterns,
    *juries.urlpatterns,
    *space.urlpatterns,
    *company_space.urlpatterns,
]
