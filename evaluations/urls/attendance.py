from django.urls import path

from evaluations.views import attendance as views

urlpatterns = [
    path("effectifs/", views.attendance_counts, name="attendance_counts"),
    path("effectifs/effectifs.csv", views.attendance_csv, name="attendance_csv"),
    path("effectifs/effectifs.xlsx", views.attendance_xlsx, name="attendance_xlsx"),
]
