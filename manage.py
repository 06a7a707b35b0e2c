#!/usr/bin/env python
"""Entry point of every command; `manage.py up` starts the whole house."""

import gc
import os
import sys


def main() -> None:
    """Run one Django management command with the local settings unless told otherwise."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    # What is imported stays: the collector, which would go through it again and again, leaves it alone.
    gc.disable()
    import django
    from django.core.management import execute_from_command_line

    django.setup()
    gc.freeze()
    gc.enable()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
