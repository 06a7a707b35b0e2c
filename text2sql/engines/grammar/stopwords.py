"""Words that name nothing: those a span may skip, and those at which no span begins or ends."""

from text2sql.engines.grammar.wordlists import words

#: Inside a span they are passed over: "date of birth".
SKIPPED = words("skipped")
STOP = words("stop")
#: Words of counting and comparing: alone they name a column only if it is called just so.
MEASURING = words("measuring")
#: At the beginning of a question these are requests.
REQUESTS = words("requests")
