"""What to paste where, for each LMS: the same steps for the terminal, the page and the tests of the documentation."""

from openjupyter_service.lti import guides11, guides13
from openjupyter_service.lti.steps import Guide, Values, Version
from openjupyter_service.platforms import Product


def guide(product: Product, version: Version, values: Values) -> Guide:
    """The steps for a product and a version of LTI (see `products.speaks`)."""
    steps = (guides13 if version == "1.3" else guides11).STEPS[product](values)
    return Guide(product, version, steps)


def as_text(guide: Guide) -> str:
    """The guide for a terminal: plain text, values on lines of their own so that they can be copied."""
    lines: list[str] = []
    for number, step in enumerate(guide.steps, start=1):
        lines += ["", f"{number}. {step.text}"]
        width = max((len(field.label) for field in step.fields), default=0)
        for field in step.fields:
            first, *rest = field.value.splitlines() or [""]
            lines.append(f"     {field.label:{width}}  {first}")
            lines += [f"     {'':{width}}  {line}" for line in rest]
        lines += [f"     {command}" for command in step.commands]
    return "\n".join(lines[1:]) + "\n"
