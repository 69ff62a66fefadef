"""The program itself: which version runs here, and how a newer one is fetched, tried and taken up, or given up again."""

FOLDER = "program"
"""In the window's folder: everything about versions."""
FILE = "state.json"
"""Which of them runs."""
