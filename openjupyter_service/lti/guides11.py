"""LTI 1.1: the steps for each LMS, in the words of its own pages."""

from collections.abc import Callable, Mapping

from openjupyter_service.lti.cartridge import TITLE
from openjupyter_service.lti.steps import Field, Step, Values
from openjupyter_service.platforms import Product


def _credentials(values: Values, key: str, secret: str) -> tuple[Field, Field]:
    shown = values.secret or f"shown by: openjupyter platform show {values.name} --secret"
    return Field(key, values.consumer_key), Field(secret, shown, is_choice=not values.secret)


def _moodle(values: Values) -> tuple[Step, ...]:
    return (
        *_begin(values, "moodle"),
        Step(
            "Site administration, Plugins, External tool, Manage tools, configure a tool manually:",
            (
                Field("Tool name", TITLE),
                Field("Tool URL", values.tool.launch),
                Field("LTI version", "LTI 1.0/1.1", is_choice=True),
                *_credentials(values, "Consumer key", "Shared secret"),
                Field("Custom parameters", f"course={values.course}"),
                Field(
                    "Tool configuration usage", "Show in activity chooser and as a preconfigured tool", is_choice=True
                ),
                Field("Default launch container", "New window", is_choice=True),
                Field("Icon URL, Secure icon URL", values.tool.icon),
                Field("Accept grades from the tool", "Always", is_choice=True),
            ),
        ),
        Step(
            "In a course: add an External tool activity for each exercise, choose the tool, and write into its custom "
            "parameters:",
            (Field("Custom parameters", f"exercise={values.exercise}"),),
        ),
        _prove(values),
    )


def _canvas(values: Values) -> tuple[Step, ...]:
    return (
        *_begin(values, "canvas"),
        Step(
            "Settings of the course or account, Apps, View App Configurations, + App, once for each exercise: custom "
            "fields belong to the app. Give them here only, not in the launch URL",
            (
                Field("Configuration Type", "Manual Entry", is_choice=True),
                Field("Name", f"{TITLE}: {values.exercise}"),
                *_credentials(values, "Consumer Key", "Shared Secret"),
                Field("Launch URL", values.tool.launch),
                Field("Domain", values.tool.domain),
                Field("Privacy", "Name Only, or Anonymous", is_choice=True),
                Field("Custom Fields", f"course={values.course}\nexercise={values.exercise}"),
            ),
        ),
        Step(
            "To install by file instead, Configuration Type By URL; add the custom fields afterwards",
            (Field("Config URL", values.tool.cartridge),),
        ),
        Step(
            "Make an assignment with Submission Type External Tool, Find, choose the app, and tick Load This Tool In A "
            "New Tab"
        ),
        _prove(values),
    )


def _openedx(values: Values) -> tuple[Step, ...]:
    passport = f'"{values.name}:{values.consumer_key}:{values.secret or "SECRET"}"'
    return (
        *_begin(values, "openedx"),
        Step(
            "In Studio, Advanced Settings:",
            (
                Field("Advanced Module List", '["lti_consumer"]'),
                Field("LTI Passports", f"[{passport}]", is_choice=not values.secret),
            ),
            () if values.secret else (f"openjupyter platform show {values.name} --secret",),
        ),
        Step(
            "For each exercise add a component, Advanced, LTI Consumer, and edit it:",
            (
                Field("LTI Version", "LTI 1.1/1.2", is_choice=True),
                Field("LTI ID", values.name),
                Field("LTI URL", values.tool.launch),
                Field("Custom Parameters", f'["course={values.course}", "exercise={values.exercise}"]'),
                Field("LTI Launch Target", "New Window", is_choice=True),
                Field("Scored", "True", is_choice=True),
            ),
        ),
        _prove(values),
    )


