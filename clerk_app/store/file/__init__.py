"""The sealed SQLite file, and everything that keeps it whole on disk."""
