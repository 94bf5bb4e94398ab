"""The first tables: launches, submissions, the queue, the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ACTIVE = sa.text("state IN ('queued', 'running')")
_PENDING = sa.text("state = 'pending'")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "nonces",
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("nonce", sa.Text, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("platform", "nonce", name="pk_nonces"),
    )
    op.create_index("ix_nonces_expires_at", "nonces", ["expires_at"])
    op.create_table(
        "placements",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("context_id", sa.Text, nullable=False),
        sa.Column("resource_link_id", sa.Text, nullable=False),
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("course", sa.Text, nullable=False),
        sa.Column("exercise", sa.Text, nullable=False),
        sa.Column("outcome_url", sa.Text),
        sa.Column("sourcedid", sa.Text),
        sa.Column("context_title", sa.Text, nullable=False),
        sa.Column("resource_title", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("last_launched_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_placements"),
        sa.UniqueConstraint(
            "platform",
            "context_id",
            "resource_link_id",
            "learner",
            name="uq_placements_platform_context_id_resource_link_id_learner",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_placements_learner_course_exercise", "placements", ["learner", "course", "exercise"])
    op.create_table(
        "submissions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("course", sa.Text, nullable=False),
        sa.Column("exercise", sa.Text, nullable=False),
        sa.Column("commit", sa.Text),
        sa.Column("notebook_path", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_submissions"),
    )
    op.create_index(
        "ix_submissions_learner_course_exercise_created_at",
        "submissions",
        ["learner", "course", "exercise", "created_at"],
    )
    op.create_table(
        "submission_files",
        sa.Column("submission_id", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("submission_id", "path", name="pk_submission_files"),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name="fk_submission_files_submission_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "gradings",
        sa.Column("id", sa.Integer, nullable=False),
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
        sa.PrimaryKeyConstraint("id", name="pk_gradings"),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name="fk_gradings_submission_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_gradings_state")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_gradings_submission_id", "gradings", ["submission_id"])
    op.create_index("ix_gradings_started_at", "gradings", ["started_at"])
    op.create_index(
        "ix_gradings_waiting",
        "gradings",
        ["state", "queued_at"],
        sqlite_where=_ACTIVE,
        postgresql_where=_ACTIVE,
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("grading_id", sa.Integer, nullable=False),
        sa.Column("placement_id", sa.Integer, nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("comment", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", sa.Double, nullable=False),
        sa.Column("last_error", sa.Text),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("sent_at", sa.Double),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.ForeignKeyConstraint(["grading_id"], ["gradings.id"], name="fk_outbox_grading_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name="fk_outbox_placement_id", ondelete="CASCADE"),
        sa.CheckConstraint("state IN ('pending', 'sent', 'failed', 'superseded')", name=op.f("ck_outbox_state")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_grading_id", "outbox", ["grading_id"])
    op.create_index("ix_outbox_placement_id", "outbox", ["placement_id"])
    op.create_index("ix_outbox_due", "outbox", ["next_attempt_at"], sqlite_where=_PENDING, postgresql_where=_PENDING)
    op.create_index(
        "uq_outbox_pending",
        "outbox",
        ["placement_id"],
        unique=True,
        sqlite_where=_PENDING,
        postgresql_where=_PENDING,
    )


def downgrade() -> None:
    """Drop the tables, with everything in them."""
    for table in ("outbox", "gradings", "submission_files", "submissions", "placements", "nonces"):
        op.drop_table(table)
