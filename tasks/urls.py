"""Browser routes of tasks."""

from django.urls import path

from tasks import views

app_name = "tasks"

urlpatterns = [
    path("", views.task_list, name="list"),
    path("running/", views.running, name="running"),
    path("<uuid:task_id>/", views.task_detail, name="detail"),
    path("<uuid:task_id>/<str:verb>/", views.steer, name="steer"),
]
