"""How strict the demo LMS is, and in whose way: what tools meet at Moodle, Canvas and openHPI's xikolo."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mode:
    """One way to behave."""

    family: str = "demo-lms"
    """The name of the product, as launches tell it."""
    speaks_13: bool = True
    """Is there LTI 1.3 at all?"""
    id_token_seconds: int = 300
    """How long a launch by LTI 1.3 may be used."""
    whole_seconds: bool = False
    """Are times of scores compared in whole seconds?"""
    line_item_with_link: bool = True
    """Is there a line item before a tool makes one?"""
    line_item_query: str = ""
    """What addresses of line items end with."""
    page_size: int = 0
    """Line items in one answer, 0 for all."""
    deployment_told: bool = True
    """Does the answer to a registration name the deployment?"""
    token_errors: bool = True
    """Does the token endpoint say what is wrong, or 404 only?"""
    plain_messages: bool = False
    """Are messages listed by name alone?"""
    only_replace: bool = False
    """Is replaceResult all there is of Basic Outcomes?"""
    person: str = "all"
    """What launches of LTI 1.1 say of somebody: all, a pseudonym, or nothing."""


MODES = {
    "plain": Mode(),
    "moodle": Mode(
        family="moodle",
        id_token_seconds=60,
        whole_seconds=True,
        line_item_query="?type_id=1",
        token_errors=False,
        plain_messages=True,
    ),
    "canvas": Mode(family="canvas", line_item_with_link=False, page_size=2, deployment_told=False),
    "xikolo": Mode(family="xikolo", speaks_13=False, only_replace=True, person="pseudonym"),
    "xikolo-anonymized": Mode(family="xikolo", speaks_13=False, only_replace=True, person="nothing"),
}
