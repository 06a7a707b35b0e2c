"""Operations console of intent and deviation (D5): who strays, what was counted, who is blocked, corrected labels."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter, FieldTextFilter, RangeDateTimeFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from accounts.admin import ReadOnlyAdmin, ServiceAdmin, apply_to_each
from accounts.models import Account
from chatbot.intents import read_catalogue
from chatbot.models import DeviationBlock, DeviationEvent, DeviationScore, IntentLabel
from chatbot.querysets import DeviationScoreQuerySet
from chatbot.services.blocking import lift_block
from chatbot.services.deviation import reset_score
from chatbot.services.labels import correct_label, remove_label
from projects.admin import actor_of

_PERSON = ["user__username", "user__email", "project__project_name"]


class ReasonForm(forms.Form):
    """Why staff do it; of a lifted block the person reads it."""

    reason = forms.CharField(label=_("Reason"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))


class AskingAdmin(ReadOnlyAdmin):
    """Actions that need a reason ask for it on a page of their own."""

    ask_template = "chatbot/admin_ask.html"
    list_select_related = ["user", "project"]
    search_help_text = _("Person or project")

    def with_reason(
        self, request: HttpRequest, rows: QuerySet[Any], action: str, write: Callable[[Any, Account, str], object]
    ) -> HttpResponse | None:
        """The page that asks for the reason; once it is given, `write(row, actor, reason)` for each row."""
        form = ReasonForm(request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            return self.ask(request, rows, form, action)
        actor, reason = actor_of(request), str(form.cleaned_data["reason"])
        apply_to_each(request, rows, lambda row: write(row, actor, reason))
        return None


@admin.register(DeviationScore)
class DeviationScoreAdmin(AskingAdmin):
    """Suspicious accounts: who strays most at present, and where."""

    list_display = ["user", "project", "show_present", "scored_at", "show_blocked"]
    list_filter = [("project", AutocompleteSelectFilter), ("user", AutocompleteSelectFilter)]
    search_fields = _PERSON
    fields = ["user", "project", "score", "half_life_seconds", "scored_at"]
    actions = ["reset"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeviationScore]:
        """With the score as it is now; made anew, because Django's own is sorted before it can be annotated."""
        same = DeviationBlock.objects.open().filter(user_id=OuterRef("user_id"), project_id=OuterRef("project_id"))
        scores: DeviationScoreQuerySet = DeviationScore.objects.with_present_score()
        return scores.annotate(is_blocked=Exists(same))

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """The highest first; an annotation cannot stand in `ordering`."""
        return ["-present_score", "-pk"]

    @admin.display(description=_("present score"), ordering="present_score")
    def show_present(self, score: DeviationScore) -> str:
        """Decayed until now."""
        return f"{score.__dict__['present_score']:.2f}"

    @admin.display(description=_("blocked"), boolean=True)
    def show_blocked(self, score: DeviationScore) -> bool:
        """In this project."""
        return bool(score.__dict__["is_blocked"])

    @admin.action(description=_("Reset the score, with a reason"))
    def reset(self, request: HttpRequest, queryset: QuerySet[DeviationScore]) -> HttpResponse | None:
        """A block stays: it is lifted for itself."""
        return self.with_reason(
            request, queryset, "reset",
            lambda score, actor, reason: reset_score(score=score, actor=actor, reason=reason),
        )  # fmt: skip


@admin.register(DeviationEvent)
class DeviationEventAdmin(AskingAdmin):
    """What changed scores, newest first; a wrong label is corrected from here."""

    list_display = [
        "created_at", "user", "project", "rule", "intent", "confidence", "delta", "score_after", "show_correction",
    ]  # fmt: skip
    list_filter = [
        "rule", ("intent", FieldTextFilter), ("project", AutocompleteSelectFilter), ("user", AutocompleteSelectFilter),
        ("created_at", RangeDateTimeFilter),
    ]  # fmt: skip
    search_fields = ["=interaction_id", *_PERSON]
    ordering = ["-id"]

    @display(description=_("label"))
    def show_correction(self, event: DeviationEvent) -> SafeString | str:
        """To the form that corrects it, filled in."""
        if event.interaction_id is None:
            return "-"
        given = urlencode({"interaction_id": event.interaction_id, "project": event.project_id})
        return format_html('<a href="{}?{}">{}</a>', reverse("admin:chatbot_intentlabel_add"), given, _("Correct"))


