"""What experience does by itself: follow-ups are opened, charts judged, the digest is mailed."""

from __future__ import annotations

from valence.experience.alerts.judging import judge
from valence.experience.alerts.mailing import mail_yesterday
from valence.experience.followups.opening import open_due

# Each is cheap where nothing new was published, and does a thing once: a worker calls them every
# minute, a build when it is done.
AFTER_BUILD = (open_due, judge)
CHORES = (*AFTER_BUILD, mail_yesterday)
