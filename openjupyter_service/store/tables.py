"""The tables. Times are Unix seconds; a change here needs a migration beside it (a test compares the two)."""

from sqlalchemy import (
    JSON,
    Boolean,
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
    false,
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

tickets = Table(
    "tickets",
    metadata,
    # Of the token itself there is only a digest: who reads the table can use no ticket.
    Column("digest", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Column("expires_at", Double, nullable=False, index=True),
)

platforms = Table(
    "platforms",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Text, nullable=False),
    # What the platform is known by: a consumer key, or issuer and client id.
    Column("identity", Text, nullable=False),
    Column("values", JSON, nullable=False),
    Column("secret", Text),
    Column("created_at", Double, nullable=False),
    Column("removed_at", Double),
)

tool_keys = Table(
    "tool_keys",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("private_key", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("active_at", Double, nullable=False),
    Column("expires_at", Double),
)

people = Table(
    "people",
    metadata,
    Column("learner", Text, primary_key=True),
    Column("display_name", Text),
    # The display name as it is searched and sorted: without case and accents.
    Column("folded_name", Text),
    Column("locale", Text),
    Column("updated_at", Double, nullable=False),
)

courses = Table(
    "courses",
    metadata,
    Column("name", Text, primary_key=True),
    Column("values", JSON, nullable=False),
    Column("secrets", Text),
    Column("created_at", Double, nullable=False),
    Column("removed_at", Double),
    # A sync is wanted when one was asked for later than the last one began.
    Column("wanted_at", Double),
    Column("synced_at", Double),
    # When the last one came to an end; before synced_at while one goes on.
    Column("ended_at", Double),
    # Why the last sync did not come to an end, in words; NULL when it did.
    Column("problem", Text),
)

course_versions = Table(
    "course_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("course", Text, nullable=False),
    # As they are at the Git host.
    Column("public_commit", Text, nullable=False),
    Column("private_commit", Text, nullable=False),
    # Folders of the two repositories that were meant then; "" = all of it.
    Column("public_folder", Text, nullable=False, server_default=""),
    Column("private_folder", Text, nullable=False, server_default=""),
    # As learners pull it: another one where the public half is a folder of a repository.
    Column("served_commit", Text),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('waiting', 'checking', 'published', 'refused', 'superseded')", "state"),
        nullable=False,
    ),
    Column("report", JSON(none_as_null=True)),
    Column("created_at", Double, nullable=False),
    Column("started_at", Double),
    Column("finished_at", Double),
    Index(None, "course", "state"),
    sqlite_autoincrement=True,
)

placements = Table(
    "placements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("deployment", Text, nullable=False, server_default=""),
    Column("context_id", Text, nullable=False),
    Column("resource_link_id", Text, nullable=False),
    Column("learner", Text, nullable=False),
    Column("course", Text, nullable=False),
    Column("exercise", Text, nullable=False),
    # The person at the platform, to whom a score belongs there (LTI 1.3 alone).
    Column("subject", Text, nullable=False, server_default=""),
    Column("is_staff", Boolean, nullable=False, server_default=false()),
    Column("outcome_url", Text),
    Column("sourcedid", Text),
    Column("lineitem_url", Text),
    Column("lineitems_url", Text),
    Column("scopes", JSON, nullable=False, server_default="[]"),
    Column("last_timestamp", Double),
    Column("context_title", Text, nullable=False),
    Column("resource_title", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("last_launched_at", Double, nullable=False),
    UniqueConstraint(
        "platform", "deployment", "context_id", "resource_link_id", "learner", name="uq_placements_identity"
    ),
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
    # Of the private half, for a course that is followed: what the submission was made for and is graded with.
    Column("private_commit", Text),
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

_EXERCISE_HAS_OPEN_REGRADE = text("state IN ('grading', 'ready', 'applying')")

regrades = Table(
    "regrades",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("course", Text, nullable=False),
    Column("exercise", Text, nullable=False),
    # The pair it grades with; NULL for a course on this machine, which is graded with what is there.
    Column("commit", Text),
    Column("private_commit", Text),
    # By the exercise as it was when the regrade began: what is compared is what is applied.
    Column("counts", Text, CheckConstraint("counts IN ('best', 'latest')", "counts"), nullable=False),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('grading', 'ready', 'applying', 'applied', 'dropped')", "state"),
        nullable=False,
    ),
    Column("never_lower", Boolean, nullable=False, server_default=false()),
    # Hub usernames; NULL for the operator.
    Column("begun_by", Text),
    Column("applied_by", Text),
    # Which tests and statuses have changed, as it was when it was applied.
    Column("summary", JSON(none_as_null=True)),
    Column("created_at", Double, nullable=False),
    Column("ready_at", Double),
    Column("finished_at", Double),
    # Two at a time would compare with scores that the other one is about to change.
    Index(
        "uq_regrades_open",
        "course",
        "exercise",
        unique=True,
        sqlite_where=_EXERCISE_HAS_OPEN_REGRADE,
        postgresql_where=_EXERCISE_HAS_OPEN_REGRADE,
    ),
    sqlite_autoincrement=True,
)

regrade_trials = Table(
    "regrade_trials",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("regrade_id", Integer, ForeignKey("regrades.id", ondelete="CASCADE"), nullable=False),
    Column("submission_id", Text, ForeignKey("submissions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("state", Text, CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", "state"), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claimed_by", Text),
    Column("lease_until", Double),
    Column("queued_at", Double, nullable=False),
    Column("available_at", Double, nullable=False),
    Column("started_at", Double),
    Column("finished_at", Double),
    Column("timings", JSON(none_as_null=True)),
    Column("report", JSON(none_as_null=True)),
    Column("score", Double),
    Column("credit", Double),
    UniqueConstraint("regrade_id", "submission_id"),
    Index(
        "ix_regrade_trials_waiting",
        "state",
        "id",
        sqlite_where=text("state IN ('queued', 'running')"),
        postgresql_where=text("state IN ('queued', 'running')"),
    ),
    sqlite_autoincrement=True,
)

regrade_learners = Table(
    "regrade_learners",
    metadata,
    # One row for each learner to whom it was applied, written in the same step: nobody is done twice.
    Column("regrade_id", Integer, ForeignKey("regrades.id", ondelete="CASCADE"), primary_key=True),
    Column("learner", Text, primary_key=True),
    # What counted before and what counts since; NULL when nothing does.
    Column("before", Double),
    Column("after", Double),
    # What it would have come to without never_lower.
    Column("graded", Double),
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
    # The report's, so that nobody has to read reports to count; NULL until it has ended.
    Column("status", Text),
    Column("score", Double),
    # The score that counts, after the exercise's policy; NULL when it does not count at all.
    Column("credit", Double),
    # The regrade that it comes from, with the pair of commits that it was graded with.
    Column("regrade_id", Integer),
    # The queue is a handful of rows among thousands of finished ones: index those alone.
    Index(
        "ix_gradings_waiting",
        "state",
        "queued_at",
        sqlite_where=text("state IN ('queued', 'running')"),
        postgresql_where=text("state IN ('queued', 'running')"),
    ),
    Index(
        "ix_gradings_failed",
        "finished_at",
        sqlite_where=text("state = 'failed'"),
        postgresql_where=text("state = 'failed'"),
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
        "state",
        Text,
        CheckConstraint("state IN ('pending', 'sent', 'failed', 'superseded', 'dropped')", "state"),
        nullable=False,
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
    Index(
        "ix_outbox_failed",
        "placement_id",
        sqlite_where=text("state = 'failed'"),
        postgresql_where=text("state = 'failed'"),
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
