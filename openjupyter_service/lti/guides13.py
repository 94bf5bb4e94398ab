"""LTI 1.3: the steps for each LMS, in the words of its own pages."""

from collections.abc import Callable, Mapping

from openjupyter_service.lti.cartridge import DESCRIPTION, TITLE
from openjupyter_service.lti.steps import Field, Step, Values

BY_LINK = "platform link --name {name}"


def _moodle(values: Values) -> tuple[Step, ...]:
    tool = values.tool
    return (
        _by_link(
            values,
            "Site administration, Plugins, External tool, Manage tools: paste it into Tool URL, click Add LTI "
            "Advantage, confirm, and click Activate on the new card",
        ),
        Step(
            "By hand instead: in Site administration, Plugins, External tool, Manage tools, click configure a tool "
            "manually and fill in:",
            (
                Field("Tool name", TITLE),
                Field("Tool URL", tool.launch),
                Field("LTI version", "LTI 1.3", is_choice=True),
                Field("Public key type", "Keyset URL", is_choice=True),
                Field("Public keyset", tool.jwks),
                Field("Initiate login URL", tool.login),
                Field("Redirection URI(s)", tool.launch),
                Field("Custom parameters", f"course={values.course}"),
                Field(
                    "Tool configuration usage", "Show in activity chooser and as a preconfigured tool", is_choice=True
                ),
                Field("Default launch container", "New window", is_choice=True),
                Field("Supports Deep Linking", "on", is_choice=True),
                Field("Content Selection URL", tool.launch),
                Field("Icon URL, Secure icon URL", tool.icon),
                Field(
                    "IMS LTI Assignment and Grade Services",
                    "Use this service for grade sync and column management",
                    is_choice=True,
                ),
                Field("Share launcher's name with tool", "as you like: it is shown to staff alone", is_choice=True),
                Field("Accept grades from the tool", "Always", is_choice=True),
            ),
        ),
        _tell(
            values,
            "Save. The list icon on the tool's card shows Client ID and Deployment ID",
            "--product moodle --base-url https://moodle.example.org",
        ),
        _use(
            values,
            "In a course: turn editing on, Add an activity or resource, OpenJupyter, Select content, and choose "
            "exercises. By hand, write the custom parameters:",
        ),
    )


def _canvas(values: Values) -> tuple[Step, ...]:
    tool = values.tool
    return (
        Step(
            "Admin, the account, Developer Keys, + Developer Key, + LTI Key. Save, and turn the key's State to ON. If "
            "Canvas cannot fetch the JSON URL, choose Paste JSON and paste what that address shows",
            (
                Field("Key Name", TITLE),
                Field("Redirect URIs", tool.launch),
                Field("Method", "Enter URL", is_choice=True),
                Field("JSON URL", tool.canvas),
                *((Field("or LTI JSON", values.canvas_json),) if values.canvas_json else ()),
            ),
        ),
        Step(
            "Settings of the account or of a course, Apps, View App Configurations, + App. Then open the new app's "
            "menu: Deployment Id",
            (
                Field("Configuration Type", "By Client ID", is_choice=True),
                Field("Client ID", "the long number in the column Details of Developer Keys", is_choice=True),
            ),
        ),
        _tell(
            values,
            "Keep that number and the deployment id",
            "--product canvas --base-url https://school.instructure.com",
        ),
        Step(
            "In a course: an assignment with Submission Type External Tool, Find, OpenJupyter, choose an exercise, and "
            "tick Load This Tool In A New Tab"
        ),
    )


def _openedx(values: Values) -> tuple[Step, ...]:
    tool = values.tool
    return (
        Step(
            'In Studio, Advanced Settings: add "lti_consumer" to the Advanced Module List. Then add a component, '
            "Advanced, LTI Consumer, and edit it:",
            (
                Field("LTI Version", "LTI 1.3", is_choice=True),
                Field("Tool Launch URL", tool.launch),
                Field("Tool Initiate Login URL", tool.login),
                Field("Registered Redirect URIs", f'["{tool.launch}"]'),
                Field("Tool Public Key Mode", "Keyset URL", is_choice=True),
                Field("Tool Keyset URL", tool.jwks),
                Field("Deep Linking", "True", is_choice=True),
                Field("Deep Linking Launch URL", tool.launch),
                Field(
                    "LTI Assignment and Grades Service",
                    "Allow tools to submit grades only (declarative)",
                    is_choice=True,
                ),
                Field("Custom Parameters", f'["course={values.course}", "exercise={values.exercise}"]'),
                Field("LTI Launch Target", "New Window", is_choice=True),
                Field("Scored", "True", is_choice=True),
            ),
        ),
        _tell(
            values,
            "Save. The component shows Client ID, Keyset URL and Access Token URL. A client id belongs to one "
            "component, or in newer releases to all that share a passport; each is a platform of its own here, and "
            "learners have a home for each. For many exercises without a shared passport, LTI 1.1 is the better way",
            "--product openedx --base-url https://courses.example.org --token-url ACCESS_TOKEN_URL",
            deployment="",
        ),
    )


