"""`openjupyter passback` with a real store."""

import json
from pathlib import Path

import pytest

from openjupyter_service.store import Launches, Outbox, PassbackState, Queue, Store, Submissions
from tests.unit.cli.running import Command


@pytest.fixture
def store(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    settings = tmp_path / "site.toml"
    settings.write_text(
        'data_dir = "data"\n[[platforms]]\nname = "moodle"\nconsumer_key = "k"\nsecret = "a hidden word"\n'
    )
    monkeypatch.setenv("OPENJUPYTER_SETTINGS", str(settings))
    store = Store("sqlite:///data/openjupyter.sqlite")
    store.upgrade()
    for learner, score in (("ada", 0.5), ("bob", 0.75)):
        given = {"learner": learner, "course": "python", "exercise": "means"}
        Launches(store).record(
            platform="moodle", context_id="c", resource_link_id="l", outcome_url="https://lms.example/",
            sourcedid="s-7", context_title="Data science", **given,
        )  # fmt: skip
        Submissions(store).accept(**given, commit=None, notebook_path="n", files={"n": b""})
        claimed = Queue(store).claim("w", 60)
        assert claimed is not None
        Queue(store).finish(claimed.grading_id, "w", {"max_points": 4}, score, {})
    return store


def test_waiting_and_failed_scores_are_listed(command: Command, store: Store) -> None:
    Outbox(store).failed(1, "no such person")
    listed = command("passback", "list")
    assert listed.code == 0
    for word in ("moodle", "python/means", "50.00%", "75.00%", "no such person", "passback retry"):
        assert word in listed.out
    found = json.loads(command("passback", "list", "--state", "failed", "--json").out)
    assert [(item["id"], item["score"], item["last_error"]) for item in found] == [(1, 0.5, "no such person")]
    assert "s-7" not in json.dumps(found)
    assert "no score is sent" in command("passback", "list", "--state", "sent").out
    assert "there are: moodle" in command.fails("passback", "list", "--platform", "unknown")


def test_a_failed_score_is_sent_again(command: Command, store: Store) -> None:
    Outbox(store).failed(1, "no such person")
    assert "1 of 1 will be sent" in command("passback", "retry", 1).out
    assert {item.id for item in Outbox(store).list(PassbackState.PENDING)} == {1, 2}


def test_scores_are_given_up_one_by_one_or_all(command: Command, store: Store) -> None:
    assert "1 of 1 given up" in command("passback", "drop", 1).out
    assert command("passback", "drop", "--all").code in (1, 130)  # nobody has said yes
    assert "1 of 1 given up" in command("passback", "drop", "--all", "--platform", "moodle", "--yes").out
    assert len(Outbox(store).list(PassbackState.DROPPED)) == 2
    assert "1 of 1 will be sent" in command("passback", "retry", 2).out


def test_wrong_usage_is_told(command: Command, store: Store) -> None:
    assert command("passback", "retry").code == 2
    assert command("passback", "retry", 1, "--all").code == 2
    assert "no score with id 77" in command.fails("passback", "drop", 77)
