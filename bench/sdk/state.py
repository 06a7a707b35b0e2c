"""What openai-python's tests expect to find: engines of those names, and things with those ids that can be deleted."""

from bench.sdk.upstream import completion
from chatbot.models import StoredCompletion
from chatbot.services.stored import store_completion
from config.common.concurrency import own_connections
from projects.models import Project
from tasks.models import Engine
from tasks.services import add_engine

#: Asked for answers, and asked to be deleted.
MODELS = ("gpt-6-astra", "text-embedding-3-small")
DELETED_MODEL = "ft:gpt-4o-mini:acemeco:suffix:abc123"
#: The completion that is read, changed and deleted, and the one whose id stands for a cursor.
COMPLETIONS = ("completion_id", "after")
# Their type of a stored message knows one role only.
_MESSAGES = [{"role": "assistant", "content": "Hello there"}]


class State:
    """Rows of the person whose project it is, who becomes staff to be able to delete models."""

    def __init__(self, project: Project) -> None:
        self._project = project
        person = project.user
        person.role = "admin"
        person.save(update_fields=["role"])

    def add_engines(self, address: str) -> None:
        """All lead to the upstream at `address`."""
        for name in (*MODELS, DELETED_MODEL):
            base_url = f"{address}/v1"
            add_engine(domain="chat", name=name, adapter="openai_compatible", actor=None, base_url=base_url)

    def put_back(self) -> None:
        """As before the first test; from any thread."""
        with own_connections():
            Engine.objects.filter(name=DELETED_MODEL).update(is_enabled=True)
            there = set(StoredCompletion.objects.values_list("completion_id", flat=True))
            for name in COMPLETIONS:
                if name not in there:
                    self._store(name)

    def _store(self, name: str) -> None:
        store_completion(
            user_id=self._project.user_id, project_id=self._project.pk, api_key_id=None, completion_id=name,
            model=MODELS[0], messages=_MESSAGES, response=completion(name), metadata={},
        )  # fmt: skip
