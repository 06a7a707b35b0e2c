"""Browser routes of accounts."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("", views.profile, name="profile"),
    path("login/", views.SignInView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("profile/", views.change_profile, name="change_profile"),
    path("password/", views.change_own_password, name="change_password"),
    path("keys/", views.create_key, name="create_key"),
    path("keys/<uuid:key_id>/revoke/", views.revoke_key, name="revoke_key"),
    path("sessions/end/", views.end_other_sessions, name="end_other_sessions"),
]
