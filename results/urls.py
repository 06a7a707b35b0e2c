"""Browser routes of results."""

from django.urls import path

from results import views

app_name = "results"

urlpatterns = [
    path("", views.result_list, name="list"),
    path("engines/", views.engines, name="engines"),
    path("compare/<uuid:task_id>/", views.compare, name="compare"),
    path("projects/<uuid:project_id>/usage/", views.project_usage, name="project_usage"),
    path("<uuid:result_id>/", views.detail, name="detail"),
    path("<uuid:result_id>/rate/", views.rate, name="rate"),
    path("<uuid:result_id>/comment/", views.comment, name="comment"),
    path("<uuid:result_id>/withdraw/", views.withdraw, name="withdraw"),
]
