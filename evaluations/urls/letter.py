from django.urls import path

from evaluations.views import letter as views

urlpatterns = [
    path("courriers/modeles/", views.letter_template_list, name="letter_template_list"),
    path("courriers/modeles/nouveau/", views.letter_template_new, name="letter_template_new"),
    path("courriers/modeles/<int:pk>/", views.letter_template_edit, name="letter_template_edit"),
    path(
        "courriers/modeles/<int:pk>/supprimer/", views.letter_template_delete, name="letter_template_delete"
    ),
    path("selections/<uuid:pk>/lettres/", views.bulk_letters, name="bulk_letters"),
]
