"""The operations console (django-unfold): names, dashboard and the navigation of staff."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _item(title: Any, icon: str, route: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{route}_changelist")}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Roundhouse",
    "SITE_HEADER": _("Roundhouse operations"),
    "SITE_URL": "/",
    "SITE_ICON": lambda request: static("img/logo.svg"),
    "SHOW_HISTORY": True,
    # The accent of our own pages (static/src, --accent), light to dark.
    "COLORS": {
        "primary": {
            "50": "#f0fdfa",
            "100": "#ddefec",
            "200": "#b2e0d9",
            "300": "#7fccc2",
            "400": "#45b3a6",
            "500": "#1d978a",
            "600": "#0f766e",
            "700": "#0f5f59",
            "800": "#124d48",
            "900": "#133f3c",
            "950": "#042624",
        }
    },
    "DASHBOARD_CALLBACK": "monitoring.admin.dashboard",
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                "title": _("Queue"),
                "items": [
                    {"title": _("Dashboard"), "icon": "dashboard", "link": reverse_lazy("admin:index")},
                    _item(_("Tasks"), "list_alt", "tasks_task"),
                    _item(_("Transitions"), "history", "tasks_taskhistory"),
                    _item(_("Queues"), "stacks", "tasks_queue"),
                    _item(_("Workers"), "memory", "tasks_worker"),
                    _item(_("Engines"), "train", "tasks_engine"),
                    _item(_("Results"), "fact_check", "results_result"),
                    _item(_("Feedback"), "star", "results_resultfeedback"),
                ],
            },
            {
                "title": _("Chat"),
                "items": [
                    _item(_("Model calls"), "forum", "monitoring_interaction"),
                    _item(_("Usage by the hour"), "bar_chart", "monitoring_interactionusage"),
                    _item(_("Rejected entries"), "report", "monitoring_streamreject"),
                    _item(_("Conversations"), "chat", "chatbot_conversation"),
                    _item(_("Messages"), "chat_bubble", "chatbot_message"),
                    _item(_("Memories"), "psychology", "chatbot_memory"),
                    _item(_("Files"), "attach_file", "chatbot_uploadedfile"),
                    _item(_("Imports"), "upload_file", "chatbot_importrun"),
                ],
            },
            {
                "title": _("Scope of work"),
                "items": [
                    _item(_("Suspicious accounts"), "person_alert", "chatbot_deviationscore"),
                    _item(_("Deviation events"), "trending_up", "chatbot_deviationevent"),
                    _item(_("Scope blocks"), "block", "chatbot_deviationblock"),
                    _item(_("Corrected labels"), "label", "chatbot_intentlabel"),
                ],
            },
            {
                "title": _("SQL"),
                "items": [
                    _item(_("Database connections"), "database", "text2sql_databaseconnection"),
                    _item(_("Questions to databases"), "query_stats", "text2sql_queryhistory"),
                    _item(_("Knowledge base"), "school", "text2sql_sqlknowledge"),
                    _item(_("Database schemas"), "schema", "text2sql_databaseschema"),
                    _item(_("Notes on schemas"), "sticky_note_2", "text2sql_schemanote"),
                    _item(_("Exports of queries"), "download", "text2sql_queryexport"),
                    _item(_("Evaluations"), "fact_check", "text2sql_evaluationrun"),
                    _item(_("Verdicts"), "rule", "text2sql_evaluationverdict"),
                ],
            },
            {
                "title": _("Voice"),
                "items": [
                    _item(_("Audio requests"), "record_voice_over", "tts_audiorequest"),
                    _item(_("Audio files"), "audio_file", "tts_audiofile"),
                ],
            },
            {
                "title": _("People"),
                "items": [
                    _item(_("Accounts"), "person", "accounts_account"),
                    _item(_("API keys"), "key", "accounts_apikey"),
                    _item(_("Usage quotas"), "data_usage", "accounts_usagequota"),
                    _item(_("Rate-limit windows"), "speed", "accounts_ratelimitwindow"),
                    _item(_("Projects"), "folder", "projects_project"),
                    _item(_("Project activity"), "timeline", "projects_projectactivity"),
                ],
            },
        ],
    },
}
