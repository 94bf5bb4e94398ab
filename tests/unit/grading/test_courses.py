"""The courses of a site: settings and followed ones together, each submission with the pair it was made for."""

import shutil

import pytest

from openjupyter_service.courses import Course, Half, PublishedCourse
from openjupyter_service.errors import NotFound, RemoteError
from openjupyter_service.exercises.course import load_exercise
from openjupyter_service.exercises.places import CoursePlaces
from openjupyter_service.exercises.repository import head, read_file
from openjupyter_service.grading.catalogue import catalogue
from openjupyter_service.grading.courses import SiteCourses
from openjupyter_service.grading.links import find_course
from openjupyter_service.lti.launch import Custom
from openjupyter_service.store import Courses, Versions
from tests.unit.grading.course import CourseSite
from tests.unit.grading.followed import BOX, PRIVATE, PUBLIC, follow, new_version, refetch


def title(course: Course | None) -> str:
    assert course is not None
    return load_exercise(course.private, "means").title


def test_a_followed_course_is_there_once_it_is_published(site: CourseSite) -> None:
    courses = site.courses
    assert [course.name for course in courses.all()] == ["python"] and courses.get("genes") is None
    followed = follow(site.settings, site.store, internet=True)
    assert [course.name for course in courses.all()] == ["python", "genes"]
    found = courses.get("genes")
    assert isinstance(found, PublishedCourse) and found.internet and found.source == followed.public
    assert (found.repository, found.branch) == (CoursePlaces(site.settings.data_dir, "genes").served, "main")
    assert title(found) == "First"
    new_version(site.settings, site.store, title="Second")
    assert title(courses.get("genes")) == "Second"
    assert courses.get("python") == site.settings.courses[0]
    Courses(site.store, BOX).remove("genes")
    assert [course.name for course in courses.all()] == ["python"]
    with pytest.raises(NotFound, match="no course 'genes'"):
        courses.find("genes")


def test_what_an_operator_changes_holds_at_once(site: CourseSite) -> None:
    course = follow(site.settings, site.store)
    courses = site.courses
    assert courses.find("genes") is courses.find("genes") and not courses.find("genes").internet
    Courses(site.store, BOX).replace(course.model_copy(update={"internet": True}))
    assert courses.find("genes").internet and courses.all()[1].internet


def test_a_version_that_waits_or_is_refused_changes_nothing(site: CourseSite) -> None:
    follow(site.settings, site.store)
    before = site.courses.get("genes")
    versions = Versions(site.store)
    number = versions.add("genes", "a" * 40, "b" * 40)
    assert number is not None and site.courses.get("genes") == before
    claimed = versions.claim("genes")
    assert claimed is not None and site.courses.get("genes") == before
    versions.refuse(number, {"findings": ["broken"]})
    assert site.courses.get("genes") == before and before in site.courses.all()


def test_a_course_of_the_settings_file_goes_before_one_of_the_same_name(site: CourseSite) -> None:
    follow(site.settings, site.store)
    pair = new_version(site.settings, site.store, title="Second")
    moved = site.settings.courses[0].model_copy(update={"name": "genes"})
    settings = site.settings.model_copy(update={"courses": [moved]})
    courses = SiteCourses(settings, site.store)
    assert courses.all() == [moved] and courses.get("genes") == moved
    # What was handed in before is graded as it was meant.
    assert title(courses.at("genes", pair.public_commit, pair.private_commit)) == "Second"


def test_a_submission_keeps_its_pair(site: CourseSite) -> None:
    follow(site.settings, site.store)
    first = site.courses.find("genes").pair
    second = new_version(site.settings, site.store, title="Second")
    assert first is not None and first != second
    for pair, text in ((first, "First"), (second, "Second")):
        course = site.courses.at("genes", pair.public_commit, pair.private_commit)
        assert course is not None and course.pair == pair and title(course) == text
        assert read_file(course.repository, pair.public_commit, "means/data.csv") == f"{text}\n".encode()
    assert site.courses.at("genes", first.public_commit, second.private_commit) is None, "never published together"
    assert site.courses.at("python", "a" * 40, None) == site.settings.courses[0]
    assert site.courses.at("nothing", "a" * 40, "b" * 40) is None
    Courses(site.store, BOX).remove("genes")
    assert title(site.courses.at("genes", first.public_commit, first.private_commit)) == "First"


