"""Webhooks: whose signature holds, and what a delivery tells."""

import pytest

from openjupyter_service.courses import FollowedCourse, Half
from openjupyter_service.exercises.hooks import Delivery, Event, is_genuine, read
from tests.unit.exercises.deliveries import NAMES, SECRET, delivery


def course(public: str = "main", private: str = "main") -> FollowedCourse:
    return FollowedCourse(
        name="python",
        public=Half(url="https://h/a.git", branch=public),
        private=Half(url="https://h/b.git", branch=private),
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_delivery_is_known_by_its_signature_and_read(name: str) -> None:
    sent = delivery(name)
    assert is_genuine(sent.lower, sent.body, sent.secret)
    assert read(sent.lower, sent.body) == Delivery(Event(sent.event), frozenset(sent.branches))


@pytest.mark.parametrize("name", NAMES)
def test_what_was_changed_or_signed_by_somebody_else_is_not_genuine(name: str) -> None:
    sent = delivery(name)
    assert not is_genuine(sent.lower, sent.body, "another secret")
    assert not is_genuine(sent.lower, sent.body, "")
    if "X-Gitlab-Token" not in sent.headers:
        assert not is_genuine(sent.lower, sent.body + b" ", sent.secret)
    for header in [each for each in sent.lower if "signature" in each or "token" in each]:
        for value in ("", "sha256=", "v1,", sent.secret[:-1], sent.lower[header][:-1], sent.lower[header] + "0", "ü"):
            others = {other: "" for other in sent.lower if "signature" in other or "token" in other}
            headers = {**sent.lower, **others, header: value}
            assert not is_genuine(headers, sent.body, sent.secret), (header, value)


def test_vectors_that_the_hosts_publish() -> None:
    secret = "It's a Secret to Everybody"
    github = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert is_genuine({"x-hub-signature-256": github}, b"Hello, World!", secret)
    bitbucket = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    assert is_genuine({"x-hub-signature": bitbucket}, b"Hello World!", secret)
    standard = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    assert is_genuine(standard, b'{"test": 2432232314}', "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


def test_no_header_at_all_is_not_genuine() -> None:
    assert not is_genuine({}, b"", SECRET)
    assert not is_genuine({}, b"", "")
    assert not is_genuine({"x-gitlab-token": ""}, b"", "")
    assert not is_genuine({"webhook-signature": ""}, b"", "whsec_")


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"x-github-event": "push"}, b"no json"),
        ({"x-github-event": "push"}, b"[]"),
        ({"x-github-event": "push"}, b"{}"),
        ({"x-github-event": "push"}, b"\xff\xfe"),
        ({"x-github-event": "push"}, b"[" * 100_000),
        ({"x-event-key": "repo:push"}, b'{"push": {"changes": [{"new": null, "old": null}]}}'),
        ({"x-event-key": "repo:refs_changed"}, b'{"changes": 5}'),
        ({"x-gitlab-event": "Push Hook"}, b'"push"'),
        ({"x-github-event": "push", "content-type": "application/x-www-form-urlencoded"}, b"a=1&" * 50),
    ],
)
def test_a_push_that_cannot_be_read_may_concern_any_branch(headers: dict[str, str], body: bytes) -> None:
    found = read(headers, body)
    assert found.event is Event.PUSH and found.branches is None and found.concerns(course())


def test_it_concerns_the_branches_of_both_halves_alone() -> None:
    sent = delivery("github_push", ref="refs/heads/autumn/2026")
    found = read(sent.lower, sent.body)
    assert found.concerns(course("autumn/2026", "main")) and found.concerns(course("main", "autumn/2026"))
    assert not found.concerns(course("main", "2026"))
    assert not read(*_parts("github_tag")).concerns(course("v1.0", "v1.0"))
    assert not read(*_parts("github_issue")).concerns(course())
    assert not read(*_parts("gitlab_merge_request")).concerns(course())


def _parts(name: str) -> tuple[dict[str, str], bytes]:
    sent = delivery(name)
    return sent.lower, sent.body
