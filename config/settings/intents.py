"""Intent and deviation (D5): what a request outside of a project's scope costs, when it warns and when it blocks.

A project overrides each of them in its settings, under the same name in small letters: `intent_warn_score`.
"""

from config.common import env

#: From this score on people are warned (`warn`, `enforce`), and from that one on blocked (`enforce`).
INTENT_WARN_SCORE = env.decimal("INTENT_WARN_SCORE", 50.0, minimum=1.0)
INTENT_BLOCK_SCORE = env.decimal("INTENT_BLOCK_SCORE", 100.0, minimum=1.0)
#: After so many hours half of a score is forgotten.
INTENT_HALF_LIFE_HOURS = env.decimal("INTENT_HALF_LIFE_HOURS", 24.0, minimum=0.01)
#: Points of a request outside of the scope, times how sure the classifier is.
INTENT_OFF_SCOPE_POINTS = env.decimal("INTENT_OFF_SCOPE_POINTS", 10.0)
#: So many different subjects outside of the scope within that time cost these points, once in that time.
INTENT_HOPPING_INTENTS = env.integer("INTENT_HOPPING_INTENTS", 4, minimum=2)
INTENT_HOPPING_SECONDS = env.integer("INTENT_HOPPING_SECONDS", 600, minimum=1)
INTENT_HOPPING_POINTS = env.decimal("INTENT_HOPPING_POINTS", 10.0)
#: More calls than this within a minute cost these points, once in that minute.
INTENT_BURST_CALLS = env.integer("INTENT_BURST_CALLS", 120, minimum=1)
INTENT_BURST_POINTS = env.decimal("INTENT_BURST_POINTS", 5.0)
#: A prompt of more characters costs these points.
INTENT_OVERSIZE_CHARACTERS = env.integer("INTENT_OVERSIZE_CHARACTERS", 50_000, minimum=1)
INTENT_OVERSIZE_POINTS = env.decimal("INTENT_OVERSIZE_POINTS", 5.0)
