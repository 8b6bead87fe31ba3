"""What experience does after a build: follow-ups are opened, charts are judged."""

from __future__ import annotations

from valence.experience.alerts.judging import judge
from valence.experience.followups.opening import open_due

# Each is cheap where nothing new was published, and does a thing once: a worker calls them every
# minute, a build when it is done.
CHORES = (open_due, judge)
