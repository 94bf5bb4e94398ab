"""LMS courses: which one a placement is in, and of which a person is staff.

An LMS course is known by platform, deployment and context id (LTI 1.3 core, section 5.4.1: an id is unique within its
deployment). Of launches without a context the link itself takes its place.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, and_, false, or_, select, tuple_

from openjupyter_service.store.tables import placements

Context = tuple[str, str, str, str]
"""Platform, deployment, context id, and "" or the link."""


def context_of(platform: str, deployment: str, context_id: str, resource_link_id: str) -> Context:
    """The LMS course of a launch."""
    return platform, deployment, context_id, "" if context_id else resource_link_id


def staffed(connection: Connection, person: str) -> set[Context]:
    """LMS courses of which this person's last launch was one by staff."""
    mine = (
        select(
            placements.c.platform,
            placements.c.deployment,
            placements.c.context_id,
            placements.c.resource_link_id,
            placements.c.is_staff,
        )
        .where(placements.c.learner == person)
        .order_by(placements.c.last_launched_at, placements.c.id)
    )
    last: dict[Context, bool] = {}
    for platform, deployment, context, link, is_staff in connection.execute(mine):
        last[context_of(platform, deployment, context, link)] = is_staff
    return {context for context, is_staff in last.items() if is_staff}


def placed_in(contexts: Iterable[Context]) -> ColumnElement[bool]:
    """Is a placement in one of these LMS courses?"""
    courses = [(platform, deployment, context) for platform, deployment, context, _ in contexts if context]
    links = [(platform, deployment, link) for platform, deployment, context, link in contexts if not context]
    where = (placements.c.platform, placements.c.deployment)
    found: list[ColumnElement[bool]] = [false()]
    if courses:
        found.append(tuple_(*where, placements.c.context_id).in_(courses))
    if links:
        found.append(and_(placements.c.context_id == "", tuple_(*where, placements.c.resource_link_id).in_(links)))
    return or_(*found)