def _blackboard(values: Values) -> tuple[Step, ...]:
    tool = values.tool
    return (
        Step(
            "In Blackboard's developer portal, https://developer.blackboard.com, register an application with LTI 1.3, "
            "and keep its Application ID:",
            (
                Field("Application Name", TITLE),
                Field("Description", DESCRIPTION),
                Field("Domain(s)", tool.domain),
                Field("Login Initiation URL", tool.login),
                Field("Tool Redirect URL(s)", tool.launch),
                Field("Tool JWKS URL", tool.jwks),
                Field("Signing Algorithm", "RS256", is_choice=True),
                Field("Custom Parameters", f"course={values.course}"),
            ),
        ),
        Step(
            "In Blackboard: Administrator Panel, LTI Tool Providers, Register LTI 1.3/Advantage Tool",
            (
                Field("Client ID", "the Application ID", is_choice=True),
                Field("Tool Status", "Approved", is_choice=True),
                Field("User Fields to be Sent", "Role in Course; Name, as you like", is_choice=True),
                Field("Allow grade service access", "Yes", is_choice=True),
            ),
        ),
        Step(
            "In the provider's menu, Manage Placements, Create Placement",
            (
                Field("Label", TITLE),
                Field("Handle", "openjupyter"),
                Field("Type", "Deep Linking content tool", is_choice=True),
                Field("Launch in new window", "Yes", is_choice=True),
                Field("Icon", tool.icon),
                Field("Target Link URI", tool.launch),
            ),
        ),
        _tell(values, "Edit of the provider shows the Deployment ID", "--product blackboard"),
        Step("In a course: Content Market or Build Content, OpenJupyter, and choose exercises"),
    )


def _brightspace(values: Values) -> tuple[Step, ...]:
    tool = values.tool
    return (
        _by_link(
            values,
            "Admin Tools, Manage Extensibility, LTI Advantage, Register Tool, Dynamic: paste it into Tool initiation "
            "registration endpoint, and confirm",
            then="the deployment, step 3",
        ),
        Step(
            "By hand instead: Admin Tools, Manage Extensibility, LTI Advantage, Register Tool, Standard",
            (
                Field("Name", TITLE),
                Field("Domain", tool.hub_url.partition("/hub/")[0]),
                Field("Redirect URLs", tool.launch),
                Field("OpenID Connect Login URL", tool.login),
                Field("Target Link URI", tool.launch),
                Field("Keyset URL", tool.jwks),
                Field("Extensions", "Assignment and Grade Services, Deep Linking", is_choice=True),
                Field("Roles", "Send Institution Role: off", is_choice=True),
            ),
        ),
        Step(
            "Admin Tools, External Learning Tools, LTI Advantage, New Deployment. Then View Links, New Link: type Deep "
            "Linking Quicklink",
            (
                Field("Tool", TITLE, is_choice=True),
                Field("Extensions", "Assignment and Grade Services, Deep Linking", is_choice=True),
                Field("Security Settings", "Name, as you like; Open as external resource", is_choice=True),
                Field("URL of the link", tool.launch),
            ),
        ),
        _tell(
            values,
            "The registration shows the Client Id, the deployment its Deployment Id",
            "--product brightspace --base-url https://school.brightspace.com",
        ),
        Step("In a course: Content, Add Existing, External Learning Tools, OpenJupyter, and choose exercises"),
    )


def _other(values: Values) -> tuple[Step, ...]:
    tool = values.tool
    return (
        _by_link(
            values, "where the LMS registers tools by LTI Dynamic Registration, if it does: paste it, and confirm"
        ),
        Step(
            "By hand instead: register a tool of LTI 1.3",
            (
                Field("Login initiation URL", tool.login),
                Field("Launch URL, redirect URI, target link URI", tool.launch),
                Field("Deep linking (content selection) URL", tool.launch),
                Field("Public keys (JWKS) URL", tool.jwks),
                Field("Custom parameters", f"course={values.course}"),
                Field("Icon", tool.icon),
                Field("Services", "Assignment and Grade Services 2.0: line items and scores", is_choice=True),
                Field("Opens in", "a new window", is_choice=True),
            ),
        ),
        _tell(
            values,
            "The LMS shows an issuer, a client id, a deployment id, and three addresses",
            "--product other --issuer ISSUER --authorization-url URL --token-url URL --jwks-url URL",
        ),
        _use(values, "Links that are not made by choosing from a page name the exercise by custom parameters:"),
    )


def _by_link(values: Values, where: str, then: str = "the last step") -> Step:
    return Step(
        f"The quick way: make a one-time link, and use it in {where}. Then go on with {then}.",
        commands=(f"openjupyter {BY_LINK.format(name=values.name)}",),
    )


def _tell(values: Values, where: str, options: str, deployment: str = " --deployment DEPLOYMENT_ID") -> Step:
    if values.is_registered:
        return Step(
            f"{where}. They are known here already; check that they are the same, and prove the connection:",
            commands=(f"openjupyter platform show {values.name}", f"openjupyter platform check {values.name}"),
        )
    return Step(
        f"{where}. Tell OpenJupyter, and prove the connection:",
        commands=(
            f"openjupyter platform add --name {values.name} {options} --client-id CLIENT_ID{deployment}",
            f"openjupyter platform check {values.name}",
        ),
    )


def _use(values: Values, text: str) -> Step:
    return Step(text, (Field("Custom parameters", f"course={values.course}\nexercise={values.exercise}"),))


STEPS: Mapping[str, Callable[[Values], tuple[Step, ...]]] = {
    "moodle": _moodle,
    "canvas": _canvas,
    "openedx": _openedx,
    "blackboard": _blackboard,
    "brightspace": _brightspace,
    "other": _other,
}
"""By product."""
