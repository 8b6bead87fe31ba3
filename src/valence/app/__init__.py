"""Composition: the command line, the web and API application, the worker."""
