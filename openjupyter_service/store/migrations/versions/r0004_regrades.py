"""Regrades: trial gradings beside those that count, and what came of them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('grading', 'ready', 'applying')")
_WAITING = sa.text("state IN ('queued', 'running')")


def upgrade() -> None:
    """Create the new tables; gradings so far come from no regrade."""
    op.create_table(
        "regrades",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("course", sa.Text, nullable=False),
        sa.Column("exercise", sa.Text, nullable=False),
        sa.Column("commit", sa.Text),
        sa.Column("private_commit", sa.Text),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("never_lower", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("begun_by", sa.Text),
        sa.Column("applied_by", sa.Text),
        sa.Column("summary", sa.JSON),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("ready_at", sa.Double),
        sa.Column("finished_at", sa.Double),
        sa.CheckConstraint("counts IN ('best', 'latest')", name=op.f("ck_regrades_counts")),
        sa.CheckConstraint(
            "state IN ('grading', 'ready', 'applying', 'applied', 'dropped')", name=op.f("ck_regrades_state")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_regrades"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_regrades_open", "regrades", ["course", "exercise"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_table(
        "regrade_trials",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("regrade_id", sa.Integer, nullable=False),
        sa.Column("submission_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("claimed_by", sa.Text),
        sa.Column("lease_until", sa.Double),
        sa.Column("queued_at", sa.Double, nullable=False),
        sa.Column("available_at", sa.Double, nullable=False),
        sa.Column("started_at", sa.Double),
        sa.Column("finished_at", sa.Double),
        sa.Column("timings", sa.JSON),
        sa.Column("report", sa.JSON),
        sa.Column("score", sa.Double),
        sa.Column("credit", sa.Double),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_regrade_trials_state")),
        sa.ForeignKeyConstraint(
            ["regrade_id"], ["regrades.id"], name="fk_regrade_trials_regrade_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name="fk_regrade_trials_submission_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_regrade_trials"),
        sa.UniqueConstraint("regrade_id", "submission_id", name="uq_regrade_trials_regrade_id_submission_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_regrade_trials_submission_id", "regrade_trials", ["submission_id"])
    op.create_index(
        "ix_regrade_trials_waiting",
        "regrade_trials",
        ["state", "id"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    op.create_table(
        "regrade_learners",
        sa.Column("regrade_id", sa.Integer, nullable=False),
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("before", sa.Double),
        sa.Column("after", sa.Double),
        sa.Column("graded", sa.Double),
        sa.ForeignKeyConstraint(
            ["regrade_id"], ["regrades.id"], name="fk_regrade_learners_regrade_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("regrade_id", "learner", name="pk_regrade_learners"),
    )
    with op.batch_alter_table("gradings") as batch:
        batch.add_column(sa.Column("regrade_id", sa.Integer))


def downgrade() -> None:
    """Take regrades away; gradings that come from one stay."""
    with op.batch_alter_table("gradings", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.drop_column("regrade_id")
    for table in ("regrade_learners", "regrade_trials", "regrades"):
        op.drop_table(table)