@admin.register(DeviationBlock)
class DeviationBlockAdmin(AskingAdmin):
    """Who is blocked where and why, and who appeals."""

    list_display = ["created_at", "user", "project", "score", "show_open", "appealed_at", "lifted_at", "lifted_by"]
    list_filter = [
        ("lifted_at", admin.EmptyFieldListFilter), ("appealed_at", admin.EmptyFieldListFilter),
        ("project", AutocompleteSelectFilter), ("user", AutocompleteSelectFilter), ("created_at", RangeDateTimeFilter),
    ]  # fmt: skip
    list_select_related = ["user", "project", "lifted_by"]
    search_fields = _PERSON
    ordering = ["-id"]
    actions = ["lift"]

    @admin.display(description=_("open"), boolean=True)
    def show_open(self, block: DeviationBlock) -> bool:
        """It stands."""
        return block.is_open

    @admin.action(description=_("Lift the block, with a reason"))
    def lift(self, request: HttpRequest, queryset: QuerySet[DeviationBlock]) -> HttpResponse | None:
        """The person reads the reason; the score begins anew."""
        return self.with_reason(
            request, queryset, "lift",
            lambda block, actor, reason: lift_block(block=block, actor=actor, reason=reason),
        )  # fmt: skip


class IntentLabelForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for type checkers
    """What a prompt is really about."""

    interaction_id = forms.UUIDField(
        label=_("Model call"), required=False, widget=UnfoldAdminTextInputWidget,
        help_text=_("Its stored prompt becomes the example, unless a text is given."),
    )  # fmt: skip
    text = forms.CharField(label=_("Prompt"), required=False, widget=UnfoldAdminTextareaWidget)

    class Meta:
        model = IntentLabel
        fields = ["interaction_id", "text", "intent", "project"]
        help_texts = {"intent": _("One of the catalogue, or one that the project allows.")}


@admin.register(IntentLabel)
class IntentLabelAdmin(ServiceAdmin):
    """Labels that staff corrected: examples for the classifier. They can be removed, not edited."""

    form = IntentLabelForm
    list_display = ["created_at", "intent", "text", "project", "created_by"]
    list_filter = [("intent", FieldTextFilter), ("project", AutocompleteSelectFilter)]
    list_select_related = ["project", "created_by"]
    search_fields = ["text", "intent", "=interaction_id"]
    autocomplete_fields = ["project"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[IntentLabel]:
        """Without the vectors."""
        labels: QuerySet[IntentLabel] = super().get_queryset(request).defer("embedding")
        return labels

    def get_form(
        self, request: HttpRequest, obj: IntentLabel | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Says which intents there are."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if "intent" in form.base_fields:
            form.base_fields["intent"].help_text = ", ".join(read_catalogue())
        return form

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: correct the call again."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Staff: a text that should not be kept must be removable."""
        return bool(ModelAdmin.has_delete_permission(self, request, obj))

    def save_model(self, request: HttpRequest, obj: IntentLabel, form: Any, change: bool) -> None:
        """By service; the row that it makes or changes is the one that the console shows."""
        given = form.cleaned_data
        obj.pk = correct_label(
            intent=given["intent"], actor=actor_of(request), text=given["text"],
            interaction_id=given["interaction_id"], project=given["project"],
        ).pk  # fmt: skip

    def delete_model(self, request: HttpRequest, obj: IntentLabel) -> None:
        """By service: the classifier forgets it, too."""
        remove_label(label=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[IntentLabel]) -> None:
        """Each by service."""
        apply_to_each(request, queryset, lambda label: remove_label(label=label))
