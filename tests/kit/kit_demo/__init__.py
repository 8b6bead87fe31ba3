"""A capability with every part of the kit on its pages, to be tested and looked at."""
