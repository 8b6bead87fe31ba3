"""The closed loop: who was let down is followed up, by somebody, in time, until it is solved."""
