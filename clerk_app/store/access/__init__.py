"""The keys of a window, and how its store is unlocked."""
