"""What to paste where, as the hub shows it: to operators on a page, to machines as files without secrets."""

import json
from collections.abc import Iterator
from html import unescape
from xml.etree import ElementTree

import pytest
import requests

from openjupyter_service.lti.addresses import ToolAddresses
from openjupyter_service.lti.setup import guide
from openjupyter_service.lti.steps import Values
from openjupyter_service.store import Tickets
from tests.unit.hub.site import KEY, SECRET
from tests.unit.hub.test_launch import Hub


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    hub = Hub(tmp_path_factory.mktemp("hub"))
    yield hub
    hub.close()


@pytest.fixture(scope="module")
def learner(hub: Hub) -> requests.Session:
    session = requests.Session()
    assert hub.post(hub.sign(), session=session).status_code == 303
    return session


@pytest.fixture(scope="module")
def operator(hub: Hub) -> requests.Session:
    session = requests.Session()
    ticket = Tickets(hub.store).issue("admin", {}, 60)
    session.post(f"{hub.url}/hub/admin-login", data={"ticket": ticket}, timeout=30)
    return session


def page(hub: Hub, session: requests.Session, query: str = "") -> str:
    answer = session.get(f"{hub.url}/hub/lti/setup{query}", timeout=30)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def test_learners_and_strangers_see_nothing(hub: Hub, learner: requests.Session) -> None:
    answer = learner.get(f"{hub.url}/hub/lti/setup", timeout=30)
    assert answer.status_code == 403 and "openjupyter admin-link" in answer.text
    stranger = requests.get(f"{hub.url}/hub/lti/setup", timeout=30)
    assert "lti/jwks" not in stranger.text and KEY not in stranger.text


@pytest.mark.parametrize("product", ["moodle", "openedx", "blackboard", "brightspace", "other"])
def test_the_page_shows_what_the_command_shows(hub: Hub, operator: requests.Session, product: str) -> None:
    text = page(hub, operator, f"?for={product}&lti=1.3")
    name = product if product != "other" else "NAME"
    values = Values(ToolAddresses(f"{hub.url}/hub/"), name=name, course="python")
    for step in guide(product, "1.3", values).steps:  # type: ignore[arg-type]
        assert step.text in text
        for field in step.fields:
            assert field.label in text and field.value in text


def test_every_value_to_paste_has_a_button_that_keys_reach(hub: Hub, operator: requests.Session) -> None:
    text = page(hub, operator, "?for=moodle&lti=1.3")
    for label in ("Tool URL", "Public keyset", "Initiate login URL", "Redirection URI(s)"):
        assert f'aria-label="Copy {label}"' in text
    assert 'aria-label="Copy LTI version"' not in text, "what is chosen cannot be pasted"
    assert text.count('<button type="button"\n') + text.count('<button type="button" ') >= 8
    assert 'aria-live="polite"' in text


def test_a_platform_of_the_settings_file_is_shown_with_its_key_and_without_its_secret(
    hub: Hub, operator: requests.Session
) -> None:
    text = page(hub, operator, "?platform=demo&for=moodle")
    assert KEY in text and "Shared secret" in text and "platform show demo --secret" in text
    assert SECRET not in text
    assert "aria-current" in text


def test_canvas_gets_its_json_with_the_public_key(hub: Hub, operator: requests.Session) -> None:
    assert '"public_jwk"' in page(hub, operator, "?for=canvas&lti=1.3")


def test_openhpi_is_shown_with_the_version_that_it_speaks(hub: Hub, operator: requests.Session) -> None:
    assert "Consumer key" in page(hub, operator, "?for=openhpi&lti=1.3")


@pytest.mark.parametrize("query", ["?for=nonsense", "?for=<script>alert(1)</script>"])
def test_nonsense_is_404(hub: Hub, operator: requests.Session, query: str) -> None:
    answer = operator.get(f"{hub.url}/hub/lti/setup{query}", timeout=30)
    assert answer.status_code == 404 and "alert(1)" not in answer.text
    assert operator.get(f"{hub.url}/hub/lti/setup?lti=2&platform=nobody", timeout=30).status_code == 200


# ----------------------------------------------------------------------------- for machines


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("config.xml", "application/xml; charset=utf-8"),
        ("canvas.json", "application/json; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ],
)
def test_files_are_public_and_hold_no_secret(hub: Hub, path: str, kind: str) -> None:
    answer = requests.get(f"{hub.url}/hub/lti/{path}", timeout=30)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)
    assert "max-age" in answer.headers["Cache-Control"] and "Set-Cookie" not in answer.headers
    assert SECRET not in answer.text and KEY not in answer.text


def test_the_cartridge_leads_to_the_launch(hub: Hub) -> None:
    root = ElementTree.fromstring(requests.get(f"{hub.url}/hub/lti/config.xml", timeout=30).content)
    assert root.findtext("{http://www.imsglobal.org/xsd/imsbasiclti_v1p0}launch_url") == f"{hub.url}/hub/lti/launch"


def test_canvas_is_given_the_public_half_alone(hub: Hub) -> None:
    key = json.loads(requests.get(f"{hub.url}/hub/lti/canvas.json", timeout=30).content)
    assert key["oidc_initiation_url"] == f"{hub.url}/hub/lti/login"
    assert set(key["public_jwk"]) == {"kty", "n", "e", "kid", "alg", "use"}


def test_behind_a_proxy_the_public_address_is_shown(tmp_path_factory: pytest.TempPathFactory) -> None:
    hub = Hub(tmp_path_factory.mktemp("public"), public_url="https://lab.example.org")
    try:
        key = json.loads(requests.get(f"{hub.url}/hub/lti/canvas.json", timeout=30).content)
        assert key["target_link_uri"] == "https://lab.example.org/hub/lti/launch"
    finally:
        hub.close()
