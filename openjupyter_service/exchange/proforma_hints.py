"""Grading hints of ProFormA: what each test counts, where the hints add up."""

from xml.etree.ElementTree import Element

from openjupyter_service.errors import ExchangeError
from openjupyter_service.exchange.notes import Notes
from openjupyter_service.exchange.proforma_xml import attribute, children, local, number

_MAX_DEPTH = 50


def read_weights(root: Element, tests: set[str], notes: Notes) -> dict[str, float]:
    """What each test counts; empty without grading hints, or where these name no test."""
    hints = next(children(root, "grading-hints"), None)
    top = next(children(hints, "root"), None) if hints is not None else None
    if hints is None or top is None:
        return {}
    nodes = {attribute(node, "id"): node for node in children(hints, "combine")}
    found: dict[str, float] = {}
    waiting: list[tuple[Element, float, int]] = [(top, 1.0, 0)]
    while waiting:
        node, factor, depth = waiting.pop()
        if depth > _MAX_DEPTH:
            raise ExchangeError("the grading hints of the task go round in circles; mend them")
        function = attribute(node, "function", "min")
        references = [child for child in node if local(child) in ("test-ref", "combine-ref")]
        if function != "sum" and (len(references) > 1 or (node is top and not references and len(tests) > 1)):
            least = {"min": "the least", "max": "the greatest"}.get(function, function)
            notes.changed(
                "the grading hints", f"the score was {least} of its parts, and points are added here: scores may differ"
            )
        for reference in references:
            weight = factor * number(attribute(reference, "weight", "1"))
            id = attribute(reference, "ref")
            if any(local(child).startswith("nullify") for child in reference):
                notes.dropped(f"the condition under which {id!r} counts nothing", "no test here looks at another")
            if local(reference) == "combine-ref":
                if id not in nodes:
                    raise ExchangeError(
                        f"the grading hints refer to a part {id[:100]!r} that they do not have; mend them"
                    )
                waiting.append((nodes[id], weight, depth + 1))
            elif id in tests:
                if reference.get("sub-ref"):
                    notes.changed(f"the weight of a part of the test {id!r}", "it counts for the whole test")
                found[id] = found.get(id, 0.0) + weight
            else:
                raise ExchangeError(
                    f"the grading hints refer to a test {id[:100]!r} that the task does not have; mend them"
                )
    if found:
        for id in sorted(tests - set(found)):
            notes.changed(f"the test {id!r}", "the grading hints do not name it: it is worth no points, as before")
    return found
