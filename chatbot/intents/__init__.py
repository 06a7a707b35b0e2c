"""What a prompt is about: a catalogue of intents and a classifier by example. Free of Django."""

from chatbot.intents.catalogue import UNKNOWN, Intent, read_catalogue
from chatbot.intents.classifier import Classification, Classifier, Example, examples_of

__all__ = ["UNKNOWN", "Classification", "Classifier", "Example", "Intent", "examples_of", "read_catalogue"]