def _blackboard(values: Values) -> tuple[Step, ...]:
    return (
        *_begin(values, "blackboard"),
        Step(
            "Administrator Panel, LTI Tool Providers, Register LTI 1.1 Provider:",
            (
                Field("Provider Domain", values.tool.domain),
                Field("Default Configuration", "Set globally", is_choice=True),
                *_credentials(values, "Tool Provider Key", "Tool Provider Secret"),
                Field("Tool Provider Custom Parameters", f"course={values.course}"),
                Field("Send User Data", "Send user data only over SSL: Role in Course", is_choice=True),
            ),
        ),
        Step(
            "In a course: Build Content, Web Link (in Ultra: Create, Teaching tools with LTI connection), for each "
            "exercise",
            (
                Field("URL", values.tool.launch),
                Field("This link is to a Tool Provider", "Yes", is_choice=True),
                Field("Enable Evaluation", "Yes", is_choice=True),
                Field("Open in New Window", "Yes", is_choice=True),
                Field("Custom Parameters", f"course={values.course}\nexercise={values.exercise}"),
            ),
        ),
        _prove(values),
    )


def _brightspace(values: Values) -> tuple[Step, ...]:
    return (
        *_begin(values, "brightspace"),
        Step(
            "Admin Tools, External Learning Tools, Manage Tool Providers (legacy), New Tool Provider:",
            (
                Field("Launch Point", values.tool.launch),
                Field("Key", values.consumer_key),
                _credentials(values, "", "Secret")[1],
                Field("OAuth Signature Method", "HMAC-SHA1", is_choice=True),
                Field("Privacy", "Send user ID and role to tool provider", is_choice=True),
            ),
        ),
        Step(
            "New Link, for each exercise:",
            (
                Field("Title", values.exercise),
                Field("URL", values.tool.launch),
                Field("Custom Parameters", f"course={values.course}\nexercise={values.exercise}"),
                Field("Grades", "the grade item that gets the score", is_choice=True),
            ),
        ),
        _prove(values),
    )


def _openhpi(values: Values) -> tuple[Step, ...]:
    return (
        *_begin(values, "openhpi"),
        Step(
            "In the course's administration, LTI providers, add one:",
            (
                Field("Name", TITLE),
                Field("Domain", values.tool.launch),
                *_credentials(values, "Consumer key", "Shared secret"),
                Field("Presentation mode", "Window", is_choice=True),
                Field("Privacy", "pseudonymized, not anonymized", is_choice=True),
            ),
        ),
        Step(
            "For each exercise add an item of type External exercise (LTI):",
            (
                Field("LTI provider", TITLE, is_choice=True),
                Field("Custom parameters", f"course={values.course}\nexercise={values.exercise}"),
            ),
        ),
        _prove(values),
    )


def _other(values: Values) -> tuple[Step, ...]:
    return (
        *_begin(values, "other"),
        Step(
            "Register a tool of LTI 1.1 (or 1.0):",
            (
                Field("Launch URL", values.tool.launch),
                *_credentials(values, "Consumer key", "Shared secret"),
                Field("XML cartridge, if it takes one", values.tool.cartridge),
                Field("Icon", values.tool.icon),
                Field("Opens in", "a new window", is_choice=True),
                Field("User id", "sent to the tool", is_choice=True),
            ),
        ),
        Step(
            "For each exercise make a graded link:",
            (Field("Custom parameters", f"course={values.course}\nexercise={values.exercise}"),),
        ),
        _prove(values),
    )


def _begin(values: Values, product: Product) -> tuple[Step, ...]:
    """Key and secret come first, unless they are there already."""
    if values.is_registered:
        return ()
    return (
        Step(
            "Make a key and a secret:",
            commands=(
                f"openjupyter platform add --name {values.name} --product {product} --lti 1.1",
                f"openjupyter platform show {values.name} --secret",
            ),
        ),
    )


def _prove(values: Values) -> Step:
    return Step(
        "Check it here, then open an exercise from the LMS.",
        commands=(f"openjupyter platform check {values.name}",),
    )


STEPS: Mapping[str, Callable[[Values], tuple[Step, ...]]] = {
    "moodle": _moodle,
    "canvas": _canvas,
    "openedx": _openedx,
    "blackboard": _blackboard,
    "brightspace": _brightspace,
    "openhpi": _openhpi,
    "other": _other,
}
"""By product."""
