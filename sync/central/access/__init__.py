"""Who may speak: enrolment, sessions, passwords, incarnations, and what should never come."""
