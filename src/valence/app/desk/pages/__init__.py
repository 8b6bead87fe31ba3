"""Pages of the house: overview, builds and lineage, jobs, definitions."""

from valence.app.desk.pages import builds, definitions, jobs, overview, tables
from valence.app.desk.pages.router import pages

__all__ = ["builds", "definitions", "jobs", "overview", "pages", "tables"]
