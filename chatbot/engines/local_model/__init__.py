"""A language model in a folder of this machine: checked, loaded and run with transformers."""
