"""Which exercises staff of LMS courses answer for, and whose names they may read there."""

from sqlalchemy import Select, select

from openjupyter_service.store.engine import Store
from openjupyter_service.store.staff import is_in_courses, staff_courses
from openjupyter_service.store.tables import people, placements, submissions


class StaffExercises:
    """Exercises, by the LMS courses in which they are linked. `person` is a hub username, None the operator."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, person: str | None) -> list[tuple[str, str]]:
        """Course and exercise of all that are linked in this person's LMS courses and that somebody has handed in."""
        handed_in = select(submissions.c.course, submissions.c.exercise).distinct()
        with self._store.read() as connection:
            query = handed_in.order_by(submissions.c.course, submissions.c.exercise)
            found = [(row.course, row.exercise) for row in connection.execute(query)]
            if person is None:
                return found
            mine = select(placements.c.course, placements.c.exercise).distinct()
            theirs = is_in_courses(staff_courses(connection, person))
            linked = {(row.course, row.exercise) for row in connection.execute(mine.where(theirs))}
        return [each for each in found if each in linked]

    def learners(self, person: str | None, course: str, exercise: str) -> dict[str, str | None]:
        """Display names by hub username, of those who have opened the exercise in this person's LMS courses.

        For the operator: of all who have opened it anywhere, or handed it in.
        """
        opened = _of_exercise(course, exercise)
        where = (submissions.c.course == course, submissions.c.exercise == exercise)
        with self._store.read() as connection:
            if person is None:
                learners = opened.union(select(submissions.c.learner).where(*where)).subquery()
            else:
                learners = opened.where(is_in_courses(staff_courses(connection, person))).distinct().subquery()
            query = select(learners.c.learner, people.c.display_name).outerjoin(
                people, people.c.learner == learners.c.learner
            )
            return {row.learner: row.display_name for row in connection.execute(query)}

    def answers_for(self, person: str | None, course: str, exercise: str) -> bool:
        """Is this person staff of every LMS course in which the exercise is linked? The operator always is."""
        if person is None:
            return True
        with self._store.read() as connection:
            mine = is_in_courses(staff_courses(connection, person))
            every = _of_exercise(course, exercise)
            somewhere = connection.scalar(every.where(mine).limit(1)) is not None
            return somewhere and connection.scalar(every.where(~mine).limit(1)) is None


def _of_exercise(course: str, exercise: str) -> Select[str]:
    return select(placements.c.learner).where(placements.c.course == course, placements.c.exercise == exercise)
