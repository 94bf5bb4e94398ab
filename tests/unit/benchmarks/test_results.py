"""The benchmark of the pages of results on a small scale; and that what it writes in bulk is what it should be."""

from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from openjupyter_service.report import Report
from openjupyter_service.store import Store
from openjupyter_service.store.results import Results
from openjupyter_service.store.tables import gradings, submissions
from openjupyter_service.store.tallies import Kind
from tests.benchmarks import results, results_seed

SMALL = {"LEARNERS": 30, "EXERCISES": 2, "SUBMISSIONS": 3, "RUNS": 1, "GRADINGS": 3}


def test_all_pages_are_measured_and_their_queries_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SMALL.items():
        monkeypatch.setattr(results, name, value)
    figures = {figure.name: figure for figure in results.measure(lambda text: None)}
    assert {"exercises", "one exercise", "learners", "a grading is stored", "a launch is stored"} <= set(figures)
    for figure in figures.values():
        assert figure.value > 0 and (figure.ratio is not None or "CSV" in figure.name)
    assert all("queries" in figures[name].note for name in ("LMS courses", "exercises", "learners"))


def test_what_is_written_in_bulk_is_counted_as_the_direct_query_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results_seed, "FAULTY", 7)
    path = tmp_path / "openjupyter.sqlite"
    store = Store(f"sqlite:///{path}")
    store.upgrade()
    results_seed.seed(store, path, 40, 3, 4, lambda text: None)
    with store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(submissions)) == 40 * 3 * 4
        reports = connection.scalars(select(gradings.c.report)).all()
        known = {"course": results_seed.COURSE, "context": results_seed.CONTEXT}
        direct = connection.execute(text(results.DIRECT), known).all()
        indexes = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'index'").scalars().all()
    assert {"ix_gradings_submission_id", "ix_gradings_failed", "ix_outbox_failed"} <= set(indexes)
    assert len({Report.model_validate(report).status for report in reports}) == 3
    found = Results(store)
    (place,) = found.lms_courses(results_seed.TEACHER, 9)
    assert place.learners == 40 and found.lms_courses(results_seed.learner(0), 9) == []
    tallies = found.tallies(place.id)
    counted = [
        (name, sum(tally[Kind.BEGUN].values()), sum(tally[Kind.SOLVED].values())) for name, tally in tallies.items()
    ]
    assert sorted(counted) == sorted(tuple(row) for row in direct)
    store.close()
