"""Browser routes of projects."""

from django.urls import path

from projects.views import keys, members, projects

app_name = "projects"

urlpatterns = [
    path("", projects.project_list, name="list"),
    path("new/", projects.create, name="create"),
    path("<uuid:project_id>/", projects.detail, name="detail"),
    path("<uuid:project_id>/edit/", projects.update, name="update"),
    path("<uuid:project_id>/scope/", projects.scope, name="scope"),
    path("<uuid:project_id>/activity/", projects.activity, name="activity"),
    path("<uuid:project_id>/usage/", projects.usage, name="usage"),
    path("<uuid:project_id>/archive/", projects.archive, name="archive"),
    path("<uuid:project_id>/restore/", projects.restore, name="restore"),
    path("<uuid:project_id>/switch/", projects.switch, name="switch"),
    path("<uuid:project_id>/members/", members.members, name="members"),
    path("<uuid:project_id>/members/<uuid:user_id>/role/", members.change_role, name="member_role"),
    path("<uuid:project_id>/members/<uuid:user_id>/remove/", members.remove, name="member_remove"),
    path("<uuid:project_id>/members/<uuid:user_id>/make-owner/", members.make_owner, name="make_owner"),
    path("<uuid:project_id>/keys/", keys.keys, name="keys"),
    path("<uuid:project_id>/keys/rotate/", keys.rotate, name="key_rotate"),
    path("<uuid:project_id>/keys/<uuid:key_id>/revoke/", keys.revoke, name="key_revoke"),
]
