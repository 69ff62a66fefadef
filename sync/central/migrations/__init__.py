"""How central's tables came to be what they are, one revision after the other (alembic); ``migrating`` runs them."""
