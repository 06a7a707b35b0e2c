"""The REST face: DRF, OpenAPI 3.1, JSON limits."""

from typing import Any

from config.common import env

MAX_JSON_BYTES = env.integer("MAX_JSON_BYTES", 2 * 1024 * 1024, minimum=1024)
MAX_JSON_DEPTH = 64

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.ApiKeyAuthentication",
        "accounts.api.authentication.ProblemSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "accounts.api.permissions.HasKeyScope",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api.throttling.SlidingWindowThrottle"],
    "DEFAULT_PARSER_CLASSES": ["config.common.rest.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "config.common.rest.TimeOrderedPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.common.rest.drf_exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Roundhouse",
    "DESCRIPTION": "One login, one API key, one durable queue, one quota and one audit trail for AI engines.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.common.rest.describe_refusals",
    ],
    "ENUM_NAME_OVERRIDES": {
        "AccountRole": "accounts.models.Role",
        "ApiKeyStatus": "accounts.models.ApiKeyStatus",
        "ChildPolicy": "tasks.states.ChildPolicy",
        "DatabaseKind": "text2sql.models.DatabaseKind",
        "FileStatus": "chatbot.states.FileStatus",
        "InteractionStatus": "monitoring.models.InteractionStatus",
        "MemberRole": "projects.models.MemberRole",
        "MemberStatus": "projects.models.MemberStatus",
        "MessageRole": "chatbot.states.MessageRole",
        "MessageStatus": "chatbot.states.MessageStatus",
        "ProjectStatus": "projects.models.ProjectStatus",
        "ResultStatus": "results.models.ResultStatus",
        "QueryFeedback": "text2sql.models.Feedback",
        "QueryStatus": "text2sql.models.QueryStatus",
        "TaskStatus": "tasks.states.TaskStatus",
    },
}
