"""Settings shared by every environment; each variable is read here or in an integration's file, once."""

from pathlib import Path

import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from config.common import env
from config.settings.audit import *
from config.settings.celery import *
from config.settings.databases import *
from config.settings.engines import *
from config.settings.intents import *
from config.settings.logs import *
from config.settings.rest import *
from config.settings.security import *
from config.settings.text2sql import *
from config.settings.unfold import *

# Lets `Paginator[Task]` and `ModelForm[Task]` be written, as type checkers want them.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parents[2]

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "django_filters",
    "django_vite",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "rest_framework",
    "accounts",
    "projects",
    "tasks",
    "results",
    "monitoring",
    "chatbot",
    "text2sql",
    "tts",
]

MIDDLEWARE = [
    "monitoring.middleware.RequestContextMiddleware",
    "monitoring.inline.SecurityMiddleware",
    "monitoring.inline.CSPMiddleware",
    "monitoring.static_files.StaticFilesMiddleware",
    "monitoring.inline.SessionMiddleware",
    "monitoring.inline.LocaleMiddleware",
    "monitoring.inline.CommonMiddleware",
    "monitoring.inline.CsrfViewMiddleware",
    "monitoring.inline.AuthenticationMiddleware",
    "accounts.middleware.AccountStateMiddleware",
    "monitoring.inline.MessageMiddleware",
    "monitoring.inline.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["config.common.template_tags"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "config.common.context.frame",
                "projects.context.current_project",
            ],
        },
    },
]

#: Bodies are counted while they come (`monitoring.body_limit`); uploads may be larger, plus the form around them.
MAX_BODY_BYTES = env.integer("MAX_BODY_BYTES", 8 * 1024 * 1024, minimum=1024)
BODY_LIMITS = {
    "/v1/chat/completions": GATEWAY_BODY_BYTES,
    "/v1/responses": GATEWAY_BODY_BYTES,
    "/api/v1/files/": CHAT_MAX_FILE_BYTES + 1024 * 1024,
    "/api/v1/imports/": CHAT_MAX_IMPORT_BYTES + 1024 * 1024,
    "/chat/import/": CHAT_MAX_IMPORT_BYTES + 1024 * 1024,
}

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

AUTH_USER_MODEL = "accounts.Account"
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:login"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("vi", _("Vietnamese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = env.text("TIME_ZONE", "UTC")

STATIC_URL = "/static/"
# "src" holds TypeScript and CSS sources; only what the build wrote and images are served.
STATICFILES_DIRS = [("dist", BASE_DIR / "static" / "dist"), ("img", BASE_DIR / "static" / "img")]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "media", "file_permissions_mode": 0o600},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
DJANGO_VITE = {
    "default": {
        "manifest_path": BASE_DIR / "static" / "dist" / "manifest.json",
        "static_url_prefix": "dist",
        "dev_mode": False,
    }
}
