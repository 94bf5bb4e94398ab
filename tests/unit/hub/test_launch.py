"""Launches through JupyterHub's own application: its handlers, templates, cookies and database, but no proxy."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from openjupyter_service.store import Launches, People
from tests.unit.hub.running_hub import FORM, Hub
from tests.unit.hub.site import KEY, SECRET
from tests.unit.lti.wrong_ways11 import NOT_FOR_EVERYBODY_11, WRONG_WAYS_11, Signer


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    hub = Hub(tmp_path_factory.mktemp("hub"))
    yield hub
    hub.close()


def text(response: requests.Response) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", response.text.partition("<body")[2]).split())


def test_a_launch_signs_in_and_leads_to_the_notebook(hub: Hub) -> None:
    session = requests.Session()
    answer = hub.post(hub.sign(), session)
    assert answer.status_code == 303
    assert any("jupyterhub-hub-login" in name for name in session.cookies.keys())  # noqa: SIM118
    where = urlsplit(answer.headers["Location"])
    assert (where.netloc, where.path) == ("", "/hub/user-redirect/git-pull")
    assert parse_qs(where.query) == {
        "repo": ["http://172.30.0.1:8000/services/openjupyter/git/python.git"],
        "branch": ["main"],
        "targetpath": ["python"],
        "urlpath": ["lab/tree/python/warm%20up/first%20steps.ipynb"],
    }
    onward = session.get(hub.url + answer.headers["Location"], allow_redirects=False, timeout=30)
    assert re.match(r"/hub/spawn/u[a-z2-7]{25}\?next=", onward.headers["Location"])


def test_a_launch_becomes_a_placement_of_a_name_that_tells_nothing(hub: Hub) -> None:
    hub.post(hub.sign({"user_id": "Ada.Lovelace"}))
    (line,) = [line for line in hub.log if line.startswith("User logged in: ")][-1:]
    name = line.rpartition(" ")[2]
    assert re.fullmatch(r"u[a-z2-7]{25}", name)
    (placement,) = Launches(hub.store).placements(name)
    assert (placement.platform, placement.course, placement.exercise) == ("demo", "python", "warm-up")
    assert (placement.context_title, placement.outcome_url) == ("Data science", "https://lms.example/outcome?course=7")
    assert not any("Ada" in line for line in hub.log)


def test_two_platforms_with_the_same_user_id_are_two_people(hub: Hub) -> None:
    names = []
    for key, secret in ((KEY, SECRET), ("other-key", "other-secret")):
        assert hub.post(hub.sign({"user_id": "7"}, key=key, secret=secret)).status_code == 303
        names.append([line for line in hub.log if line.startswith("User logged in: ")][-1])
    assert names[0] != names[1]


@pytest.mark.parametrize("parameter", ["next", "custom_next"])
def test_no_parameter_leads_elsewhere(hub: Hub, parameter: str) -> None:
    answer = hub.post(hub.sign({parameter: "https://evil.example/"}))
    assert answer.headers["Location"].startswith("/hub/user-redirect/git-pull?")


@pytest.mark.parametrize("case", [*WRONG_WAYS_11, *NOT_FOR_EVERYBODY_11])
def test_a_wrong_way_in_gets_its_answer_and_the_reason_is_in_the_log_alone(hub: Hub, case: str) -> None:
    wrong = (WRONG_WAYS_11 | NOT_FOR_EVERYBODY_11)[case]
    hub.log.clear()
    signer = Signer(f"{hub.url}/hub/lti/launch", KEY, SECRET, time.time())
    answer = hub.post(wrong.build(signer), params=wrong.query.decode())
    assert answer.status_code == wrong.status
    assert wrong.page in text(answer)
    assert "Set-Cookie" not in answer.headers or "login" not in answer.headers["Set-Cookie"]
    page = text(answer)
    number = re.findall(r"Reference: ([0-9a-f]{12})", page)
    assert len(number) == 1
    reasons = [line for line in hub.log if number[0] in line]
    assert len(reasons) == 1
    reason = reasons[0].rpartition(f"{wrong.status}: ")[2]
    assert wrong.reason in reason and reason not in page
    assert not any(word in line for line in hub.log for word in (SECRET, "StuDent", "Öztürk", "oauth_signature="))


def test_a_replay_is_refused(hub: Hub) -> None:
    body = hub.sign()
    assert [hub.post(body).status_code for _ in range(2)] == [303, 401]
    assert "nonce" in "".join(hub.log[-10:])


def test_a_body_of_another_kind_is_refused(hub: Hub) -> None:
    assert hub.post(hub.sign(), headers={"Content-Type": "application/json"}).status_code == 401
    assert hub.post(hub.sign(), headers={"Content-Type": "multipart/form-data; boundary=x"}).status_code in (400, 401)


def test_an_anonymous_launch_is_told_what_is_missing(hub: Hub) -> None:
    answer = hub.post(hub.sign({"user_id": None}))
    assert answer.status_code == 401
    assert "did not tell us who you are" in text(answer)


@pytest.mark.parametrize(
    "changes",
    [
        {"custom_course": "unknown"},
        {"custom_exercise": "unknown"},
        {"custom_exercise": "../python/warm-up"},
        {"custom_course": None},
        {"custom_exercise": None},
    ],
)
def test_a_signed_launch_of_no_exercise_is_404(hub: Hub, changes: dict[str, str | None]) -> None:
    answer = hub.post(hub.sign(changes))
    assert answer.status_code == 404
    assert "does not lead to an exercise" in text(answer)
    assert "unknown" not in text(answer)


def test_a_broken_exercise_is_our_fault(hub: Hub) -> None:
    answer = hub.post(hub.sign({"custom_exercise": "broken"}))
    assert answer.status_code == 500
    assert "cannot be opened at the moment" in text(answer)
    assert "exercise.toml" not in answer.text
    assert any("exercise.toml" in line for line in hub.log)


def test_a_page_speaks_the_language_of_the_launch_or_else_of_the_browser(hub: Hub) -> None:
    german, french = {"Accept-Language": "de-DE,de;q=0.9,en;q=0.8"}, {"Accept-Language": "fr"}
    lost = requests.get(f"{hub.url}/hub/lti/launch", headers=german, timeout=30)
    assert "Öffne diese Aufgabe aus deinem Kurs" in text(lost) and '<html lang="de">' in lost.text
    for locale, headers, expected in [
        ("de-DE", {}, "Diese Aufgabe gibt es nicht"),
        ("de-DE", french, "Diese Aufgabe gibt es nicht"),
        ("en-GB", german, "There is no such exercise"),
        (None, german, "Diese Aufgabe gibt es nicht"),
        ("fr", french, "There is no such exercise"),
    ]:
        answer = hub.post(
            hub.sign({"custom_exercise": "unknown", "launch_presentation_locale": locale}), headers=FORM | headers
        )
        assert answer.status_code == 404 and expected in text(answer)
    refused = hub.post(hub.sign(secret="wrong"), headers=FORM | german)
    assert "Dieser Link ließ sich nicht prüfen" in text(refused) and "Kennung: " in text(refused)


@pytest.mark.parametrize(("locale", "kept"), [("fr-FR", "fr-FR"), (None, "de")])
def test_the_language_is_kept_for_the_container(hub: Hub, locale: str | None, kept: str) -> None:
    changes = {"user_id": f"of {locale}", "launch_presentation_locale": locale}
    assert hub.post(hub.sign(changes), headers=FORM | {"Accept-Language": "de"}).status_code == 303
    name = [line for line in hub.log if line.startswith("User logged in: ")][-1].rpartition(" ")[2]
    person = People(hub.store).get(name)
    assert person is not None and person.locale == kept


@pytest.mark.parametrize(
    ("locale", "words"), [("de-DE", "Dein JupyterLab läuft nicht"), ("en-GB", "Your JupyterLab is not running")]
)
def test_a_server_that_does_not_run_is_told_in_the_language_of_the_launch(hub: Hub, locale: str, words: str) -> None:
    session = requests.Session()
    hub.post(hub.sign({"user_id": f"away-{locale}", "launch_presentation_locale": locale}), session)
    name = [line for line in hub.log if line.startswith("User logged in: ")][-1].rpartition(" ")[2]
    page = session.get(f"{hub.url}/hub/user/{name}/lab", timeout=30)
    page.encoding = "utf-8"
    assert page.status_code in (404, 424) and words in text(page)
    assert f"/hub/spawn/{name}" in page.text and "Server" not in text(page).partition("Logout")[2]


@pytest.mark.parametrize(
    ("locale", "words"), [("de", "Dein JupyterLab startet"), (None, "Your JupyterLab is starting")]
)
def test_a_server_that_starts_is_told_too(hub: Hub, locale: str | None, words: str) -> None:
    People(hub.store).remember("starter", None, locale or "en")
    settings = hub.authenticator.parent.tornado_settings
    told = {name: value(SimpleNamespace(name="starter")) for name, value in settings["template_vars"].items()}
    page = (
        settings["jinja2_env_sync"]
        .get_template("spawn_pending.html")
        .render(
            user=SimpleNamespace(name="starter", spawner=None),
            static_url=lambda path, **_: path,
            progress_url="/progress",
            **told,
        )
    )
    assert words in page and "Your server is starting up" not in page
    for part in ("progress-bar", "sr-progress", "progress-message", "progress-log", "progress-details"):
        assert f'$("#{part}")' in page or f"$('#{part}')" in page, "JupyterHub's script looks for it no more"
        assert f'id="{part}"' in page


@pytest.mark.parametrize("path", ["/hub/lti/launch", "/hub/login", "/hub/home", "/hub/user-redirect/lab"])
def test_who_comes_without_a_launch_is_sent_to_the_course(hub: Hub, path: str) -> None:
    answer = requests.get(hub.url + path, timeout=30)
    assert answer.status_code == 200
    assert "Open this exercise from your course" in text(answer)


@pytest.mark.parametrize("path", ["/hub/signup", "/hub/lti11/config"])
def test_there_is_no_other_door(hub: Hub, path: str) -> None:
    assert requests.get(hub.url + path, timeout=30).status_code == 404


def test_a_password_form_signs_nobody_in(hub: Hub) -> None:
    answer = requests.post(f"{hub.url}/hub/login", data={"username": "ada", "password": "ada"}, timeout=30)
    assert answer.status_code in (401, 403)


def test_behind_a_tls_proxy_the_public_address_is_what_is_signed(tmp_path: Path) -> None:
    hub = Hub(tmp_path, public_url="https://lab.example.org")
    try:
        assert hub.post(hub.sign(url="https://lab.example.org/hub/lti/launch")).status_code == 303
        assert hub.post(hub.sign()).status_code == 401
        forwarded = {**FORM, "Host": "evil.example", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example"}
        body = hub.sign(url="https://lab.example.org/hub/lti/launch")
        assert hub.post(body, headers=forwarded).status_code == 303
    finally:
        hub.close()


def test_a_platform_opens_the_courses_that_are_open_to_it(tmp_path: Path) -> None:
    platforms = [
        {"name": name, "consumer_key": name, "secret": SECRET, "courses": [course]}
        for name, course in (("near", "python"), ("far", "another"))
    ]
    hub = Hub(tmp_path, platforms=platforms)
    try:
        assert hub.post(hub.sign(key="near")).status_code == 303
        answer = hub.post(hub.sign(key="far"))
        assert answer.status_code == 404 and "does not lead to an exercise" in text(answer)
        assert any("the course python, which is not open to it" in line for line in hub.log)
    finally:
        hub.close()
