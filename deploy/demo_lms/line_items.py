"""Line items: the columns of the gradebook as LTI 1.3 tools see them (AGS 2.0, section 3.2)."""

from dataclasses import asdict, dataclass
from typing import Any

from deploy.demo_lms.catalogue import Course, Link
from deploy.demo_lms.launch13 import line_item_url
from deploy.demo_lms.lms import DemoLms


@dataclass(frozen=True)
class LineItem:
    """One column; ``link_id`` is "" where no link belongs to it. ``maximum`` are the points of a whole score."""

    id: str
    link_id: str
    label: str
    maximum: float
    resource_id: str = ""
    tag: str = ""

    @property
    def cell_id(self) -> str:
        """What its results are kept under: the link, if there is one, as for scores by LTI 1.1."""
        return self.link_id or f"item {self.id}"


class BadLineItem(ValueError):
    """What a tool sent makes no line item; the message says why."""


def line_items(lms: DemoLms, course: Course) -> list[LineItem]:
    """All line items of a course, those of links first."""
    made = [LineItem(**data["item"]) for data in lms.store.all("line item").values() if data["course"] == course.id]
    changed = {item.id: item for item in made}
    removed = lms.store.all("removed line item")
    of_links = [
        changed.pop(link.id, _of_link(link))
        for link in course.links
        if (lms.mode.line_item_with_link or link.has_line_item) and link.id not in removed
    ]
    return of_links + list(changed.values())


def keep(lms: DemoLms, course: Course, item: LineItem) -> None:
    """Add or change a line item."""
    lms.store.put("line item", item.id, {"course": course.id, "item": asdict(item)})


def remove(lms: DemoLms, item: LineItem) -> None:
    """Take a line item away; its scores stay in the gradebook."""
    lms.store.remove("line item", item.id)
    lms.store.put("removed line item", item.id, {})


def read_line_item(course: Course, item_id: str, data: Any) -> LineItem:
    """The line item of a tool's JSON; raises BadLineItem."""
    if not isinstance(data, dict):
        raise BadLineItem("The body must be a JSON object.")
    label, maximum = data.get("label"), data.get("scoreMaximum")
    if not isinstance(label, str) or not label.strip():
        raise BadLineItem("label is missing.")
    if isinstance(maximum, bool) or not isinstance(maximum, int | float) or not 0 < maximum < 1e6:
        raise BadLineItem("scoreMaximum must be a positive number.")
    texts = {name: data.get(name, "") for name in ("resourceLinkId", "resourceId", "tag")}
    if not all(isinstance(text, str) and len(text) <= 255 for text in texts.values()):
        raise BadLineItem("resourceLinkId, resourceId and tag must be short texts.")
    link_id = texts["resourceLinkId"]
    if link_id and not any(link.id == link_id for link in course.links):
        raise BadLineItem("The course has no such resource link.")
    return LineItem(item_id, link_id, label[:255], float(maximum), texts["resourceId"], texts["tag"])


def as_json(lms: DemoLms, course: Course, item: LineItem) -> dict[str, Any]:
    """A line item as tools get it."""
    told = {
        "id": line_item_url(lms, course, item.id),
        "label": item.label,
        "scoreMaximum": item.maximum,
        "resourceLinkId": item.link_id,
        "resourceId": item.resource_id,
        "tag": item.tag,
    }
    return {name: value for name, value in told.items() if value != ""}


def _of_link(link: Link) -> LineItem:
    return LineItem(link.id, link.id, link.title, link.maximum, link.resource_id)
