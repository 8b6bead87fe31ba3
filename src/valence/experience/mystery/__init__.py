"""Mystery visits: checklists filled in unseen, held against what customers say."""
