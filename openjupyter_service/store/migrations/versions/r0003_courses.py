"""Courses that are followed in Git repositories, their versions, and the private half that a submission is for."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_STATES = "'waiting', 'checking', 'published', 'refused', 'superseded'"


def upgrade() -> None:
    """Create the new tables; submissions so far keep no private commit."""
    op.create_table(
        "courses",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("values", sa.JSON, nullable=False),
        sa.Column("secrets", sa.Text),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("removed_at", sa.Double),
        sa.Column("wanted_at", sa.Double),
        sa.Column("synced_at", sa.Double),
        sa.Column("ended_at", sa.Double),
        sa.Column("problem", sa.Text),
        sa.PrimaryKeyConstraint("name", name="pk_courses"),
    )
    op.create_table(
        "course_versions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("course", sa.Text, nullable=False),
        sa.Column("public_commit", sa.Text, nullable=False),
        sa.Column("private_commit", sa.Text, nullable=False),
        sa.Column("public_folder", sa.Text, nullable=False, server_default=""),
        sa.Column("private_folder", sa.Text, nullable=False, server_default=""),
        sa.Column("served_commit", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("report", sa.JSON),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("started_at", sa.Double),
        sa.Column("finished_at", sa.Double),
        sa.CheckConstraint(f"state IN ({_STATES})", name=op.f("ck_course_versions_state")),
        sa.PrimaryKeyConstraint("id", name="pk_course_versions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_course_versions_course_state", "course_versions", ["course", "state"])
    with op.batch_alter_table("submissions") as batch:
        batch.add_column(sa.Column("private_commit", sa.Text))


def downgrade() -> None:
    """Take courses and versions away, with everything in them."""
    with op.batch_alter_table("submissions") as batch:
        batch.drop_column("private_commit")
    op.drop_table("course_versions")
    op.drop_table("courses")
