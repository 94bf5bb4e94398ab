"""Which LMS course a launch is of.

An LMS course is known by platform, deployment and context id (LTI 1.3 core, section 5.4.1: an id is unique within its
deployment). Of launches without a context the link itself takes its place.
"""

Context = tuple[str, str, str, str]
"""Platform, deployment, context id, and the link's id where a launch has told no context."""


def context_of(platform: str, deployment: str, context_id: str, resource_link_id: str) -> Context:
    """The LMS course of a launch."""
    return platform, deployment, context_id, "" if context_id else resource_link_id
