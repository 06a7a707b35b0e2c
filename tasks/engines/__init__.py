"""The engine kernel: what every engine of every domain shares. Nothing below this folder imports Django."""
