"""`openjupyter platform`: add, list, show, edit and remove, by flags and by answers on a terminal."""

import json
from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.lti.products import PRODUCT_NAMES
from openjupyter_service.platforms import Platform11, Platform13
from openjupyter_service.secrets import site_secret
from openjupyter_service.store import Platforms, SecretBox, Store
from tests.unit.cli.running import Command, Ended

MOODLE = ("platform", "add", "--product", "moodle", "--base-url", "https://moodle.example.org")
WHOLE = (*MOODLE, "--client-id", "abc", "--deployment", "7")
OLD = ("platform", "add", "--product", "openhpi", "--name", "openhpi")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "openjupyter.toml"
    path.write_text(
        f'data_dir = "{tmp_path / "data"}"\npublic_url = "https://lab.example.org"\n'
        '[[platforms]]\nname = "fixed"\nconsumer_key = "fixed-key"\nsecret = "fixed-secret-word"\n'
        f'[[courses]]\nname = "sample"\nrepository = "{tmp_path}"\nprivate = "{tmp_path}"\n'
    )
    monkeypatch.setenv("OPENJUPYTER_SETTINGS", str(path))
    return path


def stored(tmp_path: Path, name: str) -> Platform11 | Platform13 | None:
    store = Store(f"sqlite:///{tmp_path / 'data' / 'openjupyter.sqlite'}")
    try:
        return Platforms(store, SecretBox(site_secret(tmp_path / "data", "store"))).get(name)
    finally:
        store.close()


def answering(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    """Somebody sits at a terminal and types this."""
    typed = iter(answers)
    monkeypatch.setattr("openjupyter_service.cli.platform_form.is_interactive", lambda: True)
    monkeypatch.setattr("openjupyter_service.cli.platform_change.is_interactive", lambda: True)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda prompt: next(typed))


def usage(command: Command, *arguments: object) -> str:
    ended: Ended = command(*arguments)
    assert (ended.code, ended.out) == (2, ""), ended
    return ended.err


# ----------------------------------------------------------------------------- add


def test_moodle_needs_its_address_and_what_it_shows(command: Command, site: Path, tmp_path: Path) -> None:
    ended = command(*WHOLE)
    assert ended.code == 0 and "openjupyter platform check moodle" in ended.out
    platform = stored(tmp_path, "moodle")
    assert isinstance(platform, Platform13)
    assert platform.issuer == "https://moodle.example.org"
    assert platform.jwks_url == "https://moodle.example.org/mod/lti/certs.php"
    assert (platform.client_id, platform.deployments, platform.product) == ("abc", ("7",), "moodle")
    assert not platform.private_network


@pytest.mark.parametrize(
    ("options", "field", "value"),
    [
        (["--product", "canvas", "--base-url", "https://school.instructure.com"], "issuer", "https://canvas.instructure.com"),
        (["--product", "blackboard"], "jwks_url", "https://developer.blackboard.com/api/v1/management/applications/abc/jwks.json"),
        (["--product", "brightspace", "--base-url", "https://b.example"], "token_audience", "https://api.brightspace.com/auth/token"),
        (["--product", "moodle", "--base-url", "https://m.example", "--issuer", "https://other.example"], "issuer", "https://other.example"),
        (["--product", "moodle", "--base-url", "https://m.example", "--any-deployment"], "deployments", ("*", )),
        (["--product", "moodle", "--base-url", "http://10.0.0.1", "--private-network"], "private_network", True),
        (["--product", "moodle", "--base-url", "https://m.example", "--title", "Our LMS"], "title", "Our LMS"),
    ],
)  # fmt: skip
def test_presets_and_options(
    command: Command, site: Path, tmp_path: Path, options: list[str], field: str, value: Any
) -> None:
    deployment = () if "--any-deployment" in options else ("--deployment", "7")
    ended = command("platform", "add", "--name", "lms", "--client-id", "abc", *deployment, *options)
    assert ended.code == 0, ended
    assert getattr(stored(tmp_path, "lms"), field) == value


def test_open_edx_needs_one_of_two_addresses(command: Command, site: Path, tmp_path: Path) -> None:
    base = ("platform", "add", "--product", "openedx", "--base-url", "https://courses.example.org", "--client-id", "x")
    assert "--token-url" in usage(command, *base)
    address = "https://courses.example.org/api/lti_consumer/v1/token/0a1b"
    assert command(*base, "--token-url", address).code == 0
    platform = stored(tmp_path, "openedx")
    assert isinstance(platform, Platform13) and platform.deployments == ("1",)
    assert platform.jwks_url == "https://courses.example.org/api/lti_consumer/v1/public_keysets/0a1b"


