"""The revisions. What one says is never changed once it was released; the next one goes on from it."""
