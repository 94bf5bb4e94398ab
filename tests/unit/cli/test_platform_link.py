"""`openjupyter platform link`: a one-time link that holds what the operator decided."""

import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from openjupyter_service.store import Store, Tickets
from tests.unit.cli.running import Command
from tests.unit.cli.test_platform import WHOLE, site, usage

__all__ = ["site"]


def data(tmp_path: Path, link: str, after: float = 0) -> dict[str, Any] | None:
    (token,) = parse_qs(urlsplit(link).query)["token"]
    store = Store(f"sqlite:///{tmp_path / 'data' / 'openjupyter.sqlite'}", clock=lambda: time.time() + after)
    try:
        return Tickets(store).look("registration", token)
    finally:
        store.close()


def test_the_link_stands_alone_on_the_first_line(command: Command, site: Path, tmp_path: Path) -> None:
    ended = command("platform", "link")
    assert ended.code == 0
    assert re.fullmatch(r"https://lab\.example\.org/hub/lti/register\?token=[\w-]{40,}\n", ended.out)
    assert "once, within 24 hours" in ended.err and "Moodle" in ended.err
    assert data(tmp_path, ended.out.strip()) == {"name": "", "title": "", "course": "", "private_network": False}
    assert command("platform", "link").out != ended.out


def test_it_holds_what_was_decided_and_for_how_long(command: Command, site: Path, tmp_path: Path) -> None:
    options = ("--name", "campus", "--title", "Our LMS", "--course", "sample", "--private-network", "--hours", "2")
    link = command("platform", "link", *options).out.strip()
    wanted = {"name": "campus", "title": "Our LMS", "course": "sample", "private_network": True}
    assert data(tmp_path, link) == wanted
    assert data(tmp_path, link, after=7100) == wanted
    assert data(tmp_path, link, after=7300) is None


def test_links_lead_to_followed_courses_too(command: Command, site: Path) -> None:
    halves = ("--public", "https://git.example.org/genes.git", "--private", "https://git.example.org/hidden.git")
    assert command("course", "add", "genes", *halves).code == 0
    assert command("platform", "link", "--course", "genes").code == 0
    assert "there are: sample, genes" in usage(command, "platform", "link", "--course", "nonsense")


def test_what_would_fail_later_is_refused_now(command: Command, site: Path) -> None:
    assert "lower-case letters" in usage(command, "platform", "link", "--name", "No Name")
    assert "title" in usage(command, "platform", "link", "--name", "a", "--title", "x" * 101)
    assert "title" in usage(command, "platform", "link", "--title", "x" * 101)
    assert "there are: sample" in usage(command, "platform", "link", "--course", "nonsense")
    assert str(site) in command.fails("platform", "link", "--name", "fixed")
    assert usage(command, "platform", "link", "--hours", "0")
    command("platform", "add", "--product", "openhpi")
    assert "LTI 1.1" in command.fails("platform", "link", "--name", "openhpi")


def test_a_known_name_is_renewed(command: Command, site: Path) -> None:
    command(*WHOLE)
    assert command("platform", "link", "--name", "moodle").code == 0


def test_without_a_public_address_it_says_so(command: Command, site: Path) -> None:
    site.write_text(site.read_text().replace('public_url = "https://lab.example.org"', ""))
    ended = command("platform", "link")
    assert ended.out.startswith("http://127.0.0.1:8000/hub/lti/register?token=") and "public_url" in ended.err


@pytest.mark.parametrize("verb", ["add", "list", "show", "edit", "remove", "check", "link"])
def test_every_command_explains_itself(command: Command, verb: str) -> None:
    ended = command("platform", verb, "--help")
    assert ended.code == 0 and len(ended.out.splitlines()[2].strip()) > 20
