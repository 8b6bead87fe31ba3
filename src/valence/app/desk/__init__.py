"""The faces of the house itself: overview, builds and lineage, jobs, definitions."""
