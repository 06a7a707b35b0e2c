"""`manage.py add_engine`: a catalogue row from the shell, so that a model is one line away."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.common.problems import DomainError
from tasks.services import add_engine, make_default, probe_engine


class Command(BaseCommand):
    """The credential comes from the environment (ENGINE_KEY), because others can read a command's arguments."""

    help = "Add an engine: a name, the adapter, and where it is."

    def add_arguments(self, parser: CommandParser) -> None:
        """What the admin's form asks for."""
        parser.add_argument("name", help="How requests ask for it.")
        parser.add_argument("--domain", default="chat")
        parser.add_argument("--adapter", default="openai_compatible")
        parser.add_argument("--base-url", default="", help="Such as http://127.0.0.1:11434/v1")
        parser.add_argument("--model", default="", help="The model's name there; default: NAME.")
        parser.add_argument("--title", default="")
        parser.add_argument("--default", action="store_true", help="Let it answer when no engine is named.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Call the services; an engine that does not answer is added all the same, and said so."""
        try:
            row = add_engine(
                domain=options["domain"],
                name=options["name"],
                adapter=options["adapter"],
                actor=None,
                model=options["model"] or options["name"],
                base_url=options["base_url"],
                credential=os.environ.get("ENGINE_KEY", ""),
                title=options["title"],
            )
        except DomainError as error:
            raise CommandError(f"{error.detail} {error.errors or ''}".strip()) from error
        if options["default"]:
            row = make_default(engine=row, actor=None)
        row = probe_engine(engine=row, actor=None)
        self.stdout.write(f"{row.name} is added. Probe: {row.last_probe_result}")
