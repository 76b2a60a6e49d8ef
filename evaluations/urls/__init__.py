"""The addresses of this floor, one module per subject."""

from evaluations.urls import evaluations

urlpatterns = [*evaluations.urlpatterns]
