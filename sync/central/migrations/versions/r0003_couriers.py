"""Couriers, the points they come to, and which list of them a point has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; programs that know those of 0002 go on beside them."""
    op.create_table(
        "couriers",
        sa.Column("badge", sa.String(20), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("company", sa.String(200), nullable=False),
        sa.Column("vehicle", sa.String(40), nullable=False),
        sa.Column("contact", sa.String(64), nullable=False),
        sa.Column("receives_for", sa.Text(), nullable=False),
        sa.Column("verifier", sa.String(200), nullable=False),
        sa.Column("valid_from", sa.String(10)),
        sa.Column("valid_until", sa.String(10)),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "courier_points",
        sa.Column("point", sa.String(32), sa.ForeignKey("points.code"), primary_key=True),
        sa.Column("badge", sa.String(20), sa.ForeignKey("couriers.badge"), primary_key=True, index=True),
        sa.Column("serves", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "courier_lists",
        sa.Column("point", sa.String(32), sa.ForeignKey("points.code"), primary_key=True),
        sa.Column("revision", sa.String(32), nullable=False),
    )