def test_another_lms_by_all_its_addresses(command: Command, site: Path, tmp_path: Path) -> None:
    lms = "https://lms.example.org"
    base = ("platform", "add", "--product", "other", "--issuer", lms, "--client-id", "x", "--deployment", "1")
    error = usage(command, *base)
    assert all(option in error for option in ("--authorization-url", "--token-url", "--jwks-url"))
    urls = ("--authorization-url", f"{lms}/a", "--token-url", f"{lms}/t", "--jwks-url", f"{lms}/k")
    assert command(*base, *urls).code == 0
    assert stored(tmp_path, "lms-example-org") is not None


def test_the_old_version_gets_key_and_secret(command: Command, site: Path, tmp_path: Path) -> None:
    ended = command(*OLD)
    assert ended.code == 0
    platform = stored(tmp_path, "openhpi")
    assert isinstance(platform, Platform11)
    assert platform.consumer_key.startswith("openhpi-") and len(platform.shared_secret()) == 64
    assert platform.consumer_key in ended.out and platform.shared_secret() not in ended.out + ended.err
    assert "https://lab.example.org/hub/lti/launch" in ended.out
    shown = command("platform", "show", "openhpi", "--secret")
    assert platform.shared_secret() in shown.out


def test_a_secret_of_ones_own_comes_from_a_file(command: Command, site: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a-secret-of-our-own\n")
    options = ("--consumer-key", "our-key", "--secret-file", tmp_path / "secret")
    assert command("platform", "add", "--product", "moodle", "--name", "m", *options).code == 0
    platform = stored(tmp_path, "m")
    assert isinstance(platform, Platform11) and platform.shared_secret() == "a-secret-of-our-own"
    (tmp_path / "secret").write_text("\n")
    assert "empty" in usage(command, *OLD, "--secret-file", tmp_path / "secret")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["platform", "add"], "--product"),
        (list(MOODLE), "--client-id"),
        ([*MOODLE, "--client-id", "x"], "--deployment (or --any-deployment)"),
        (["platform", "add", "--product", "moodle", "--client-id", "x", "--deployment", "1"], "--base-url"),
        ([*WHOLE, "--name", "Not A Name"], "lower-case letters"),
        ([*WHOLE, "--token-url", "nonsense"], "token url"),
        ([*WHOLE, "--title", "x" * 101], "title"),
        ([*OLD, "--lti", "1.3"], "LTI 1.1 alone"),
        ([*WHOLE, "--product", "nonsense"], "nonsense"),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_named(command: Command, site: Path, arguments: list[str], words: str) -> None:
    assert words in usage(command, *arguments)
    assert [found["name"] for found in json.loads(command("platform", "list", "--json").out)] == ["fixed"]


def test_an_address_that_is_none_is_told_with_an_example(command: Command, site: Path) -> None:
    arguments = ("platform", "add", "--product", "moodle", "--base-url", "moodle.example.org", "--client-id", "x")
    assert "such as https://" in command.fails(*arguments, "--deployment", "1")


def test_nothing_is_taken_twice(command: Command, site: Path) -> None:
    assert command(*WHOLE).code == 0
    assert "moodle" in command.fails(*WHOLE)
    assert "issuer and client id" in command.fails(*WHOLE, "--name", "second")
    assert "fixed" in command.fails(*OLD, "--consumer-key", "fixed-key")


def test_on_a_terminal_what_is_missing_is_asked_for(
    command: Command, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, "1", "", "No Name", "", "Our Moodle", "nonsense", "https://moodle.example.org", "abc", "7")
    ended = command("platform", "add")
    assert ended.code == 0, ended
    platform = stored(tmp_path, "moodle")
    assert isinstance(platform, Platform13)
    assert (platform.title, platform.client_id, platform.deployments) == ("Our Moodle", "abc", ("7",))
    assert "https://lab.example.org/hub/lti/jwks" in ended.err, "before the client id it says what to paste"


def test_on_a_terminal_an_old_version_can_be_chosen(
    command: Command, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, "4", "1.1", "bb", "")
    assert command("platform", "add").code == 0
    platform = stored(tmp_path, "bb")
    assert isinstance(platform, Platform11) and platform.product == "blackboard"


# ----------------------------------------------------------------------------- list and show


