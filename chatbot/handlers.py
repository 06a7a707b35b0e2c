"""What a worker runs for the chat."""

from chatbot.replying.completing import complete as complete_body
from chatbot.replying.local import write_reply
from chatbot.services.imports import run_import
from chatbot.services.reading import read_uploaded_file
from tasks.registry import Outcome, TaskContext


def reply(context: TaskContext) -> Outcome:
    """`chatbot.reply`: answer a message with an engine of this machine."""
    return write_reply(context)


def read_file(context: TaskContext) -> Outcome:
    """`chatbot.read_file`: an uploaded file becomes passages that answers quote."""
    return read_uploaded_file(context)


def complete(context: TaskContext) -> Outcome:
    """`chatbot.complete`: a program's chat completion by an engine of this machine."""
    return complete_body(context)


def import_chats(context: TaskContext) -> Outcome:
    """`chatbot.import`: another program's export becomes conversations and memories."""
    return run_import(context)