def test_a_private_half_that_was_deleted_is_checked_out_again(site: CourseSite) -> None:
    follow(site.settings, site.store)
    first = site.courses.find("genes").pair
    assert first is not None
    new_version(site.settings, site.store, title="Second")
    places = CoursePlaces(site.settings.data_dir, "genes")
    shutil.rmtree(places.private(first.private_commit, "").parent)
    assert title(site.courses.at("genes", first.public_commit, first.private_commit)) == "First"
    assert title(site.courses.get("genes")) == "Second"


@pytest.mark.parametrize("folder", ["", "means"])
def test_a_served_repository_that_was_deleted_is_made_anew_with_the_same_commits(site: CourseSite, folder: str) -> None:
    follow(site.settings, site.store, public=Half(url=PUBLIC, folder=folder))
    for title_ in ("Second", "Third"):
        new_version(site.settings, site.store, title=title_)
    places = CoursePlaces(site.settings.data_dir, "genes")
    before = site.courses.find("genes")
    shutil.rmtree(places.root)
    with pytest.raises(RemoteError, match="fetch the course again"):
        site.courses.get("genes")
    refetch(site.settings, "genes")
    after = site.courses.find("genes")
    assert after == before and before.pair is not None
    assert head(places.served, "main") == before.pair.public_commit
    for version in Versions(site.store).of("genes"):
        course = site.courses.at("genes", version.served_commit, version.private_commit)
        assert course is not None and title(course) in ("First", "Second", "Third")
        read_file(places.served, str(version.served_commit), "data.csv" if folder else "means/data.csv")


def test_what_was_rewritten_at_the_host_is_not_made_anew(site: CourseSite) -> None:
    follow(site.settings, site.store)
    new_version(site.settings, site.store, title="Second")
    places = CoursePlaces(site.settings.data_dir, "genes")
    shutil.rmtree(places.root)
    shutil.rmtree(site.settings.data_dir / "public-of-genes.git")
    refetch(site.settings, "genes")
    with pytest.raises(RemoteError, match="restore the folder from a backup"):
        site.courses.get("genes")
    assert not places.served.exists() and not list(places.root.glob(".rebuilt-*"))


def test_a_course_whose_files_are_lost_harms_no_other(site: CourseSite, caplog: pytest.LogCaptureFixture) -> None:
    follow(site.settings, site.store)
    shutil.rmtree(CoursePlaces(site.settings.data_dir, "genes").served.parent)
    with pytest.raises(RemoteError):
        site.courses.get("genes")
    assert [course.name for course in site.courses.all()] == ["python"]
    assert "the course genes cannot be used" in caplog.text


def test_folders_belong_to_a_version(site: CourseSite) -> None:
    """The private half of an old version stays where it was in its repository."""
    course = follow(site.settings, site.store)
    pair = site.courses.find("genes").pair
    assert pair is not None
    moved = course.model_copy(update={"private": Half(url=PRIVATE, folder="python")})
    Courses(site.store, BOX).replace(moved)
    assert title(site.courses.get("genes")) == "First"
    versions = Versions(site.store)
    assert versions.add("genes", pair.public_commit, pair.private_commit) is not None, "another folder, another version"
    assert versions.add("genes", pair.public_commit, pair.private_commit) is None
    assert [version.private_folder for version in versions.of("genes")] == ["python", ""]


def test_links_and_staff_find_followed_courses(site: CourseSite) -> None:
    follow(site.settings, site.store)
    assert [(entry.key, entry.title) for entry in catalogue(site.courses)] == [
        ("python/means", "Means"),
        ("genes/means", "First"),
    ]

    def found(**names: str) -> str | None:
        course = find_course(site.courses, Custom(**({"exercise": "means"} | names)))
        return course.name if course is not None else None

    assert found(course="genes") == "genes"
    assert found(repository=PUBLIC) == found(repository=PUBLIC, branch="stable") == "genes"
    assert found(repository=PUBLIC, branch="main") is None, "its authors call the branch otherwise"
    assert found(repository=PRIVATE) is None and found(course="python") == "python"


def test_a_data_set_follows_the_course(site: CourseSite) -> None:
    follow(site.settings, site.store, datasets=site.folder.parent)
    (found,) = site.courses.find("genes").data_sets
    assert (found.source, found.target) == (str(site.folder.parent), "/srv/data/genes")
