import re

import pytest

from openjupyter_service.lti.identity import learner_name

KEY = b"k" * 32


def test_the_same_person_always_gets_the_same_name() -> None:
    assert learner_name(KEY, "moodle", "StuDent7") == learner_name(KEY, "moodle", "StuDent7")


def test_names_are_fixed_for_ever() -> None:
    """Learners' homes hang on them."""
    assert learner_name(KEY, "moodle", "StuDent7") == "uq4z6znpuseutifuerpaqhjukj"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("moodle", "7"), ("openhpi", "7")),
        (("moodle", "Student"), ("moodle", "student")),
        (("a", "b:c"), ("a:b", "c")),
        (("a", 'b","c'), ('a","b', "c")),
        (("a", ""), ("", "a")),
        (("a", "ü"), ("a", "\\u00fc")),
    ],
)
def test_two_people_never_share_a_name(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert learner_name(KEY, *one) != learner_name(KEY, *other)


def test_another_key_gives_other_names() -> None:
    assert learner_name(b"x" * 32, "moodle", "7") != learner_name(KEY, "moodle", "7")


@pytest.mark.parametrize("subject", ["7", "a" * 500, "ada@example.org", "Ünï", "../../etc", "\ud800"])
def test_a_name_fits_users_containers_and_volumes(subject: str) -> None:
    assert re.fullmatch(r"u[a-z2-7]{25}", learner_name(KEY, "moodle", subject))
