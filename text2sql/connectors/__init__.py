"""Drivers of the five kinds of databases behind one contract; no Django in here, drivers are imported when used."""
