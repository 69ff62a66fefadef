"""The doctor's checks: whether a clerk can work at this window, what is wrong, and what to do. They change nothing."""
