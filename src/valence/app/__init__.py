"""Composition: the command line, the web and API application, the worker."""

from time import monotonic

STARTED = monotonic()  # when this process began, less the start of Python itself
