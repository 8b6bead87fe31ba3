"""The API of the desk: what its pages show, for programs."""

from valence.app.desk.api import audit, builds, definitions, jobs, overview
from valence.app.desk.api.router import api

__all__ = ["api", "audit", "builds", "definitions", "jobs", "overview"]
