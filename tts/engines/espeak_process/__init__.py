"""libespeak-ng in a process of its own: the library is GPL, written in C and may crash, so no worker ever links it."""
