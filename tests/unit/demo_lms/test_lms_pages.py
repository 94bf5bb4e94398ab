"""Signing in, courses, launches, gradebook and messages, as a browser meets them."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

import pytest
from oauthlib.oauth1.rfc5849 import signature as reference

from deploy.demo_lms import Config, RunningLms
from tests.unit.demo_lms.helpers import (
    ADA,
    ESRA,
    FINN,
    GRETA,
    KEY,
    SECRET,
    TOOL_URL,
    Browser,
    Tool,
    answer,
    envelope,
    form_fields,
    launch_fields,
    sourced_id,
    text,
)

PRIVATE_PAGES = ["/", "/course/data-science", "/course/data-science/gradebook", "/launch/ds-figure", "/messages"]


def signature_holds(url: str, fields: dict[str, str]) -> bool:
    """Check a signed form with oauthlib."""
    pairs = [pair for pair in fields.items() if pair[0] != "oauth_signature"]
    pairs += reference.collect_parameters(uri_query=urlsplit(url).query)
    base = reference.signature_base_string(
        "POST", reference.base_string_uri(url), reference.normalize_parameters(pairs)
    )
    client = type("Client", (), {"client_secret": SECRET, "resource_owner_secret": ""})()
    return bool(fields["oauth_signature"] == reference.sign_hmac_sha1_with_client(base, client))


@pytest.mark.parametrize("path", PRIVATE_PAGES)
async def test_strangers_are_asked_to_sign_in(browser: Browser, path: str) -> None:
    response = await browser.fetch(path)
    assert (response.code, response.headers["Location"]) == (302, "/signin")


async def test_sign_in_and_out(lms: RunningLms, browser: Browser) -> None:
    response = await browser.sign_in(ADA)
    assert (response.code, response.headers["Location"]) == (303, "/")
    cookie = response.headers["Set-Cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie
    assert "expires" not in cookie and "max-age" not in cookie
    assert "Ada Apple" in text(await browser.fetch("/"))
    assert (await browser.submit("/", "/signout", {})).code == 303
    assert (await browser.fetch("/")).code == 302


@pytest.mark.parametrize("path", ["/signin", "/signout"])
async def test_forms_without_a_token_are_refused(browser: Browser, path: str) -> None:
    await browser.fetch("/signin")
    response = await browser.fetch(path, "POST", urlencode({"user_id": ADA}))
    assert response.code == 403
    assert "demo_lms_session" not in browser.cookies


async def test_unknown_person_cannot_sign_in(browser: Browser) -> None:
    assert (await browser.sign_in("nobody")).code == 400
    assert (await browser.fetch("/")).code == 302


async def test_forged_session_counts_for_nothing(browser: Browser) -> None:
    browser.cookies["demo_lms_session"] = ADA
    assert (await browser.fetch("/")).code == 302


async def test_secure_cookies_behind_https(config: Config, start_lms: Callable[..., RunningLms]) -> None:
    lms = start_lms(replace(config, public_url="https://lms.example.org"))
    response = await Browser(f"http://127.0.0.1:{lms.port}").sign_in(ADA)
    assert "secure" in response.headers["Set-Cookie"].lower()


async def test_learners_see_their_courses_only(browser: Browser) -> None:
    await browser.sign_in(ESRA)
    page = text(await browser.fetch("/"))
    assert "Data Science with Python" in page and "Python Refresher" not in page
    for path in ("/course/refresher", "/course/refresher/gradebook", "/launch/py-figure", "/messages"):
        assert (await browser.fetch(path)).code == 403
    assert (await browser.fetch("/gradebook.json?course=refresher")).code == 403


@pytest.mark.parametrize("path", ["/course/nothing", "/launch/nothing", "/nothing", "/gradebook.json?course=nothing"])
async def test_what_is_not_there(browser: Browser, path: str) -> None:
    await browser.sign_in(GRETA)
    assert (await browser.fetch(path)).code == 404


async def test_course_page_links_every_exercise(browser: Browser) -> None:
    await browser.sign_in(ADA)
    for course, links in (
        ("data-science", ["ds-warm-up", "ds-cleaning", "ds-figure", "ds-network"]),
        ("refresher", ["py-warm-up", "py-figure"]),
    ):
        page = text(await browser.fetch(f"/course/{course}"))
        for link in links:
            assert f'href="/launch/{link}" target="_blank" rel="noopener"' in page
        assert page.count('href="/launch/') == len(links)


async def test_learners_launch(lms: RunningLms, browser: Browser) -> None:
    await browser.sign_in(FINN)
    page = text(await browser.fetch("/launch/ds-figure"))
    assert f'<form id="launch" method="post" action="{TOOL_URL}"' in page
    assert '<button class="button">' in page and "launch.js" in page
    fields = form_fields(page, "launch")
    expected = {
        "lti_message_type": "basic-lti-launch-request",
        "lti_version": "LTI-1p0",
        "resource_link_id": "ds-figure",
        "resource_link_title": "A figure with matplotlib",
        "context_id": "data-science",
        "context_title": "Data Science with Python",
        "context_label": "DS 101",
        "user_id": FINN,
        "roles": "Learner",
        "lis_person_name_full": "Finn O'Fennel",
        "lis_person_name_given": "Finn",
        "lis_person_name_family": "O'Fennel",
        "lis_person_contact_email_primary": "finn.ofennel@example.org",
        "lis_outcome_service_url": f"{lms.url}/outcomes",
        "lis_result_sourcedid": sourced_id(lms, FINN, "ds-figure"),
        "launch_presentation_locale": "en",
        "launch_presentation_return_url": f"{lms.url}/course/data-science",
        "custom_course": "sample",
        "custom_exercise": "figure",
        "oauth_consumer_key": KEY,
        "oauth_timestamp": "1760000000",
        "oauth_version": "1.0",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_callback": "about:blank",
    }
    assert {name: fields.get(name) for name in expected} == expected
    assert fields["tool_consumer_instance_guid"] and fields["tool_consumer_info_product_family_code"]
    assert "_xsrf" not in fields
    assert signature_holds(TOOL_URL, fields)


async def test_each_launch_is_fresh_and_never_cached(browser: Browser) -> None:
    await browser.sign_in(ADA)
    responses = [await browser.fetch("/launch/ds-figure") for _ in range(2)]
    assert len({launch_fields(response)["oauth_nonce"] for response in responses}) == 2
    assert responses[0].headers["Cache-Control"] == "no-store"


async def test_launch_url_with_a_query_is_signed_with_it(config: Config, start_lms: Callable[..., RunningLms]) -> None:
    url = "https://tool.example.org/launch?site=a%20b"
    browser = Browser(start_lms(replace(config, tool_url=url)).url)
    await browser.sign_in(ADA)
    assert signature_holds(url, launch_fields(await browser.fetch("/launch/ds-figure")))


async def test_instructors_launch_names_no_place_for_a_score(browser: Browser) -> None:
    await browser.sign_in(GRETA)
    fields = launch_fields(await browser.fetch("/launch/ds-figure"))
    assert fields["roles"] == "Instructor"
    assert not any(name in fields for name in ("lis_outcome_service_url", "lis_result_sourcedid"))
    assert signature_holds(TOOL_URL, fields)


async def test_gradebook_shows_whom_it_may(lms: RunningLms, tool: Tool, browser: Browser) -> None:
    await tool.replace(sourced_id(lms, ADA, "ds-figure"), "0.8666")
    await tool.replace(sourced_id(lms, ESRA, "ds-figure"), "0.9999")
    seen = {}
    for user_id in (ADA, GRETA):
        await browser.sign_in(user_id)
        seen[user_id] = text(await browser.fetch("/course/data-science/gradebook"))
    assert "86.6%" in seen[GRETA] and "99.9%" in seen[GRETA] and "Esra Elder" in seen[GRETA]
    assert "2025-10-09 08:53 UTC" in seen[GRETA]
    assert "86.6%" in seen[ADA] and "99.9%" not in seen[ADA] and "Esra Elder" not in seen[ADA]


async def test_course_page_shows_the_score_so_far(lms: RunningLms, tool: Tool, browser: Browser) -> None:
    await browser.sign_in(ADA)
    assert "%</strong>" not in text(await browser.fetch("/course/data-science"))
    await tool.replace(sourced_id(lms, ADA, "ds-figure"), "1.0")
    page = text(await browser.fetch("/course/data-science"))
    assert page.count('<strong class="value">100%</strong>') == 1
    assert page.count("No score yet") == 3
    await browser.sign_in(GRETA)
    assert "1 of 6 learners have a score" in text(await browser.fetch("/course/data-science"))


async def test_gradebook_json_is_filtered_for_learners(lms: RunningLms, tool: Tool, browser: Browser) -> None:
    for user_id in (ADA, ESRA):
        await tool.replace(sourced_id(lms, user_id), "0.5")
    counts = {}
    for user_id in (ADA, GRETA):
        await browser.sign_in(user_id)
        counts[user_id] = text(await browser.fetch("/gradebook.json?course=data-science")).count("user_id")
    assert counts == {ADA: 1, GRETA: 2}


async def test_what_tools_send_is_escaped(lms: RunningLms, tool: Tool, browser: Browser) -> None:
    evil = "<script>alert(1)</script>"
    escaped = "&lt;script&gt;alert(1)&lt;/script&gt;"
    body = envelope(
        sourced_id(lms),
        result="<resultScore><language>en</language><textString>0.5</textString></resultScore>"
        f"<resultData><text>{escaped}</text></resultData>",
    )
    assert answer(await tool.send(body, tool.header(body))).code_major == "success"
    await tool.send(b"", 'OAuth a="1", a="2"'.replace("a=", "%3Cscript%3E="))
    await browser.sign_in(GRETA)
    gradebook = text(await browser.fetch("/course/data-science/gradebook"))
    messages = text(await browser.fetch("/messages"))
    assert escaped in gradebook and evil not in gradebook
    assert "&lt;script&gt; occurs twice" in messages and "<script> occurs" not in messages


async def test_messages_tell_what_arrived(lms: RunningLms, tool: Tool, browser: Browser) -> None:
    await browser.sign_in(GRETA)
    assert "Nothing has arrived yet" in text(await browser.fetch("/messages"))
    await tool.replace(sourced_id(lms), "0.5")
    await tool.send(b"", None)
    page = text(await browser.fetch("/messages"))
    assert "The score is now 50%." in page and "there is no Authorization header" in page
    assert SECRET not in page


@pytest.mark.parametrize("path", ["/", "/signin", "/nothing", "/course/refresher", "/launch/ds-figure"])
async def test_every_page_has_a_title_a_main_part_and_a_policy(browser: Browser, path: str) -> None:
    await browser.sign_in(ADA)
    response = await browser.fetch(path)
    page = text(response)
    assert "– Demo LMS</title>" in page and "<title> " not in page
    assert page.count("<main") == 1 and page.count("<h1") == 1
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'; form-action 'self' http://127.0.0.1:8000;" in policy
    assert "style=" not in page and "onclick" not in page


@pytest.mark.parametrize("name", ["style.css", "scores.js", "launch.js", "icon.svg"])
async def test_files_of_the_pages_come_from_here(browser: Browser, name: str) -> None:
    response = await browser.fetch(f"/static/{name}")
    assert response.code == 200 and b"https:" not in response.body
