"""The addresses of this floor, one module per subject."""

from evaluations.urls import candidates, evaluations, opinions

urlpatterns = [*candidates.urlpatterns, *evaluations.urlpatterns, *opinions.urlpatterns]
