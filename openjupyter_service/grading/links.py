"""The exercise that a link of an LMS leads to, by its custom parameters: one of a registered course, or none."""

from openjupyter_service.courses import Course, PublishedCourse
from openjupyter_service.errors import NotFound
from openjupyter_service.exercises.course import Exercise, load_exercise
from openjupyter_service.grading.courses import SiteCourses
from openjupyter_service.lti.launch import Custom


def find_linked(courses: SiteCourses, custom: Custom, platform: str) -> tuple[Course, Exercise]:
    """Course and exercise of a link.

    A link names the course, or its repository; with a branch, too, the registered course of the same repository with
    this branch is meant. Nothing that a link names is ever fetched or opened unless the site knows it.

    Raises:
        NotFound: there is no such course or exercise; the text is for the log.
        ExerciseError: the exercise is broken.
    """
    course = find_course(courses, custom)
    if course is None:
        told = {"course": custom.course, "repository": custom.repository, "branch": custom.branch}
        named = ", ".join(f"{name} {value[:64]!r}" for name, value in told.items() if value) or "no course"
        raise NotFound(f"a link of {platform} names {named}, which is not set up")
    return course, load_exercise(course.private, custom.exercise)


def find_course(courses: SiteCourses, custom: Custom) -> Course | None:
    """The registered course that is meant, or None."""
    named = courses.get(custom.course) if custom.course else None
    if custom.course and named is None:
        return None
    candidates = [
        course
        for course in courses.all()
        if (named is None or course.repository == named.repository)
        and (not custom.repository or custom.repository in _addresses(course))
        and (not custom.branch or _branch(course) == custom.branch)
    ]
    if not custom.course and not custom.repository:
        return None
    if named is not None and named in candidates:
        return named
    return candidates[0] if candidates else None


def _addresses(course: Course) -> tuple[str, ...]:
    """What a link may call a course's repository."""
    path = str(course.repository)
    upstream = (course.source.url,) if isinstance(course, PublishedCourse) else ()
    return path, f"file://{path}", *upstream


def _branch(course: Course) -> str:
    """What a link may call a course's branch: of a followed one that of its authors."""
    return course.source.branch if isinstance(course, PublishedCourse) else course.branch
