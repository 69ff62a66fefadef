"""Scans at central: what entries name, and the uploads that bring it (tus 1.0.0)."""
