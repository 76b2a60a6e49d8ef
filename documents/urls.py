from django.urls import path

from documents import views

urlpatterns = [
    path("documents/<uuid:pk>/", views.document_status, name="document_status"),
    path("documents/<uuid:pk>/telecharger/", views.document_download, name="document_download"),
    path("documents/<uuid:pk>/apercu/", views.document_preview, name="document_preview"),
    path("documents/<uuid:pk>/relancer/", views.document_retry, name="document_retry"),
    path("verifier/", views.verify, name="verify_form"),
    path("verifier/<str:code>", views.verify, name="verify"),
]
