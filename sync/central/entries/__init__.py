"""Entries at central: taken in by rules without a database, and written by an edge with one."""
