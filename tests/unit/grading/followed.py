"""Courses that are followed, as the store and this machine hold them once they were fetched and published."""

from pydantic import SecretStr

from openjupyter_service.courses import CourseSecrets, FollowedCourse, Half, Pair
from openjupyter_service.exercises.checkout import check_out
from openjupyter_service.exercises.places import CoursePlaces
from openjupyter_service.exercises.remote import fetch
from openjupyter_service.exercises.repository import publish
from openjupyter_service.exercises.served import move, prepare
from openjupyter_service.settings import Settings
from openjupyter_service.store import Courses, SecretBox, Store, Versions

BOX = SecretBox(b"k" * 32)
PUBLIC = "https://git.example.org/team/genes.git"
PRIVATE = "git@git.example.org:team/hidden.git"


def follow(settings: Settings, store: Store, name: str = "genes", **values: object) -> FollowedCourse:
    """A followed course with one exercise, at its first published version."""
    values = {"public": Half(url=PUBLIC, branch="stable"), "private": Half(url=PRIVATE), **values}
    course = FollowedCourse.model_validate({"name": name, **values})
    Courses(store, BOX, [each.name for each in settings.courses]).add(
        course, CourseSecrets(private_token=SecretStr("s3cret-token"))
    )
    new_version(settings, store, name)
    return course


def new_version(settings: Settings, store: Store, name: str = "genes", title: str = "First") -> Pair:
    """Push, fetch and publish another version: title of its exercise "means", which is in both halves."""
    places = CoursePlaces(settings.data_dir, name)
    _write(settings, name, title)
    public_commit, private_commit = (_fetched(settings, name, half) for half in ("public", "private"))
    check_out(places.private_mirror, private_commit, "", places.private(private_commit))
    course = Courses(store, BOX).get(name)
    assert course is not None
    served_commit = prepare(places.public_mirror, public_commit, course.public.folder, places.served)
    versions = Versions(store)
    number = versions.add(name, public_commit, private_commit)
    assert number is not None and versions.claim(name) is not None
    move(places.served, served_commit)
    versions.publish(number, served_commit, {"findings": []})
    return Pair(public_commit=served_commit, private_commit=private_commit)


def prepared(settings: Settings, name: str, title: str) -> Pair:
    """A version that was fetched and prepared, and is not published: commits as they would be."""
    places = CoursePlaces(settings.data_dir, name)
    _write(settings, name, title)
    public_commit, private_commit = (_fetched(settings, name, half) for half in ("public", "private"))
    served_commit = prepare(places.public_mirror, public_commit, "", places.served)
    return Pair(public_commit=served_commit, private_commit=private_commit)


def refetch(settings: Settings, name: str) -> None:
    """Fetch both halves as they are at the host."""
    for half in ("public", "private"):
        _fetched(settings, name, half)


def _write(settings: Settings, name: str, title: str) -> None:
    """What its authors push: a notebook, a file for it, and an exercise with a test."""
    public, private = (settings.data_dir / f"{half}-of-{name}" for half in ("public", "private"))
    for half in (public, private):
        (half / "means").mkdir(parents=True, exist_ok=True)
    (public / "means/means.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    (public / "means/data.csv").write_text(f"{title}\n")
    (private / "means/exercise.toml").write_text(f'title = "{title}"\ndata = ["means/data.csv"]\n')
    (private / "means/test_means.py").write_text(f"def test_it(learner):\n    assert learner.title == {title!r}\n")


def _fetched(settings: Settings, name: str, half: str) -> str:
    """The commit of that half, pushed and fetched."""
    host = settings.data_dir / f"{half}-of-{name}.git"
    publish(settings.data_dir / f"{half}-of-{name}", host)
    places = CoursePlaces(settings.data_dir, name)
    return fetch(Half(url=str(host)), places.public_mirror if half == "public" else places.private_mirror)
