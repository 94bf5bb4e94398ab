"""`openjupyter course`: add, list, show, edit, sync and remove, with a real store; the service is played."""

import io
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from openjupyter_service.cli import course_sync
from openjupyter_service.courses import CourseSecrets, FollowedCourse
from openjupyter_service.secrets import site_secret
from openjupyter_service.store import Courses, SecretBox, Store, Versions
from tests.unit.cli.running import Command, Ended

HALVES = ("--public", "https://git.example.org/team/genes.git", "--private", "https://git.example.org/team/hidden.git")
SSH = ("--public", "git@git.example.org:team/genes.git", "--private", "ssh://git@git.example.org/team/hidden.git")
TOKEN = "glpat-a-token-of-nobody"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "openjupyter.toml"
    path.write_text(
        f'data_dir = "{tmp_path / "data"}"\npublic_url = "https://lab.example.org"\n'
        f'[[courses]]\nname = "sample"\nrepository = "{tmp_path}/git"\nprivate = "{tmp_path}/private"\n'
    )
    monkeypatch.setenv("OPENJUPYTER_SETTINGS", str(path))
    return path


@pytest.fixture
def store(site: Path, tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "data").mkdir()
    store = Store(f"sqlite:///{tmp_path / 'data' / 'openjupyter.sqlite'}")
    store.upgrade()
    yield store
    store.close()


@pytest.fixture
def courses(store: Store, tmp_path: Path) -> Courses:
    return Courses(store, SecretBox(site_secret(tmp_path / "data", "store")), ["sample"])


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    return file


def usage(command: Command, *arguments: object) -> str:
    ended: Ended = command(*arguments)
    assert (ended.code, ended.out) == (2, ""), ended
    return " ".join(ended.err.split())


def secrets(courses: Courses, name: str = "genes") -> dict[str, str]:
    return {key: value.get_secret_value() for key, value in courses.secrets(name) if value is not None}


def fetched(store: Store, *, sound: bool = True, public: str = "a", private: str = "b") -> None:
    """The service has fetched and checked a version of genes."""
    versions = Versions(store)
    number = versions.add("genes", public * 40, private * 40)
    assert number is not None and versions.claim("genes") is not None
    finding = {"level": "error", "subject": "solution", "text": "the solution gets 1 of 2 points \x1b[2J"}
    report = {"sound": sound, "problem": None, "exercises": [{"name": "means", "findings": [] if sound else [finding]}]}
    if sound:
        versions.publish(number, "c" * 40, report)
    else:
        versions.refuse(number, report)


# ----------------------------------------------------------------------------- add


def test_a_course_is_added_with_a_token_in_a_file(command: Command, courses: Courses, token_file: Path) -> None:
    ended = command("course", "add", "genes", *HALVES, "--private-token-file", token_file, "--private-folder", "python")
    assert ended.code == 0, ended
    course = courses.get("genes")
    assert course is not None and course.private.folder == "python" and course.poll_seconds == 300
    assert [each.name for each in courses.due()] == ["genes"]
    found = secrets(courses)
    assert found["private_token"] == TOKEN and set(found) == {"private_token", "webhook_secret"}
    assert "https://lab.example.org/services/openjupyter/hooks/genes" in ended.out
    assert len(found["webhook_secret"]) == 64 and ended.out.count(found["webhook_secret"]) == 1
    assert TOKEN not in ended.out + ended.err
    assert "course sync genes --wait" in ended.out


def test_all_options_are_kept(command: Command, courses: Courses, token_file: Path, tmp_path: Path) -> None:
    data = tmp_path / "sets" / "genes"
    data.mkdir(parents=True, mode=0o755)
    options = (
        *(
            "--public-branch",
            "stable",
            "--private-branch",
            "next",
            "--public-folder",
            "a/b",
            "--poll",
            "0",
            "--internet",
        ),
        *("--datasets", data, "--public-token-file", token_file, "--status-token-file", token_file),
    )
    assert command("course", "add", "genes", *HALVES, *options).code == 0
    course = courses.get("genes")
    assert course is not None
    assert (course.public.branch, course.public.folder, course.private.branch) == ("stable", "a/b", "next")
    assert (course.poll_seconds, course.internet, course.datasets) == (0, True, data)
    found = secrets(courses)
    assert found["public_token"] == found["status_token"] == TOKEN


