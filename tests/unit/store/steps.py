"""Steps that many store tests share."""

from openjupyter_service.store import Launches, Placement, Queue, Submission, Submissions

EXERCISE = {"course": "python", "exercise": "warm-up"}


def submit(submissions: Submissions, learner: str = "ada", exercise: str = "warm-up") -> Submission:
    return submissions.accept(
        learner=learner,
        course="python",
        exercise=exercise,
        commit="c0ffee",
        notebook_path=f"{exercise}.ipynb",
        files={f"{exercise}.ipynb": b"{}", "data.csv": b"a,b\n1,2\n"},
    )


def launch(
    launches: Launches,
    learner: str = "ada",
    link: str = "link-1",
    outcome: bool = True,
    exercise: str = "warm-up",
    sourcedid: str = "row-1",
) -> Placement:
    return launches.record(
        platform="moodle",
        context_id="course-7",
        resource_link_id=link,
        learner=learner,
        course="python",
        exercise=exercise,
        outcome_url="https://lms.example/outcome" if outcome else None,
        sourcedid=sourcedid if outcome else None,
        context_title="Data science",
        resource_title="Warm-up",
    )


def grade(submissions: Submissions, queue: Queue, score: float | None, learner: str = "ada") -> Submission:
    submission = submit(submissions, learner)
    claimed = queue.claim("worker", 60)
    assert claimed is not None and claimed.submission_id == submission.id
    assert queue.finish(claimed.grading_id, "worker", {"status": "correct"}, score, {"run": 1.0})
    return submission
