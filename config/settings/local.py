"""One machine, embedded servers: what `make run` uses."""

from config.settings.base import *
