"""Settings, clock, money, ids, errors, messages and rules: what every floor stands on."""
