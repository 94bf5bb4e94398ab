"""What is counted for the pages of results: LMS courses with their members, progress, tallies, tests.

The new tables are filled when all migrations have come to their end, by what fills them ever after.
"""

import sqlalchemy as sa
from alembic import context, op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the new tables, and ask for them to be filled."""
    op.create_table(
        "lms_courses",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("deployment", sa.Text, nullable=False),
        sa.Column("context_id", sa.Text, nullable=False),
        sa.Column("resource_link_id", sa.Text, nullable=False),
        sa.Column("course", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lms_courses"),
        sa.UniqueConstraint(
            "platform", "deployment", "context_id", "resource_link_id", "course", name="uq_lms_courses_identity"
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "members",
        sa.Column("lms_course_id", sa.Integer, nullable=False),
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("is_staff", sa.Boolean, nullable=False),
        sa.Column("tried", sa.Integer, nullable=False),
        sa.Column("solved", sa.Integer, nullable=False),
        sa.Column("last_at", sa.Double),
        sa.PrimaryKeyConstraint("lms_course_id", "learner", name="pk_members"),
        sa.ForeignKeyConstraint(
            ["lms_course_id"], ["lms_courses.id"], name="fk_members_lms_course_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_members_learner", "members", ["learner"])
    op.create_table(
        "progress",
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("course", sa.Text, nullable=False),
        sa.Column("exercise", sa.Text, nullable=False),
        sa.Column("opened_at", sa.Double, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("first_at", sa.Double),
        sa.Column("internal_errors", sa.Integer, nullable=False),
        sa.Column("last_at", sa.Double, nullable=False),
        sa.Column("last_status", sa.Text),
        sa.Column("solved_after", sa.Integer),
        sa.Column("solved_at", sa.Double),
        sa.Column("best_credit", sa.Double),
        sa.Column("latest_credit", sa.Double),
        sa.Column("max_points", sa.Double),
        sa.PrimaryKeyConstraint("learner", "course", "exercise", name="pk_progress"),
    )
    _partial_index("ix_progress_stuck", "progress", ["course", "exercise", "attempts"], "solved_at IS NULL")
    op.create_table(
        "tallies",
        sa.Column("lms_course_id", sa.Integer, nullable=False),
        sa.Column("exercise", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("bucket", sa.Integer, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("lms_course_id", "exercise", "kind", "bucket", name="pk_tallies"),
        sa.ForeignKeyConstraint(
            ["lms_course_id"], ["lms_courses.id"], name="fk_tallies_lms_course_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "test_counts",
        sa.Column("course", sa.Text, nullable=False),
        sa.Column("exercise", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("seen", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("last_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("course", "exercise", "title", name="pk_test_counts"),
    )
    with op.batch_alter_table("people") as batch:
        batch.add_column(sa.Column("folded_name", sa.Text))
    with op.batch_alter_table("gradings") as batch:
        batch.add_column(sa.Column("status", sa.Text))
    gradings = sa.table("gradings", sa.column("report", sa.JSON), sa.column("status", sa.Text))
    op.execute(sa.update(gradings).values(status=gradings.c.report["status"].as_string()))
    _partial_index("ix_gradings_failed", "gradings", ["finished_at"], "state = 'failed'")
    _partial_index("ix_outbox_failed", "outbox", ["placement_id"], "state = 'failed'")
    context.config.attributes["rebuild"] = True


def downgrade() -> None:
    """Take the new tables away; nothing is lost that could not be counted again."""
    op.drop_index("ix_outbox_failed", "outbox")
    op.drop_index("ix_gradings_failed", "gradings")
    with op.batch_alter_table("gradings") as batch:
        batch.drop_column("status")
    with op.batch_alter_table("people") as batch:
        batch.drop_column("folded_name")
    for table in ("test_counts", "tallies", "progress", "members", "lms_courses"):
        op.drop_table(table)


def _partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
