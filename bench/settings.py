"""The local settings with one more app, which registers the no-op kind that is measured."""

from config.settings import local

globals().update({name: value for name, value in vars(local).items() if name.isupper()})

INSTALLED_APPS = [*local.INSTALLED_APPS, "bench.kinds.BenchKindsConfig"]
# The bench asks from one address, with one key, far more often than a person may.
REQUESTS_PER_HOUR = dict.fromkeys(local.REQUESTS_PER_HOUR, 100_000_000)
