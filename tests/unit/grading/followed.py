"""Courses that are followed, as the store and this machine hold them once they were fetched and published."""


from pydantic import SecretStr

from openjupyter_service.courses import CourseSecrets, FollowedCourse, Half, Pair
from openjupyter_service.exercises.places import CoursePlaces
from openjupyter_service.exercises.remote import check_out
from openjupyter_service.exercises.repository import publish
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


def new_version(settings: Settings, store: Store, name: str = "genes", title: str = "First", **files: str) -> Pair:
    """Publish another version: title of its exercise "means", and its files in the public half by name."""
    places = CoursePlaces(settings.data_dir, name)
    public, private = (settings.data_dir / f"{half} of {name}" / "means" for half in ("public", "private"))
    public.mkdir(parents=True, exist_ok=True)
    private.mkdir(parents=True, exist_ok=True)
    (public / "means.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    (public / "data.csv").write_text(f"{title}\n")
    (private / "exercise.toml").write_text(f'title = "{title}"\ndata = ["means/data.csv"]\n')
    (private / "test_means.py").write_text(f"def test_it(learner):\n    assert learner.title == {title!r}\n")
    private_commit = publish(private.parent, places.private_mirror)
    check_out(places.private_mirror, private_commit, "", places.private(private_commit, ""))
    served_commit = publish(public.parent, places.served)
    versions = Versions(store)
    number = versions.add(name, served_commit, private_commit)
    assert number is not None and versions.claim(name) is not None
    versions.publish(number, served_commit, {"findings": []})
    return Pair(public_commit=served_commit, private_commit=private_commit)


def unpublished(settings: Settings, name: str, text: str) -> str:
    """A commit whose objects are in the served repository, and that no branch leads to."""
    places = CoursePlaces(settings.data_dir, name)
    folder = settings.data_dir / "unpublished"
    folder.mkdir()
    (folder / "later.txt").write_text(text)
    return publish(folder, places.served, "later")
