"""Every address of the site. French, one file per app."""

from django.urls import include, path

from cqpm import views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("accounts.urls")),
    path("", include("referentiel.urls")),
    path("", include("documents.urls")),
    path("", include("candidates.urls")),
    path("", include("evaluations.urls")),
]
