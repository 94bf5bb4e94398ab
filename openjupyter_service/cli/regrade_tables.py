"""Regrades as people and programs read them: the list, and who gains and who loses."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from openjupyter_service.cli.report import plain

if TYPE_CHECKING:
    from openjupyter_service.grading.compared import Comparison, LearnerChange
    from openjupyter_service.store import Regrade, RegradeProgress


def moment(seconds: float) -> str:
    """A time as people read it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def record(regrade: "Regrade", progress: "RegradeProgress", comparison: "Comparison | None" = None) -> dict[str, Any]:
    """A regrade as JSON data; with `gains`, `losses`, `unchanged`, `spared` and `failed` where it is compared."""
    found = {name: value for name, value in asdict(regrade).items() if name != "summary"}
    found["progress"] = asdict(progress)
    if comparison is not None:
        for name in ("gains", "losses", "unchanged", "spared", "failed"):
            found[name] = [asdict(each) for each in getattr(comparison, name)]
        found |= comparison.summary()
        found["faults"] = [{"why": why, "count": count} for why, count in comparison.faults]
    return found


def print_list(found: "list[tuple[Regrade, RegradeProgress]]") -> None:
    """All regrades, newest first."""
    table = Table("Id", "Exercise", "State", "Graded", "Failed", "By", "Begun")
    for each, progress in found:
        table.add_row(
            str(each.id), f"{each.course}/{each.exercise}", each.state.value,
            f"{progress.done + progress.failed} of {progress.total}", str(progress.failed),
            each.begun_by or "operator", moment(each.created_at),
        )  # fmt: skip
    Console(soft_wrap=False).print(table)


def print_comparison(console: Console, regrade: "Regrade", comparison: "Comparison") -> None:
    """Gains, losses, who could not be graded, and which tests changed."""
    _print_learners(console, "Gains", comparison.gains)
    _print_learners(console, "Losses", comparison.losses)
    _print_learners(console, "Kept, though the new tests give less", comparison.spared)
    _print_learners(console, "Could not be graded anew by our fault, and keep what they have", comparison.failed)
    for why, count in comparison.faults:
        console.print(f"not graded anew, {count} times: {plain(' '.join(why.split()))}", markup=False, highlight=False)
    if comparison.statuses:
        table = Table("Status before", "Status after", "Submissions", title="Submissions")
        for each in comparison.statuses:
            table.add_row(_text(each.before or "none"), _text(each.after or "none"), str(each.count))
        console.print(table)
    if comparison.tests:
        table = Table("Test", "Passed before", "Passed after", "Better", "Worse", title="Tests that changed most")
        for test in comparison.tests:
            passed = ["—" if each is None else str(each) for each in (test.passed_before, test.passed_after)]
            table.add_row(_text(test.title), *passed, str(test.better), str(test.worse))
        table.caption = f"of {comparison.compared} submissions"
        console.print(table)
    console.print(
        f"regrade {regrade.id} of {regrade.course}/{regrade.exercise}: {len(comparison.gains)} gain, "
        f"{len(comparison.losses)} lose, {len(comparison.unchanged)} stay as they are, "
        f"{len(comparison.failed)} with failed gradings",
        markup=False, highlight=False,
    )  # fmt: skip


def _print_learners(console: Console, title: str, changes: "list[LearnerChange]") -> None:
    if not changes:
        return
    is_spared = any(each.is_spared for each in changes)
    table = Table("Learner", "Before", "After", *(["By the new tests"] if is_spared else []), "Sent to", title=title)
    for each in changes:
        scores = [_score(score) for score in (each.before, each.after, *([each.graded] if is_spared else []))]
        changed = (each.gains or each.loses) and each.after is not None
        table.add_row(escape(each.learner), *scores, str(each.places if changed else 0))
    console.print(table)


def _score(score: float | None) -> str:
    return "—" if score is None else f"{score:.2%}"


def _text(text: str) -> str:
    return escape(plain(text))
