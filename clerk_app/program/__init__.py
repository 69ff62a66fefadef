"""The program itself: which version runs here, and how a newer one is fetched, tried and taken up, or given up again."""
