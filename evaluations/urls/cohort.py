from django.urls import path

from evaluations.views import cohort as views

urlpatterns = [
    path("promotions/", views.cohort_list, name="cohort_list"),
    path("promotions/depuis-la-liste/", views.cohort_from_list, name="cohort_from_list"),
    path("promotions/<uuid:pk>/", views.cohort_detail, name="cohort_detail"),
]
