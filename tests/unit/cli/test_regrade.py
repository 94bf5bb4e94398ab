"""`openjupyter regrade` with a real store and course; the service's workers are played."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from openjupyter_service.cli import regrade_watch
from openjupyter_service.store import Regrades, RegradeState
from tests.unit.cli.running import Command
from tests.unit.grading.course import CourseSite, make_site
from tests.unit.grading.regrades import Class, report

REGRADE = ("regrade", "python", "means")


@pytest.fixture
def learners(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Class]:
    """ada lost a point by a wrong test, ben got one; cleo stays, and dan's work cannot be graded anew."""
    site = make_site(tmp_path)
    settings = tmp_path / "site.toml"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings.write_text(
        f'data_dir = "{tmp_path}"\nservice_port = {port}\n[[courses]]\nname = "python"\n'
        f'repository = "{site.repository}"\nprivate = "{site.private}"\n'
    )
    monkeypatch.setenv("OPENJUPYTER_SETTINGS", str(settings))
    monkeypatch.setattr(regrade_watch, "POLL_SECONDS", 0.02)
    found = Class(site)
    found.hands_in("ada", report(True, False))
    found.hands_in("ben", report(True, True))
    found.hands_in("cleo", report(False, False))
    found.hands_in("dan", report(True, False))
    found.all_arrive()
    yield found
    site.store.close()


def grade(learners: Class) -> None:
    after: dict[str, Any] = {
        "ada": report(True, True), "ben": report(True, False), "cleo": report(False, False), "dan": None,
    }  # fmt: skip
    learners.grades({learners.numbers[name][0]: given for name, given in after.items()})


@pytest.fixture
def ready(learners: Class) -> Class:
    learners.begins()
    grade(learners)
    return learners


def state(site: CourseSite, number: int = 1) -> RegradeState:
    found = Regrades(site.store).get(number)
    assert found is not None
    return found.state


def test_without_apply_it_tells_and_changes_nothing(command: Command, ready: Class) -> None:
    told = command(*REGRADE)
    assert told.code == 0
    for words in (
        "Gains", "ada", "50.00%", "100.00%", "Losses", "ben", "Could not be graded anew", "dan", "divides",
        "not graded anew, 1 times: no engine for [a] while",
        "1 gain, 1 lose, 2 stay as they are, 1 with failed", "Nothing has changed yet",
        "openjupyter regrade python means --apply --never-lower",
    ):  # fmt: skip
        assert words in told.out, words
    assert "cleo" not in told.out and "going on with regrade 1" in told.err
    assert (ready.pending(), state(ready.site)) == ({}, RegradeState.READY)


def test_with_never_lower_it_tells_who_is_spared(command: Command, ready: Class) -> None:
    told = command(*REGRADE, "--never-lower", "--dry-run").out
    assert "1 gain, 0 lose" in told and "Kept, though the new tests give less" in told and "Losses" not in told


@pytest.mark.parametrize("never_lower", [False, True])
def test_with_apply_it_changes_and_sends_what_changed(command: Command, ready: Class, never_lower: bool) -> None:
    told = command(*REGRADE, "--apply", "--yes", *(["--never-lower"] if never_lower else []))
    assert told.code == 0 and ("applied: 1 learners" if never_lower else "applied: 2 learners") in told.out
    assert ready.pending() == ({"ada": 1.0} if never_lower else {"ada": 1.0, "ben": 0.5})
    assert state(ready.site) is RegradeState.APPLIED


def test_it_asks_before_it_changes_anything(command: Command, ready: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def no(text: str, **rest: Any) -> None:
        asked.append(text)
        raise click.Abort

    monkeypatch.setattr(click, "confirm", no)
    assert command(*REGRADE, "--apply").code == 130
    assert asked == ["change the scores of 1 learners who gain and 1 who lose?"]
    assert (ready.pending(), state(ready.site)) == ({}, RegradeState.READY)


def test_programs_read_it_as_json(command: Command, ready: Class) -> None:
    found = json.loads(command(*REGRADE, "--json").out)
    assert found["state"] == "ready" and found["progress"]["failed"] == 1
    assert [(each["learner"], each["before"], each["after"]) for each in found["gains"]] == [("ada", 0.5, 1.0)]
    assert [each["learner"] for each in found["losses"]] == ["ben"]
    assert found["faults"] == [{"why": "no engine\nfor [a] while", "count": 1}]
    assert found["tests"][0]["title"] == "divides" and found["compared"] == 3
    applied = json.loads(command(*REGRADE, "--json", "--apply", "--yes").out)
    assert applied["state"] == "applied"
    assert [applied[name] for name in ("gains", "failed", "tests")] == [
        found[name] for name in ("gains", "failed", "tests")
    ]
    (listed,) = json.loads(command("regrade", "--list", "--json").out)
    assert (listed["id"], listed["state"]) == (1, "applied")


def test_it_begins_one_and_waits_for_the_service(command: Command, learners: Class) -> None:
    def work() -> None:
        while Regrades(learners.site.store).open("python", "means") is None:
            time.sleep(0.01)
        grade(learners)

    service = threading.Thread(target=work)
    service.start()
    told = command(*REGRADE)
    service.join()
    assert told.code == 0 and "1 gain, 1 lose" in told.out and told.err == ""


def test_it_says_so_when_no_service_runs(command: Command, learners: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regrade_watch, "IDLE_SECONDS", 0.05)
    said = command.fails(*REGRADE)
    assert "no service runs on this machine; start the hub, then give the same command again" in said
    assert state(learners.site) is RegradeState.GRADING
    grade(learners)
    assert "1 gain" in command(*REGRADE).out


def test_one_that_somebody_began_to_apply_is_ended(command: Command, ready: Class) -> None:
    ready.regrading.start_applying(1, never_lower=True)
    told = command(*REGRADE)
    assert told.code == 0 and "1 gain, 0 lose" in told.out
    assert (ready.pending(), state(ready.site)) == ({"ada": 1.0}, RegradeState.APPLIED)


def test_regrades_are_listed_and_dropped(command: Command, learners: Class) -> None:
    assert "there are no regrades" in command("regrade", "--list").out
    learners.begins()
    listed = command("regrade", "--list").out
    assert "python/means" in listed and "0 of 4" in listed and "operator" in listed
    assert "nothing has changed" in command("regrade", "--drop", 1).out
    assert "cannot be dropped" in command.fails("regrade", "--drop", 1)
    assert "no regrade 7" in command.fails("regrade", "--drop", 7)
    assert state(learners.site) is RegradeState.DROPPED


def test_wrong_usage_is_told(command: Command, learners: Class) -> None:
    for wrong in ([], ["python"], ["python", "means", "--list"], ["--list", "--drop", 1], [*REGRADE[1:], "--drop", 1],
                  [*REGRADE[1:], "--apply", "--dry-run"]):  # fmt: skip
        assert command("regrade", *wrong).code == 2, wrong
    assert "there is no course 'rust'" in command.fails("regrade", "rust", "means")
    assert "no exercise 'median'" in command.fails("regrade", "python", "median")
