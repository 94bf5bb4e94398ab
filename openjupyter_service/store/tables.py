"""The tables. Times are Unix seconds; a change here needs a migration beside it (a test compares the two)."""

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

nonces = Table(
    "nonces",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("nonce", Text, primary_key=True),
    Column("expires_at", Double, nullable=False, index=True),
)

placements = Table(
    "placements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("context_id", Text, nullable=False),
    Column("resource_link_id", Text, nullable=False),
    Column("learner", Text, nullable=False),
    Column("course", Text, nullable=False),
    Column("exercise", Text, nullable=False),
    Column("outcome_url", Text),
    Column("sourcedid", Text),
    Column("context_title", Text, nullable=False),
    Column("resource_title", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("last_launched_at", Double, nullable=False),
    UniqueConstraint("platform", "context_id", "resource_link_id", "learner"),
    Index(None, "learner", "course", "exercise"),
    sqlite_autoincrement=True,
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("learner", Text, nullable=False),
    Column("course", Text, nullable=False),
    Column("exercise", Text, nullable=False),
    Column("commit", Text),
    Column("notebook_path", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Index(None, "learner", "course", "exercise", "created_at"),
)

submission_files = Table(
    "submission_files",
    metadata,
    Column("submission_id", Text, ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

gradings = Table(
    "gradings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission_id", Text, ForeignKey("submissions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("state", Text, CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", "state"), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claimed_by", Text),
    Column("lease_until", Double),
    Column("queued_at", Double, nullable=False),
    Column("available_at", Double, nullable=False),
    Column("started_at", Double, index=True),
    Column("finished_at", Double),
    Column("timings", JSON(none_as_null=True)),
    Column("report", JSON(none_as_null=True)),
    Column("score", Double),
    # The queue is a handful of rows among thousands of finished ones: index those alone.
    Index(
        "ix_gradings_waiting",
        "state",
        "queued_at",
        sqlite_where=text("state IN ('queued', 'running')"),
        postgresql_where=text("state IN ('queued', 'running')"),
    ),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("grading_id", Integer, ForeignKey("gradings.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("placement_id", Integer, ForeignKey("placements.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("score", Double, nullable=False),
    Column("comment", Text),
    Column(
        "state", Text, CheckConstraint("state IN ('pending', 'sent', 'failed', 'superseded')", "state"), nullable=False
    ),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Double, nullable=False),
    Column("last_error", Text),
    Column("created_at", Double, nullable=False),
    Column("sent_at", Double),
    Index(
        "ix_outbox_due",
        "next_attempt_at",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
    # One score at a time for a placement: an older one can never overtake a newer one.
    Index(
        "uq_outbox_pending",
        "placement_id",
        unique=True,
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
    sqlite_autoincrement=True,
)
