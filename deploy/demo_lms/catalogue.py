"""Courses, exercise links and people of the demonstration, read from catalogue.json."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

CATALOGUE_FILE = Path(__file__).with_name("catalogue.json")


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in; ``id`` is opaque, ``role`` is Learner or Instructor, ``locale`` what a tool is told."""

    id: str
    given: str
    family: str
    email: str
    role: str
    locale: str = "en"

    @property
    def name(self) -> str:
        """The full name."""
        return f"{self.given} {self.family}"

    @property
    def is_instructor(self) -> bool:
        """Whether the person teaches; the instructor teaches every course."""
        return self.role == "Instructor"


@dataclass(frozen=True)
class Link:
    """One exercise linked in one course; ``id`` is the LTI ``resource_link_id``.

    ``custom`` are the parameters that name the exercise to the tool. ``maximum`` and ``resource_id`` are its line
    item's; an LMS that makes none by itself has one where ``has_line_item``. ``deadline`` is what the tool said (ISO
    8601, "" for none).
    """

    id: str
    exercise: str
    title: str
    summary: str
    custom: tuple[tuple[str, str], ...] = ()
    maximum: float = 1.0
    resource_id: str = ""
    has_line_item: bool = False
    deadline: str = ""


@dataclass(frozen=True)
class Course:
    """One course with its links and its learners."""

    id: str
    title: str
    label: str
    summary: str
    links: tuple[Link, ...]
    learners: tuple[Person, ...]

    def admits(self, person: Person) -> bool:
        """Whether the person takes part in the course."""
        return person.is_instructor or person in self.learners


@dataclass(frozen=True)
class Catalogue:
    """Everything that is offered."""

    courses: tuple[Course, ...]
    people: tuple[Person, ...]

    def person(self, user_id: str) -> Person | None:
        """Find a person by id."""
        return next((person for person in self.people if person.id == user_id), None)

    def course(self, course_id: str) -> Course | None:
        """Find a course by id."""
        return next((course for course in self.courses if course.id == course_id), None)

    def link(self, link_id: str) -> tuple[Course, Link] | None:
        """Find a link by id, with the course it stands in."""
        return next(((course, link) for course in self.courses for link in course.links if link.id == link_id), None)

    def with_links(self, added: Mapping[str, Sequence[Link]]) -> "Catalogue":
        """The same with more links, by course id."""
        return replace(
            self,
            courses=tuple(
                replace(course, links=course.links + tuple(added.get(course.id, ()))) for course in self.courses
            ),
        )

    def courses_of(self, person: Person) -> list[Course]:
        """The courses that a person takes part in."""
        return [course for course in self.courses if course.admits(person)]


def load_catalogue(path: Path = CATALOGUE_FILE) -> Catalogue:
    """Read a catalogue file; raises KeyError or TypeError where it is incomplete."""
    data = json.loads(path.read_text(encoding="utf-8"))
    people = {item["id"]: Person(**item) for item in data["people"]}
    exercises = {item["name"]: item for item in data["exercises"]}

    def link(item: dict[str, str]) -> Link:
        exercise = exercises[item["exercise"]]
        custom = (("course", data["tool_course"]), ("exercise", exercise["name"]))
        return Link(item["id"], exercise["name"], exercise["title"], exercise["summary"], custom)

    courses = tuple(
        Course(
            id=item["id"],
            title=item["title"],
            label=item["label"],
            summary=item["summary"],
            links=tuple(link(entry) for entry in item["links"]),
            learners=tuple(people[user_id] for user_id in item["learners"]),
        )
        for item in data["courses"]
    )
    return Catalogue(courses=courses, people=tuple(people.values()))
