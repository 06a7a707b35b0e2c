"""Which engines exist (dotted paths of their classes, by domain) and the limits of the task protocol."""

from importlib.util import find_spec

from config.common import env

ENGINE_PATHS: dict[str, list[str]] = {
    "chat": [
        "chatbot.engines.librarian.LibrarianEngine",
        "chatbot.engines.openai_compatible.OpenAICompatibleEngine",
    ],
    "embeddings": ["chatbot.engines.minilm.MiniLMEngine"],
    "text2sql": ["text2sql.engines.grammar.GrammarEngine", "text2sql.engines.llm.LlmEngine"],
    "tts": ["tts.engines.espeak.EspeakEngine"],
}
#: Models from a folder of this machine need packages of their own (`make models`, docs/adr/0013); not imported here.
HAS_MODEL_PACKAGES = env.flag("MODEL_PACKAGES", True) and all(find_spec(name) for name in ("torch", "transformers"))
if HAS_MODEL_PACKAGES:
    ENGINE_PATHS["chat"].append("chatbot.engines.transformers_local.TransformersLocalEngine")
if env.flag("FAKE_ENGINES", False):
    ENGINE_PATHS["chat"].append("chatbot.engines.fake.FakeChatEngine")
    ENGINE_PATHS["text2sql"].append("text2sql.engines.fake.FakeSqlEngine")
    ENGINE_PATHS["tts"].append("tts.engines.fake.FakeEngine")

#: Tokens reserved for a reply whose conversation sets no limit; settled with what was used.
CHAT_RESERVED_TOKENS = env.integer("CHAT_RESERVED_TOKENS", 1000, minimum=1)
#: Workers bring the guide in the database in step when they start; else `manage.py sync_guide` does.
CHAT_GUIDE_AT_START = env.flag("CHAT_GUIDE_AT_START", True)
#: The engine that gave a conversation's first answer is asked for its title, for so long at most.
CHAT_TITLES = env.flag("CHAT_TITLES", True)
CHAT_TITLE_SECONDS = env.decimal("CHAT_TITLE_SECONDS", 20.0, minimum=0.1)
#: People wait for these: before everything that has no priority of its own.
CHAT_PRIORITY = env.integer("CHAT_PRIORITY", 5)
#: Longest call through the gateway; what it reserved stands as long, and lapses when its process died.
GATEWAY_HOLD_SECONDS = env.integer("GATEWAY_HOLD_SECONDS", 900, minimum=1)
#: Largest request to a chat model, with its pictures as base64 (OpenAI takes as much), and all that one web process
#: holds at once of those above 256 KB. Without the pictures MAX_JSON_BYTES is the limit, as for every other request.
GATEWAY_BODY_BYTES = env.integer("GATEWAY_BODY_BYTES", 50 * 1024 * 1024, minimum=1024)
GATEWAY_BODIES_BYTES = env.integer("GATEWAY_BODIES_BYTES", 256 * 1024 * 1024, minimum=GATEWAY_BODY_BYTES)
#: Hosts inside the house whose pictures may be named in requests, although they are not public.
IMAGE_HOSTS_ALLOWED = env.names("IMAGE_HOSTS_ALLOWED")
#: Looked at every minute; each model there becomes a chat engine. Empty: nothing is looked for.
OLLAMA_URL = env.text("OLLAMA_URL", "http://127.0.0.1:11434")
#: Largest uploaded file, and what all files of a person may take together.
CHAT_MAX_FILE_BYTES = env.integer("CHAT_MAX_FILE_BYTES", 100_000_000, minimum=1)
CHAT_STORAGE_BYTES = env.integer("CHAT_STORAGE_BYTES", 2_000_000_000, minimum=0)
#: Completions that programs ask to keep: for how long (as OpenAI), and the most of one person, of which the oldest go.
STORED_COMPLETIONS_DAYS = env.integer("STORED_COMPLETIONS_DAYS", 30, minimum=1)
STORED_COMPLETIONS_MAX = env.integer("STORED_COMPLETIONS_MAX", 10_000, minimum=0)
STORED_COMPLETIONS_BYTES = env.integer("STORED_COMPLETIONS_BYTES", 100_000_000, minimum=0)
#: Largest export of another program; it is read piece by piece.
CHAT_MAX_IMPORT_BYTES = env.integer("CHAT_MAX_IMPORT_BYTES", 2_000_000_000, minimum=1)
#: A writer beats every two seconds; one that is silent for this long has died.
CHAT_SILENT_SECONDS = env.decimal("CHAT_SILENT_SECONDS", 10.0, minimum=0.5)

#: A running task's lease, extended every third of it: a dead worker's task is rescued after lease + two sweeps at most.
TASK_LEASE_SECONDS = env.decimal("TASK_LEASE_SECONDS", 30.0, minimum=0.5)
TASK_SWEEP_SECONDS = env.decimal("TASK_SWEEP_SECONDS", 0.5, minimum=0.05)
#: Rows in_queue per queue and free worker slot: small, so that priority, pause and a wiped broker cost little.
TASK_QUEUE_WINDOW = env.integer("TASK_QUEUE_WINDOW", 64, minimum=1)
#: A row in_queue longer than this times its publish count is pushed again.
TASK_REPUBLISH_SECONDS = env.decimal("TASK_REPUBLISH_SECONDS", 10.0, minimum=0.2)
#: Crashes after which a task counts as poison, whatever max_retries says.
TASK_MAX_CRASHES = env.integer("TASK_MAX_CRASHES", 3, minimum=1)
#: First delay of the exponential backoff, and its ceiling.
TASK_BACKOFF_SECONDS = env.decimal("TASK_BACKOFF_SECONDS", 2.0, minimum=0.01)
TASK_BACKOFF_MAX_SECONDS = env.decimal("TASK_BACKOFF_MAX_SECONDS", 600.0, minimum=0.01)
#: A worker that claims nothing while a message for it is this old counts as deaf and is restarted.
TASK_DEAF_SECONDS = env.decimal("TASK_DEAF_SECONDS", 60.0, minimum=1.0)
#: Time a heavy worker gets to honour a cancel before it is terminated.
TASK_CANCEL_GRACE_SECONDS = env.decimal("TASK_CANCEL_GRACE_SECONDS", 10.0, minimum=0.1)
#: Largest stored output of one task; larger outputs belong in files.
TASK_MAX_OUTPUT_BYTES = env.integer("TASK_MAX_OUTPUT_BYTES", 1_000_000, minimum=1000)
LIGHT_WORKER_THREADS = env.integer("LIGHT_WORKER_THREADS", 4, minimum=1)
#: Time running tasks get to end after SIGTERM before they go back to their queue.
TASK_DRAIN_SECONDS = env.decimal("TASK_DRAIN_SECONDS", 8.0, minimum=0.1)
