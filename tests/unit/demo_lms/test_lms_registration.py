"""Dynamic registration: the demo LMS and our hub find each other by one link, and launch at once."""

from collections.abc import Iterator
from html import unescape

import pytest

from openjupyter_service.hub.secrets import secret
from openjupyter_service.platforms import Platform13
from openjupyter_service.store import Platforms, SecretBox, Tickets
from tests.unit.demo_lms.helpers import ADA, GRETA, form_fields
from tests.unit.demo_lms.test_lms_with_hub import Site, is_open
from tests.unit.demo_lms.tool import LmsThread, Walker


@pytest.fixture(scope="module", params=["plain", "moodle", "canvas"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp(request.param)
    lms = LmsThread(folder / "lms", request.param, with_tool13=False)
    site = Site(folder, lms)
    yield site
    site.close()
    lms.close()


def known(site: Site) -> list[Platform13]:
    box = SecretBox(secret(site.settings, "store"))
    platforms = Platforms(site.store, box, site.settings.platforms).all()
    return [platform for platform in platforms if isinstance(platform, Platform13)]


def connect(site: Site, greta: Walker) -> str:
    """Paste the operator's link into the LMS, follow it, press the button; gives what the last page says."""
    ticket = Tickets(site.store).issue("registration", {"private_network": True, "course": "sample"}, 3600)
    tools = greta.get("/tools")
    fields = {"_xsrf": form_fields(tools.text)["_xsrf"], "url": f"{site.url}/hub/lti/register?token={ticket}"}
    answer = greta.session.post(f"{site.lms.url}/tools", data=fields, timeout=30)
    page = greta.session.get(link_of(answer.text), timeout=30)
    assert page.status_code == 200, page.text
    done = greta.session.post(f"{site.url}/hub/lti/register", data=form_fields(page.text), timeout=30)
    return done.text


def link_of(page: str) -> str:
    return unescape(page.partition('id="register" href="')[2].partition('"')[0])


async def test_a_tool_connects_by_itself_and_launches(site: Site) -> None:
    greta = Walker(site.lms).sign_in(GRETA)
    assert "LTI 1.3" not in greta.get("/course/data-science").text
    assert "OpenJupyter is connected" in connect(site, greta)
    (platform,) = known(site)
    assert platform.issuer == site.lms.url
    told = site.lms.mode != "canvas"
    assert (platform.deployments == ("*",)) is not told
    assert platform.product == {"plain": "other"}.get(site.lms.mode, site.lms.mode)
    assert platform.client_id in greta.get("/tools").text

    ada = Walker(site.lms).sign_in(ADA)
    assert "LTI 1.3" in ada.get("/course/data-science").text
    assert is_open(ada.send(ada.click(f"/launch/ds-figure?tool={platform.client_id}"), redirects=False))
    placement = site.placement()
    site.grade(placement, 0.5)
    delivery = await site.deliver(placement)
    assert delivery.accepted, delivery.description
    assert site.lms.gradebook()[ADA, "ds-figure"] == 0.5


def test_a_token_of_the_lms_is_good_for_one_tool(site: Site) -> None:
    greta = Walker(site.lms).sign_in(GRETA)
    before = len(known(site))
    ticket = Tickets(site.store).issue("registration", {"private_network": True}, 3600)
    fields = {"_xsrf": form_fields(greta.get("/tools").text)["_xsrf"], "url": f"{site.url}/hub/lti/register"}
    link = link_of(greta.session.post(f"{site.lms.url}/tools", data=fields, timeout=30).text)
    query = link.partition("?")[2]
    for second in (False, True):
        page = greta.session.get(f"{site.url}/hub/lti/register?token={ticket}&{query}", timeout=30)
        done = greta.session.post(f"{site.url}/hub/lti/register", data=form_fields(page.text), timeout=30)
        if second:
            assert "HTTP 401" in done.text and "was used" in done.text
        ticket = Tickets(site.store).issue("registration", {"private_network": True}, 3600)
    assert len(known(site)) == before + 1


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "ftp://a.example/", "http://u:p@a.example/"])
def test_a_link_that_is_none_is_not_shown(site: Site, url: str) -> None:
    greta = Walker(site.lms).sign_in(GRETA)
    fields = {"_xsrf": form_fields(greta.get("/tools").text)["_xsrf"], "url": url}
    answer = greta.session.post(f"{site.lms.url}/tools", data=fields, timeout=30)
    assert answer.status_code == 400 and "must " in answer.text and 'id="register"' not in answer.text


def test_learners_connect_nothing(site: Site) -> None:
    assert Walker(site.lms).sign_in(ADA).get("/tools").status_code == 403
