"""What is counted of placements and gradings, so that no page counts them all.

The rows are kept by the transactions of launches and gradings, and can be made anew at any time (store/rebuild.py).
"""

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from openjupyter_service.store.tables import metadata

lms_courses = Table(
    "lms_courses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("deployment", Text, nullable=False),
    Column("context_id", Text, nullable=False),
    # Of launches without a context the link takes its place; "" with one.
    Column("resource_link_id", Text, nullable=False),
    # An LMS course in which two of our courses are linked has a row for each.
    Column("course", Text, nullable=False),
    Column("title", Text, nullable=False),
    UniqueConstraint(
        "platform", "deployment", "context_id", "resource_link_id", "course", name="uq_lms_courses_identity"
    ),
    sqlite_autoincrement=True,
)

members = Table(
    "members",
    metadata,
    Column("lms_course_id", Integer, ForeignKey("lms_courses.id", ondelete="CASCADE"), primary_key=True),
    Column("learner", Text, primary_key=True),
    # By their last launch of any link in the LMS course. Staff are in no count.
    Column("is_staff", Boolean, nullable=False),
    # Exercises of the course.
    Column("tried", Integer, nullable=False),
    Column("solved", Integer, nullable=False),
    Column("last_at", Double),
    Index(None, "learner"),
)

progress = Table(
    "progress",
    metadata,
    Column("learner", Text, primary_key=True),
    Column("course", Text, primary_key=True),
    Column("exercise", Text, primary_key=True),
    # The first launch, or the first submission if that was earlier.
    Column("opened_at", Double, nullable=False),
    # Submissions with a verdict, and the first of them; NULL while there is none.
    Column("attempts", Integer, nullable=False),
    Column("first_at", Double),
    # Submissions whose grading was given up by our fault.
    Column("internal_errors", Integer, nullable=False),
    Column("last_at", Double, nullable=False),
    Column("last_status", Text),
    # The first submission whose status is correct: after how many attempts, itself among them, and when.
    Column("solved_after", Integer),
    Column("solved_at", Double),
    Column("best_credit", Double),
    Column("latest_credit", Double),
    Column("max_points", Double),
    Index(
        "ix_progress_stuck",
        "course",
        "exercise",
        "attempts",
        sqlite_where=text("solved_at IS NULL"),
        postgresql_where=text("solved_at IS NULL"),
    ),
)

tallies = Table(
    "tallies",
    metadata,
    Column("lms_course_id", Integer, ForeignKey("lms_courses.id", ondelete="CASCADE"), primary_key=True),
    Column("exercise", Text, primary_key=True),
    # Of what, and how much or when (store/tallies.py): so many learners.
    Column("kind", Text, primary_key=True),
    Column("bucket", Integer, primary_key=True),
    Column("count", Integer, nullable=False),
)

test_counts = Table(
    "test_counts",
    metadata,
    Column("course", Text, primary_key=True),
    Column("exercise", Text, primary_key=True),
    Column("title", Text, primary_key=True),
    # Verdicts in which the test was run, and in which it did not pass; of a submission the last one alone.
    Column("seen", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("last_at", Double, nullable=False),
)
