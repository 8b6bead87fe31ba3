"""The analytical side: canonical tables, marts, the build."""
