"""Which versions are offered to which windows, and what windows say of themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the columns; programs that know the schema of 0002 go on beside them."""
    op.create_table(
        "rollouts",
        sa.Column("version", sa.String(40), primary_key=True),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("points", sa.Text(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
    )
    op.add_column("windows", sa.Column("word", sa.Text()))
    op.add_column("windows", sa.Column("word_at", sa.BigInteger()))
    op.add_column("windows", sa.Column("retired_at", sa.BigInteger()))
    op.add_column("windows", sa.Column("moved_to", sa.Text()))
    op.add_column("enrolment_codes", sa.Column("desk", sa.Text(), nullable=False, server_default=""))
    op.add_column("enrolment_codes", sa.Column("moves", sa.Text()))