def test_a_token_comes_from_standard_input(command: Command, courses: Courses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{TOKEN}\n"))
    ended = command("course", "add", "genes", *HALVES, "--private-token-file", "-")
    assert ended.code == 0, ended
    assert secrets(courses)["private_token"] == TOKEN


def test_on_a_terminal_tokens_are_asked_for(
    command: Command, courses: Courses, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter(["", TOKEN])
    asked: list[str] = []
    monkeypatch.setattr("openjupyter_service.cli.course_secrets.is_interactive", lambda: True)
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda prompt: (asked.append(prompt), next(typed))[1])
    ended = command("course", "add", "genes", *HALVES)
    assert ended.code == 0, ended
    assert [HALVES[1] in asked[0], HALVES[3] in asked[1], len(asked)] == [True, True, 2]
    assert set(secrets(courses)) == {"private_token", "webhook_secret"}
    assert TOKEN not in ended.out + ended.err


def test_deploy_keys_are_made_one_for_each_repository(
    command: Command, courses: Courses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    ended = command("course", "add", "genes", *SSH, "--generate-deploy-key")
    assert ended.code == 0, ended
    found = secrets(courses)
    assert found["public_deploy_key"] != found["private_deploy_key"]
    shown = [line for line in ended.out.splitlines() if line.startswith("ssh-ed25519 ")]
    for key, public in zip((found["public_deploy_key"], found["private_deploy_key"]), shown, strict=True):
        file = tmp_path / "key"
        file.write_text(key)
        file.chmod(0o600)
        derived = subprocess.run(["ssh-keygen", "-y", "-f", file], capture_output=True, text=True, check=True).stdout
        assert derived.split()[:2] == public.split()[:2]
        file.unlink()
    assert "PRIVATE" not in ended.out + ended.err
    assert not list((tmp_path / "temporary").iterdir()), "a key was left behind"


def test_one_repository_with_two_folders_has_one_key(command: Command, courses: Courses) -> None:
    url = "git@git.example.org:team/course.git"
    folders = ("--public-folder", "public", "--private-folder", "hidden")
    ended = command("course", "add", "genes", "--public", url, "--private", url, *folders, "--generate-deploy-key")
    assert ended.code == 0, ended
    assert ended.out.count("ssh-ed25519 ") == 1 and "private_deploy_key" not in secrets(courses)


def test_a_deploy_key_comes_from_a_file(command: Command, courses: Courses, tmp_path: Path) -> None:
    for name, word in (("good", ""), ("locked", "a passphrase")):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", word, "-f", tmp_path / name], check=True)
    (tmp_path / "good").chmod(0o644)
    where = ("--public", HALVES[1], "--private", SSH[1])
    for wrong in ("locked", "good.pub", "openjupyter.toml"):
        said = usage(command, "course", "add", "genes", *where, "--private-key-file", tmp_path / wrong)
        assert "have no passphrase" in said, said
    assert courses.all() == []
    ended = command("course", "add", "genes", *where, "--private-key-file", tmp_path / "good")
    assert ended.code == 0, ended
    assert secrets(courses)["private_deploy_key"] == (tmp_path / "good").read_text()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "give --public with the address"),
        (("--public", HALVES[1]), "give --private with the address"),
        (("--public", "https://me:word@git.example.org/a.git", "--private", HALVES[3]), "give a token instead"),
        (("--public", "ext::sh -c id", "--private", HALVES[3]), "use an address such as"),
        ((*HALVES[:2], "--private", HALVES[1]), "learners would get the hidden tests"),
        ((*HALVES, "--public-branch", "--upload-pack=x"), "no name of a branch"),
        ((*HALVES, "--private-folder", "../x"), "name a folder inside of the repository"),
        ((*HALVES, "--poll", "-1"), "poll seconds"),
        (SSH, "--generate-deploy-key to have one made"),
        ((*HALVES, "--generate-deploy-key"), "no half needs a new deploy key"),
        ((*HALVES, "--private-key-file", "token"), "give --private-token-file"),
        ((*SSH, "--private-token-file", "token"), "give --private-key-file"),
        ((*HALVES, "--private-token-file", "empty"), "is empty"),
        ((*HALVES, "--private-token-file", "lines"), "is one line of ASCII characters"),
        ((*HALVES, "--private-token-file", "long"), "is one line of ASCII characters"),
        ((*HALVES, "--private-token-file", "bytes"), "is no text"),
        ((*HALVES, "--private-token-file", "-", "--public-token-file", "-"), "for one secret alone"),
        ((*HALVES, "--datasets", "data"), "lie in one another"),
        ((*HALVES, "--datasets", "nowhere"), "cannot be opened"),
        ((*HALVES, "--datasets", "."), "lie in one another"),
        ((*HALVES, "--datasets", "/etc"), "would show a whole system folder"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_added(
    command: Command, courses: Courses, token_file: Path, options: tuple[str, ...], said: str
) -> None:
    for name, content in (("empty", b" \n"), ("lines", b"a\nb"), ("long", b"x" * 2_001), ("bytes", b"\xff\xfe")):
        token_file.with_name(name).write_bytes(content)
    text = usage(command, "course", "add", "genes", *options)
    assert said in text and TOKEN not in text, text
    assert courses.all() == []


def test_names_are_checked_and_given_once(command: Command, courses: Courses) -> None:
    assert "lower-case letters" in usage(command, "course", "add", "Genes!", *HALVES)
    assert "is in the settings file already" in command.fails("course", "add", "sample", *HALVES)
    assert command("course", "add", "genes", *HALVES).code == 0
    assert "there is a course genes already" in command.fails("course", "add", "genes", *HALVES)
    assert "No such file" in command.fails("course", "add", "other", *HALVES, "--private-token-file", "nowhere")
    assert [course.name for course in courses.all()] == ["genes"]


def test_data_sets_of_two_courses_lie_apart(command: Command, courses: Courses, tmp_path: Path) -> None:
    (tmp_path / "sets/inner").mkdir(parents=True)
    for folder in (tmp_path / "sets", tmp_path / "sets/inner"):
        folder.chmod(0o755)
    assert command("course", "add", "genes", *HALVES, "--datasets", tmp_path / "sets").code == 0
    said = usage(command, "course", "add", "cells", *HALVES, "--datasets", tmp_path / "sets/inner")
    assert "learners of one would read those of the other" in said
    assert command("course", "add", "cells", *HALVES, "--datasets", tmp_path / "sets").code == 0


# ----------------------------------------------------------------------------- list and show


def test_courses_are_listed(command: Command, courses: Courses, store: Store) -> None:
    assert "sample" in command("course", "list").out
    command("course", "add", "genes", *HALVES, "--public-branch", "stable")
    listed = command("course", "list").out
    assert "on this machine" in listed and "branch stable" in listed and "not fetched yet" in listed
    fetched(store)
    assert "aaaaaaaaaaaa with bbbbbbbbbbbb" in command("course", "list").out
    fetched(store, sound=False, public="d")
    listed = command("course", "list").out
    assert "newest version refused" in listed and "aaaaaaaaaaaa" in listed and "dddd" not in listed
    courses.began_sync("genes")
    courses.ended_sync("genes", "the host does not answer")
    assert "cannot be fetched" in command("course", "list").out
    local, found = json.loads(command("course", "list", "--json").out)
    assert (local["name"], local["where"]) == ("sample", "settings file")
    assert found["published"]["served_commit"] == "c" * 40 and found["newest"]["state"] == "refused"
    assert found["sync"]["problem"] == "the host does not answer" and found["where"] == "store"


def test_a_course_is_shown_and_never_its_secrets(
    command: Command, courses: Courses, store: Store, token_file: Path
) -> None:
    command("course", "add", "genes", *HALVES, "--private-token-file", token_file)
    assert "none yet, asked for 2" in command("course", "show", "genes").out
    fetched(store)
    fetched(store, sound=False, public="d")
    courses.began_sync("genes")
    assert "goes on" in command("course", "show", "genes").out
    courses.ended_sync("genes", "the host says:\x07 no")
    shown = command("course", "show", "genes")
    assert shown.code == 0
    for text in (
        "private token, webhook secret", "hooks/genes", "every 300 s", "aaaaaaaaaaaa with bbbbbbbbbbbb, served as cccc",
        "version 2: refused", "means: error: the solution gets 1 of 2 points \\x1b[2J", "version 1: published",
        "the host says:\\x07 no", ", ended 2",
    ):  # fmt: skip
        assert text in shown.out, text
    assert "version 1" not in command("course", "show", "genes", "--versions", 1).out
    found = json.loads(command("course", "show", "genes", "--json").out)
    assert found["secrets"]["private_token"] is True and found["secrets"]["public_token"] is False
    assert [version["state"] for version in found["versions"]] == ["refused", "published"]
    everything = shown.out + json.dumps(found) + command("course", "list", "--json").out
    assert not [value for value in secrets(courses).values() if value in everything]


@pytest.mark.parametrize("what", ["show", "sync", "edit", "remove"])
def test_there_must_be_such_a_course(command: Command, courses: Courses, what: str) -> None:
    assert "no course 'genes' is followed; there are: none yet" in command.fails("course", what, "genes")
    assert "stands in the settings file" in command.fails("course", what, "sample")


# ----------------------------------------------------------------------------- edit and remove


def test_what_the_options_name_is_changed(command: Command, courses: Courses, token_file: Path) -> None:
    command("course", "add", "genes", *HALVES, "--private-token-file", token_file)
    before = secrets(courses)
    assert command("course", "edit", "genes", "--private-branch", "next", "--poll", 60, "--internet").code == 0
    assert command("course", "edit", "genes", "--git-host", "gitea").code == 0
    course = courses.get("genes")
    assert course is not None and course.private.url == HALVES[3]
    assert (course.private.branch, course.poll_seconds, course.internet) == ("next", 60, True)
    assert course.host == "gitea"
    assert secrets(courses) == before
    ended = command("course", "edit", "genes", "--new-webhook-secret", "--no-internet")
    after = secrets(courses)
    assert after["webhook_secret"] in ended.out and after["webhook_secret"] != before["webhook_secret"]
    assert after["private_token"] == TOKEN
    assert "nothing of this is new" in usage(command, "course", "edit", "genes", "--poll", 60)
    same = ("--public", HALVES[3], "--public-branch", "next")
    assert "learners would get the hidden tests" in usage(command, "course", "edit", "genes", *same)


def test_another_host_never_gets_the_token(command: Command, courses: Courses, token_file: Path) -> None:
    command("course", "add", "genes", *HALVES, "--private-token-file", token_file, "--public-token-file", token_file)
    ended = command("course", "edit", "genes", "--private", "https://other.example.net/team/hidden.git")
    assert ended.code == 0 and "was forgotten" in ended.err
    assert set(secrets(courses)) == {"public_token", "webhook_secret"}
    moved = ("--private", "https://git.example.org/team/hidden.git", "--private-token-file", token_file)
    moved += ("--status-token-file", token_file)
    assert command("course", "edit", "genes", *moved).code == 0
    assert command("course", "edit", "genes", "--private", "https://git.example.org/elsewhere.git").code == 0
    assert secrets(courses)["private_token"] == secrets(courses)["status_token"] == TOKEN, "the same host"
    for elsewhere in ("http://git.example.org/elsewhere.git", "https://git.example.org:8443/elsewhere.git"):
        assert command("course", "edit", "genes", "--private", elsewhere).code == 0
        assert set(secrets(courses)) == {"public_token", "webhook_secret"}
        assert command("course", "edit", "genes", *moved).code == 0


def test_secrets_are_forgotten_and_changed_by_name(command: Command, courses: Courses, token_file: Path) -> None:
    command("course", "add", "genes", *HALVES, "--private-token-file", token_file, "--status-token-file", token_file)
    assert command("course", "edit", "genes", "--forget", "status-token").code == 0
    assert set(secrets(courses)) == {"private_token", "webhook_secret"}
    token_file.write_text("another-token")
    assert command("course", "edit", "genes", "--forget", "private-token", "--private-token-file", token_file).code == 0
    assert secrets(courses)["private_token"] == "another-token"
    command("course", "add", "cells", *SSH, "--generate-deploy-key")
    assert "--generate-deploy-key to have one made" in usage(
        command, "course", "edit", "cells", "--forget", "private-key"
    )
    before = secrets(courses, "cells")
    ended = command("course", "edit", "cells", "--forget", "private-key", "--generate-deploy-key")
    assert ended.code == 0 and ended.out.count("ssh-ed25519 ") == 1
    after = secrets(courses, "cells")
    assert {name for name in before if before[name] != after[name]} == {"private_deploy_key"}


def test_a_course_is_removed_after_a_word(
    command: Command, courses: Courses, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    command("course", "add", "genes", *HALVES)
    ended = command("course", "remove", "genes")
    assert ended.code == 2 and "say --yes" in ended.err and courses.get("genes") is not None
    monkeypatch.setattr("openjupyter_service.cli.course_change.is_interactive", lambda: True)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda prompt: "n")
    assert command("course", "remove", "genes").code == 130 and courses.get("genes") is not None
    ended = command("course", "remove", "genes", "--yes")
    assert ended.code == 0 and courses.all() == []
    assert "keeps its reports and\nscores" in ended.out and f"{tmp_path}/data/courses/genes" in ended.out


# ----------------------------------------------------------------------------- sync


def played(store: Store, courses: Courses, work: Callable[[], None]) -> threading.Thread:
    """A service that takes up one sync."""

    def run() -> None:
        while not courses.due():
            time.sleep(0.01)
        courses.began_sync("genes")
        work()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> "queue.SimpleQueue[None]":
    """Has an entry for every time that the command has looked and goes on waiting, which it does quickly here."""
    looks: queue.SimpleQueue[None] = queue.SimpleQueue()

    def sleep(seconds: float) -> None:
        looks.put(None)
        time.sleep(0.01)

    monkeypatch.setattr(course_sync, "time", SimpleNamespace(monotonic=time.monotonic, sleep=sleep))
    return looks


@pytest.fixture
def quiet(courses: Courses) -> Courses:
    """One course that needs no sync."""
    public, private = ({"url": url} for url in (HALVES[1], HALVES[3]))
    courses.add(FollowedCourse.model_validate({"name": "genes", "public": public, "private": private}), CourseSecrets())
    time.sleep(0.01)
    courses.began_sync("genes")
    courses.ended_sync("genes", None)
    assert courses.due() == []
    return courses


def test_a_sync_is_asked_for(command: Command, quiet: Courses) -> None:
    ended = command("course", "sync", "genes")
    assert ended.code == 0 and "course show genes" in ended.out
    assert [course.name for course in quiet.due()] == ["genes"]


@pytest.mark.parametrize("sound", [True, False])
def test_waiting_ends_with_the_verdict(
    command: Command, quiet: Courses, store: Store, looks: "queue.SimpleQueue[None]", sound: bool
) -> None:
    fetched(store)

    def work() -> None:
        quiet.ended_sync("genes", None)
        while not looks.empty():
            looks.get()
        for _ in range(3):  # then it has seen the version that waits
            looks.get(timeout=20)
        fetched(store, sound=sound, public="d")

    versions = Versions(store)
    number = versions.add("genes", "e" * 40, "b" * 40)
    assert number is not None
    thread = played(store, quiet, work)
    ended = command("course", "sync", "genes", "--wait")
    thread.join()
    assert ended.code == (0 if sound else 1), ended
    assert "being fetched" in ended.err and "waits for its check" in ended.err
    if sound:
        assert "version 3 (dddddddddddd with bbbbbbbbbbbb) is published" in ended.out
    else:
        assert "is refused" in ended.out and "the solution gets 1 of 2" in ended.out
        assert "learners keep the last published one" in ended.out


def test_waiting_ends_when_fetching_fails(command: Command, quiet: Courses, store: Store, looks: object) -> None:
    thread = played(store, quiet, lambda: quiet.ended_sync("genes", "there is no such repository"))
    ended = command("course", "sync", "genes", "--wait")
    thread.join()
    assert ended.code == 1 and "genes cannot be fetched: there is no such repository" in ended.err


def test_a_service_that_does_not_run_is_not_waited_for(
    command: Command, quiet: Courses, looks: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course_sync, "BEGIN_SECONDS", 0.1)
    ended = command("course", "sync", "genes", "--wait")
    assert ended.code == 1 and "is the hub running" in ended.err