def test_the_list_has_both_kinds_and_says_where_they_stand(command: Command, site: Path) -> None:
    command(*WHOLE)
    ended = command("platform", "list")
    assert ended.code == 0
    rows = {name: next(line for line in ended.out.splitlines() if f" {name} " in line) for name in ("fixed", "moodle")}
    assert "settings file" in rows["fixed"] and "fixed-key" in rows["fixed"]
    assert "store" in rows["moodle"] and "1.3" in rows["moodle"]
    records = {found["name"]: found for found in json.loads(command("platform", "list", "--json").out)}
    assert records["moodle"]["client_id"] == "abc" and records["moodle"]["deployments"] == ["7"]
    assert records["fixed"]["where"] == "settings file" and records["fixed"]["lti"] == "1.1"
    assert "fixed-secret-word" not in json.dumps(records) + ended.out


def test_an_empty_list_says_how_to_begin(command: Command, site: Path, tmp_path: Path) -> None:
    site.write_text(f'data_dir = "{tmp_path / "data"}"\n')
    assert "openjupyter platform add" in command("platform", "list").out
    assert json.loads(command("platform", "list", "--json").out) == []


def test_a_platform_is_shown_without_its_secret(command: Command, site: Path) -> None:
    ended = command("platform", "show", "fixed")
    assert ended.code == 0 and "fixed-key" in ended.out and str(site) in ended.out
    assert "fixed-secret-word" not in ended.out and "--secret" in ended.out
    assert "fixed-secret-word" in command("platform", "show", "fixed", "--secret").out
    assert json.loads(command("platform", "show", "fixed", "--json").out)["secret"] is None
    assert json.loads(command("platform", "show", "fixed", "--json", "--secret").out)["secret"] == "fixed-secret-word"
    command(*WHOLE)
    assert "https://moodle.example.org/mod/lti/token.php" in command("platform", "show", "moodle").out


def test_a_platform_that_is_not_there_is_told_with_those_that_are(command: Command, site: Path) -> None:
    for verb in ("show", "remove", "check"):
        assert "there are: fixed" in command.fails("platform", verb, "nonsense")
    assert "there are: fixed" in command.fails("platform", "edit", "nonsense", "--title", "x")


@pytest.mark.parametrize("product", [product for product in PRODUCT_NAMES if product != "canvas"])
def test_what_to_paste_is_shown_before_anything_is_added(command: Command, site: Path, product: str) -> None:
    ended = command("platform", "show", "--for", product)
    assert ended.code == 0 and ended.out.startswith("1. ")
    assert "https://lab.example.org/hub/lti/launch" in ended.out
    assert "openjupyter platform add" in ended.out


def test_what_to_paste_has_the_values_of_the_platform(command: Command, site: Path) -> None:
    ended = command("platform", "show", "fixed", "--for", "moodle", "--course", "sample", "--exercise", "warm-up")
    assert "fixed-key" in ended.out and "course=sample" in ended.out and "exercise=warm-up" in ended.out
    assert "fixed-secret-word" not in ended.out
    secret = command("platform", "show", "fixed", "--for", "moodle", "--secret").out
    assert "fixed-secret-word" in secret and "platform add" not in secret
    steps = json.loads(command("platform", "show", "fixed", "--for", "moodle", "--json").out)
    values = {field["label"]: field["value"] for step in steps for field in step["fields"]}
    assert values["Consumer key"] == "fixed-key" and values["LTI version"] == "LTI 1.0/1.1"
    assert "LTI 1.3" in command("platform", "show", "--for", "moodle").out
    assert "Consumer key" in command("platform", "show", "--for", "moodle", "--lti", "1.1").out


def test_what_cannot_be_shown(command: Command, site: Path) -> None:
    assert "--for" in usage(command, "platform", "show")
    assert "LTI 1.1 alone" in usage(command, "platform", "show", "--for", "openhpi", "--lti", "1.3")
    assert "speaks LTI 1.1" in usage(command, "platform", "show", "fixed", "--for", "moodle", "--lti", "1.3")


# ----------------------------------------------------------------------------- edit


def test_what_the_options_name_is_changed_and_nothing_else(command: Command, site: Path, tmp_path: Path) -> None:
    command(*WHOLE)
    before = stored(tmp_path, "moodle")
    assert isinstance(before, Platform13)
    assert command("platform", "edit", "moodle", "--deployment", "8", "--title", "New").code == 0
    assert stored(tmp_path, "moodle") == before.model_copy(update={"deployments": ("7", "8"), "title": "New"})
    command("platform", "edit", "moodle", "--remove-deployment", "7", "--private-network")
    platform = stored(tmp_path, "moodle")
    assert isinstance(platform, Platform13)
    assert platform.deployments == ("8",) and platform.private_network
    command("platform", "edit", "moodle", "--public-network", "--any-deployment")
    platform = stored(tmp_path, "moodle")
    assert isinstance(platform, Platform13)
    assert platform.deployments == ("8", "*") and not platform.private_network


