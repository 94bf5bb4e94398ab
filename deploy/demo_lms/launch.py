"""Signed LTI 1.1 launches (LTI 1.1 Implementation Guide, sections 3 and 4)."""

import hmac
import secrets
from collections.abc import Mapping

from deploy.demo_lms import oauth1, sourcedid
from deploy.demo_lms.catalogue import Course, Link, Person
from deploy.demo_lms.lms import DemoLms


def sign_form(url: str, fields: Mapping[str, str], key: str, secret: str, timestamp: int, nonce: str) -> dict[str, str]:
    """Return the fields of a form POST to ``url`` together with the OAuth parameters and the signature."""
    signed = dict(fields)
    signed.update(
        oauth_callback="about:blank",
        oauth_consumer_key=key,
        oauth_nonce=nonce,
        oauth_signature_method="HMAC-SHA1",
        oauth_timestamp=str(timestamp),
        oauth_version="1.0",
    )
    signed["oauth_signature"] = oauth1.hmac_sha1(oauth1.signature_base_string("POST", url, signed.items()), secret)
    return signed


def launch_fields(lms: DemoLms, person: Person, course: Course, link: Link) -> dict[str, str]:
    """Return the unsigned parameters of a launch; only a learner's launch says where a score goes."""
    config = lms.config
    fields = {
        "lti_message_type": "basic-lti-launch-request",
        "lti_version": "LTI-1p0",
        "resource_link_id": link.id,
        "resource_link_title": link.title,
        "context_id": course.id,
        "context_title": course.title,
        "context_label": course.label,
        "context_type": "CourseSection",
        "roles": person.role,
        **person_fields(lms, person),
        "launch_presentation_locale": person.locale,
        "launch_presentation_document_target": "window",
        "launch_presentation_return_url": f"{config.base_url}/course/{course.id}",
        **platform_fields(lms),
        **{f"custom_{name}": value for name, value in link.custom},
    }
    if not person.is_instructor:
        fields["lis_outcome_service_url"] = config.outcome_url
        fields["lis_result_sourcedid"] = sourcedid.issue(lms.sourcedid_key, person.id, link.id)
    return fields


def platform_fields(lms: DemoLms) -> dict[str, str]:
    """Who we are."""
    return {
        "tool_consumer_instance_guid": "demo-lms.example.org",
        "tool_consumer_instance_name": "Demo LMS",
        "tool_consumer_info_product_family_code": lms.mode.family,
    }


def person_fields(lms: DemoLms, person: Person) -> dict[str, str]:
    """Who launches, as far as this LMS tells."""
    if lms.mode.person == "nothing":
        return {}
    if lms.mode.person == "pseudonym":
        return {"user_id": hmac.digest(lms.secret_for("pseudonym"), person.id.encode(), "sha256").hex()}
    return {
        "user_id": person.id,
        "lis_person_name_full": person.name,
        "lis_person_name_given": person.given,
        "lis_person_name_family": person.family,
        "lis_person_contact_email_primary": person.email,
    }


def make_launch(lms: DemoLms, person: Person, course: Course, link: Link) -> dict[str, str]:
    """Return every form field of a freshly signed launch."""
    return signed(lms, launch_fields(lms, person, course, link))


def signed(lms: DemoLms, fields: Mapping[str, str]) -> dict[str, str]:
    """Return fields for the tool's launch URL, freshly signed."""
    return sign_form(
        lms.config.tool_url,
        fields,
        lms.config.key,
        lms.config.secret,
        timestamp=int(lms.clock()),
        nonce=secrets.token_hex(16),
    )
