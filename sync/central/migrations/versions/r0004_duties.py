"""At which windows supervisors of several points signed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; programs that know the schema of 0002 go on beside it."""
    op.create_table(
        "duties",
        sa.Column("window", sa.String(40), primary_key=True),
        sa.Column("account", sa.String(64), primary_key=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
    )