def test_courses_are_open_to_all_or_to_some(command: Command, site: Path, tmp_path: Path) -> None:
    def may_open() -> list[bool]:
        platform = stored(tmp_path, "moodle")
        assert platform is not None
        return [platform.may_open(course) for course in ("sample", "python", "more")]

    assert command(*WHOLE, "--only-course", "sample").code == 0 and may_open() == [True, False, False]
    assert "sample" in command("platform", "show", "moodle").out
    command("platform", "edit", "moodle", "--only-course", "python", "--only-course", "more")
    assert may_open() == [False, True, True]
    command("platform", "edit", "moodle", "--title", "New")
    assert may_open() == [False, True, True]
    command("platform", "edit", "moodle", "--all-courses")
    assert may_open() == [True, True, True]
    assert "courses" in usage(command, "platform", "edit", "moodle", "--only-course", "No Name")


def test_another_address_must_be_of_the_same_lms(command: Command, site: Path, tmp_path: Path) -> None:
    command(*WHOLE)
    arguments = ("platform", "edit", "moodle", "--base-url", "https://learn.example.org")
    assert "accounts of moodle belong to people of https://moodle.example.org" in usage(command, *arguments)
    assert command(*arguments, "--yes").code == 0
    platform = stored(tmp_path, "moodle")
    assert isinstance(platform, Platform13)
    assert platform.issuer == "https://learn.example.org"
    assert platform.token_url == "https://learn.example.org/mod/lti/token.php"


def test_a_new_secret(command: Command, site: Path, tmp_path: Path) -> None:
    command(*OLD)
    before = stored(tmp_path, "openhpi")
    ended = command("platform", "edit", "openhpi", "--new-secret")
    after = stored(tmp_path, "openhpi")
    assert isinstance(before, Platform11) and isinstance(after, Platform11)
    assert after.shared_secret() != before.shared_secret() and after.consumer_key == before.consumer_key
    assert after.shared_secret() not in ended.out + ended.err


def test_what_cannot_be_changed(command: Command, site: Path) -> None:
    command(*WHOLE)
    command(*OLD)
    assert str(site) in command.fails("platform", "edit", "fixed", "--title", "x")
    assert "LTI 1.3, which has no --consumer-key" in usage(command, "platform", "edit", "moodle", "--consumer-key", "x")
    assert "LTI 1.1, which has no --client-id" in usage(command, "platform", "edit", "openhpi", "--client-id", "x")
    assert "by options" in usage(command, "platform", "edit", "moodle")
    assert "jwks url" in usage(command, "platform", "edit", "moodle", "--jwks-url", "nonsense")


def test_on_a_terminal_everything_can_be_changed(
    command: Command, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command(*WHOLE)
    answering(monkeypatch, "Campus", "", "xyz", "", "", "", "7, 9")
    assert command("platform", "edit", "moodle").code == 0
    platform = stored(tmp_path, "moodle")
    assert isinstance(platform, Platform13)
    assert (platform.title, platform.client_id, platform.deployments) == ("Campus", "xyz", ("7", "9"))
    assert platform.issuer == "https://moodle.example.org"


# ----------------------------------------------------------------------------- remove


def test_removing_says_what_happens_and_wants_a_yes(command: Command, site: Path, tmp_path: Path) -> None:
    command(*WHOLE)
    ended = command("platform", "remove", "moodle")
    assert ended.code == 2 and "--yes" in ended.err
    assert "keep their accounts" in ended.out and "--client-id abc" in ended.out
    assert stored(tmp_path, "moodle") is not None
    assert command("platform", "remove", "moodle", "--yes").code == 0
    assert stored(tmp_path, "moodle") is None
    assert "once belonged" in command.fails(*WHOLE, "--client-id", "another")
    assert command(*WHOLE).code == 0, "the same LMS may come back"
    command("platform", "remove", "moodle", "--yes")
    assert command(*WHOLE, "--client-id", "another", "--same-lms").code == 0


def test_on_a_terminal_it_asks(command: Command, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command(*WHOLE)
    answering(monkeypatch, "n")
    assert command("platform", "remove", "moodle").code == 130
    assert stored(tmp_path, "moodle") is not None
    answering(monkeypatch, "y")
    assert command("platform", "remove", "moodle").code == 0


def test_those_of_the_settings_file_stay(command: Command, site: Path) -> None:
    assert str(site) in command.fails("platform", "remove", "fixed", "--yes")
