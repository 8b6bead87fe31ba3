"""Who may do what: sign-in, permission, consent."""
