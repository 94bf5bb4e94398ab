"""How a course goes, as its staff read it: exercises, learners, submissions. Every question is asked for a person, and
answered with what the LMS courses hold of which they are staff."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from openjupyter_service.courses import Course
from openjupyter_service.errors import ExerciseError, NotFound, OpenJupyterError
from openjupyter_service.exercises.course import exercise_names, load_exercise
from openjupyter_service.grading.attention import OFTEN, attention
from openjupyter_service.grading.courses import SiteCourses
from openjupyter_service.grading.result_records import (
    Cell,
    Column,
    Day,
    ExercisePage,
    ExerciseRow,
    LearnerPage,
    Matrix,
    Overview,
    Row,
    Standing,
)
from openjupyter_service.language import N_
from openjupyter_service.secrets import site_secret
from openjupyter_service.settings import Settings
from openjupyter_service.store.encryption import SecretBox
from openjupyter_service.store.engine import Store
from openjupyter_service.store.platforms import Platforms
from openjupyter_service.store.records import Counts
from openjupyter_service.store.result_records import Handed, LmsCourse, Member, Reached, Tally, TestCount
from openjupyter_service.store.results import SORTS, Results
from openjupyter_service.store.submissions import Submissions
from openjupyter_service.store.tallies import FULL, UNCOUNTED, Kind

MAX_PLACES = 500
"""LMS courses in one list."""
PAGE = 50
"""Learners on one page."""
MAX_NUMBER = 2**53
MAX_DAYS = 366
MAX_LISTED = 20
MAX_SUBMISSIONS = 200
MAX_ATTEMPTS_SHOWN = 20
"""Of the table of attempts: who needed more is in its last row."""
OLD_TEST_SECONDS = 7 * 86400.0
"""A test that was not seen for so long, while others of its exercise were, is there no more."""


class ResultsView:
    """What a person may see of results; blocks. `person` is a hub username, None the operator.

    All methods raise NotFound for what is not there, and in the same words for what is somebody else's.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self._courses = SiteCourses(settings, store)
        self._results, self._submissions = Results(store), Submissions(store)
        self._platforms = Platforms(store, SecretBox(site_secret(settings.data_dir, "store")), settings.platforms)

    def lms_courses(self, person: str | None) -> list[tuple[LmsCourse, str]]:
        """LMS courses with the titles of their LMSes."""
        titles = self._lms_titles()
        return [
            (each, titles.get(each.platform, each.platform)) for each in self._results.lms_courses(person, MAX_PLACES)
        ]

    def overview(self, person: str | None, number: str) -> Overview:
        """How the exercises go, and what needs attention."""
        place = self._place(person, number)
        tallies, tests = self._results.tallies(place.id), _current(self._results.tests(place.course))
        exercises = [_row(each, tallies.get(each.name, {}), tests) for each in self._columns(place.course, tallies)]
        refused = self._results.refused(place)
        lms = self._lms_titles().get(place.platform, place.platform)
        return Overview(place, lms, exercises, attention(exercises, tallies, tests, refused))

    def exercise(self, person: str | None, number: str, name: str) -> ExercisePage:
        """All about one exercise."""
        place = self._place(person, number)
        tally = self._results.tallies(place.id, name).get(name, {})
        column = self._column(place.course, name, is_known=bool(tally))
        tests = _current(self._results.tests(place.course, name))
        row = _row(column, tally, tests)
        credits = tally.get(Kind.LATEST if column.counts is Counts.LATEST else Kind.BEST, {})
        return ExercisePage(
            place,
            row,
            [credits.get(tenth, 0) for tenth in range(FULL + 1)],
            credits.get(UNCOUNTED, 0),
            _days(tally),
            _attempts(tally),
            tests,
            self._results.faults(place, name, MAX_LISTED) if row.faults else [],
            self._results.stuck(place, name, OFTEN, MAX_LISTED),
        )

    def matrix(self, person: str | None, number: str, *, search: str = "", sort: str = "name", page: int = 1) -> Matrix:
        """Learners × exercises.

        Args:
            person: who looks.
            number: the LMS course.
            search: part of a name.
            sort: one of SORTS or `exercise:NAME`, with a hyphen in front for the largest first.
            page: from 1; the last one, if there are fewer.
        """
        place = self._place(person, number)
        columns = self._columns(place.course, self._results.tallies(place.id))
        found = self._results.count_learners(place.id, search)
        pages = max(1, -(-found // PAGE))
        page = min(max(page, 1), pages)
        key = sort.removeprefix("-")
        exercise = key.removeprefix("exercise:") if key.startswith("exercise:") else None
        sorted_by = next((column for column in columns if column.name == exercise), None)
        learners = self._results.learners(
            place,
            search=search,
            sort=key if key in SORTS else "name",
            descending=sort.startswith("-"),
            exercise=sorted_by.name if sorted_by is not None else None,
            counts=sorted_by.counts if sorted_by is not None else Counts.BEST,
            offset=(page - 1) * PAGE,
            limit=PAGE,
        )
        return Matrix(place, columns, self._rows(place, columns, learners), found, page, pages)

    def learner(
        self, person: str | None, number: str, learner: str, exercise: str, submission: str | None = None
    ) -> LearnerPage:
        """A learner's submissions to one exercise, newest first, and one of them whole: that named, or the newest."""
        place = self._place(person, number)
        member = self._member(place, learner)
        found = self._submissions.for_learner(learner, place.course, exercise, MAX_SUBMISSIONS)
        column = self._column(place.course, exercise, is_known=bool(found))
        wanted = submission or (found[0].id if found else None)
        shown = self._submissions.get(wanted) if wanted is not None else None
        if wanted is not None and (
            shown is None or (shown.learner, shown.course, shown.exercise) != (learner, place.course, exercise)
        ):
            raise _no_such()
        if shown is not None:
            # What went to other LMS courses is not for the staff of this one.
            shown = replace(shown, passbacks=tuple(self._results.passbacks(place, shown.id)))
        return LearnerPage(place, member, column, found, shown)

    def notebook(
        self, person: str | None, number: str, learner: str, exercise: str, submission: str
    ) -> tuple[str, bytes]:
        """The file name and the text of a notebook as it was handed in."""
        shown = self.learner(person, number, learner, exercise, submission).shown
        content = self._submissions.files(shown.id).get(shown.notebook_path) if shown is not None else None
        if shown is None or content is None:
            raise _no_such()
        return shown.notebook_path.rpartition("/")[2], content

    def all_rows(self, person: str | None, number: str) -> tuple[LmsCourse, list[Column], Iterator[list[Row]]]:
        """The whole matrix, some learners at a time."""
        place = self._place(person, number)
        columns = self._columns(place.course, self._results.tallies(place.id))
        return place, columns, (self._rows(place, columns, some) for some in self._results.all_learners(place.id))

    def all_submissions(
        self, person: str | None, number: str
    ) -> tuple[LmsCourse, Iterator[list[tuple[Member, Handed]]]]:
        """All submissions of all learners, some learners at a time."""
        place = self._place(person, number)

        def chunks() -> Iterator[list[tuple[Member, Handed]]]:
            for some in self._results.all_learners(place.id):
                members = {each.learner: each for each in some}
                yield [(members[each.learner], each) for each in self._results.handed_in(place.course, [*members])]

        return place, chunks()

    def _place(self, person: str | None, number: str) -> LmsCourse:
        is_one = number.isascii() and number.isdigit() and len(number) < 17 and int(number) < MAX_NUMBER
        place = self._results.lms_course(person, int(number)) if is_one else None
        if place is None:
            raise NotFound(
                N_(
                    "there is no such course of yours. If you teach it, open an exercise from your LMS course first: "
                    "your LMS tells us then."
                )
            )
        return place

    def _member(self, place: LmsCourse, learner: str) -> Member:
        member = self._results.learner(place.id, learner)
        if member is None:
            raise NotFound(N_("there is no such learner in this course"))
        return member

    def _rows(self, place: LmsCourse, columns: list[Column], learners: list[Member]) -> list[Row]:
        reached = self._results.reached(place.course, [member.learner for member in learners])
        return [
            Row(member, [_cell(reached.get(member.learner, {}).get(each.name), each.counts) for each in columns])
            for member in learners
        ]

    def _columns(self, course: str, tallies: Mapping[str, Any]) -> list[Column]:
        """Exercises of the course as it is now, then those that are there no more and that somebody has tried."""
        known = self._course(course)
        names = exercise_names(known.private) if known is not None else []
        names += sorted(set(tallies) - set(names))
        return [_read(known, name) for name in names]

    def _column(self, course: str, name: str, is_known: bool) -> Column:
        known = self._course(course)
        if not is_known and (known is None or name not in exercise_names(known.private)):
            raise NotFound(N_("there is no exercise {name} in this course"), name=repr(name[:100]))
        return _read(known, name)

    def _course(self, name: str) -> Course | None:
        """The course as it is now; None when it is there no more, or its files are lost."""
        try:
            return self._courses.get(name)
        except OpenJupyterError:
            return None

    def _lms_titles(self) -> dict[str, str]:
        return {each.name: each.shown_title for each in self._platforms.all()}


def _read(course: Course | None, name: str) -> Column:
    """Title and policy of an exercise, as its author has them now."""
    try:
        exercise = load_exercise(course.private, name) if course is not None else None
    except (NotFound, ExerciseError):
        exercise = None
    if exercise is None:
        return Column(name, name, Counts.BEST)
    return Column(name, exercise.title, Counts(exercise.counts))


def _no_such() -> NotFound:
    return NotFound(N_("there is no such submission in this course"))


def _current(tests: list[TestCount]) -> list[TestCount]:
    newest: dict[str, float] = {}
    for test in tests:
        newest[test.exercise] = max(newest.get(test.exercise, 0.0), test.last_at)
    return [test for test in tests if test.last_at >= newest[test.exercise] - OLD_TEST_SECONDS]


def _row(column: Column, tally: Tally, tests: list[TestCount]) -> ExerciseRow:
    hardest = next((test for test in tests if test.exercise == column.name and test.failed), None)
    return ExerciseRow(
        column.name,
        column.title,
        sum(tally.get(Kind.BEGUN, {}).values()),
        sum(tally.get(Kind.SOLVED, {}).values()),
        median(tally.get(Kind.SOLVED_AFTER, {})),
        median(tally.get(Kind.MINUTES, {})),
        sum(tally.get(Kind.INTERNAL, {}).values()),
        hardest,
    )


def median(counts: Mapping[int, int]) -> int | None:
    """The (lower) median of values, each there so many times; None of none."""
    left = (sum(counts.values()) + 1) // 2
    for value in sorted(counts):
        left -= counts[value]
        if left <= 0:
            return value if counts else None
    return None


def _days(tally: Tally) -> list[Day]:
    """Day by day, from the first to the last on which something changed; of more than MAX_DAYS the newest."""
    begun, solved = tally.get(Kind.BEGUN, {}), tally.get(Kind.SOLVED, {})
    if not begun:
        return []
    last = max([*begun, *solved])
    first = max(min(begun), last - MAX_DAYS + 1)
    found: list[Day] = []
    day = Day(first, *(sum(n for each, n in counts.items() if each < first) for counts in (begun, solved)))
    for number in range(first, last + 1):
        day = Day(number, day.begun + begun.get(number, 0), day.solved + solved.get(number, 0))
        found.append(day)
    return found


def _attempts(tally: Tally) -> list[tuple[int, int, int]]:
    kinds = [tally.get(kind, {}) for kind in (Kind.SOLVED_AFTER, Kind.UNSOLVED)]
    most = min(max([0, *kinds[0], *kinds[1]]), MAX_ATTEMPTS_SHOWN)

    def count(counts: Mapping[int, int], attempts: int) -> int:
        return sum(n for each, n in counts.items() if each == attempts or (attempts == most and each > most))

    return [(attempts, count(kinds[0], attempts), count(kinds[1], attempts)) for attempts in range(1, most + 1)]


def _cell(reached: Reached | None, counts: Counts) -> Cell:
    if reached is None:
        return Cell(Standing.NOTHING)
    if not reached.attempts:
        return Cell(Standing.FAULT)
    credit = reached.latest_credit if counts is Counts.LATEST else reached.best_credit
    maximum = reached.max_points or 1.0  # an exercise without points has a score nevertheless
    standing = Standing.SOLVED if reached.solved_at is not None else Standing.TRIED
    return Cell(standing, reached.attempts, None if credit is None else credit * maximum, maximum)
