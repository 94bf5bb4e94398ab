"""Platforms, keys, tickets and people; placements of LTI 1.3; what a score counts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# SQLite alters a table by making it anew, and would forget that numbers are never given twice.
_TABLE = {"sqlite_autoincrement": True}
_STATES = "'pending', 'sent', 'failed', 'superseded'"


def upgrade() -> None:
    """Create the new tables; give the old ones what they lack."""
    op.create_table(
        "tickets",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_tickets"),
    )
    op.create_index("ix_tickets_expires_at", "tickets", ["expires_at"])
    op.create_table(
        "platforms",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("identity", sa.Text, nullable=False),
        sa.Column("values", sa.JSON, nullable=False),
        sa.Column("secret", sa.Text),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("removed_at", sa.Double),
        sa.PrimaryKeyConstraint("name", name="pk_platforms"),
    )
    op.create_table(
        "tool_keys",
        sa.Column("kid", sa.Text, nullable=False),
        sa.Column("private_key", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("active_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double),
        sa.PrimaryKeyConstraint("kid", name="pk_tool_keys"),
    )
    op.create_table(
        "people",
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("display_name", sa.Text),
        sa.Column("locale", sa.Text),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("learner", name="pk_people"),
    )
    with op.batch_alter_table("placements", table_kwargs=_TABLE) as batch:
        batch.add_column(sa.Column("deployment", sa.Text, nullable=False, server_default=""))
        batch.add_column(sa.Column("subject", sa.Text, nullable=False, server_default=""))
        batch.add_column(sa.Column("is_staff", sa.Boolean, nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("lineitem_url", sa.Text))
        batch.add_column(sa.Column("lineitems_url", sa.Text))
        batch.add_column(sa.Column("scopes", sa.JSON, nullable=False, server_default="[]"))
        batch.add_column(sa.Column("last_timestamp", sa.Double))
        batch.drop_constraint("uq_placements_platform_context_id_resource_link_id_learner", type_="unique")
        batch.create_unique_constraint(
            "uq_placements_identity",
            ["platform", "deployment", "context_id", "resource_link_id", "learner"],
        )
    with op.batch_alter_table("gradings", table_kwargs=_TABLE) as batch:
        batch.add_column(sa.Column("credit", sa.Double))
    # Until now the score itself was what counted.
    op.execute("UPDATE gradings SET credit = score")
    with op.batch_alter_table("outbox", table_kwargs=_TABLE) as batch:
        batch.drop_constraint(op.f("ck_outbox_state"), type_="check")
        batch.create_check_constraint(op.f("ck_outbox_state"), f"state IN ({_STATES}, 'dropped')")


def downgrade() -> None:
    """Take the new tables and columns away, with everything in them; dropped scores become failed ones."""
    op.execute("UPDATE outbox SET state = 'failed' WHERE state = 'dropped'")
    with op.batch_alter_table("outbox", table_kwargs=_TABLE) as batch:
        batch.drop_constraint(op.f("ck_outbox_state"), type_="check")
        batch.create_check_constraint(op.f("ck_outbox_state"), f"state IN ({_STATES})")
    with op.batch_alter_table("gradings", table_kwargs=_TABLE) as batch:
        batch.drop_column("credit")
    op.execute("DELETE FROM placements WHERE deployment != ''")
    with op.batch_alter_table("placements", table_kwargs=_TABLE) as batch:
        batch.drop_constraint("uq_placements_identity", type_="unique")
        batch.create_unique_constraint(
            "uq_placements_platform_context_id_resource_link_id_learner",
            ["platform", "context_id", "resource_link_id", "learner"],
        )
        for name in ("last_timestamp", "scopes", "lineitems_url", "lineitem_url", "is_staff", "subject", "deployment"):
            batch.drop_column(name)
    for table in ("people", "tool_keys", "platforms", "tickets"):
        op.drop_table(table)
