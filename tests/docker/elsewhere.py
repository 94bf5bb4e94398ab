"""A learner whose link in the LMS leads into a course that the demo LMS does not know of."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from oauthlib.oauth1 import SIGNATURE_TYPE_BODY, Client

from deploy.scripted_learner import Json, ScriptedLearner
from deploy.site import CONSUMER_KEY


@dataclass
class LearnerElsewhere(ScriptedLearner):
    """Launches what the LMS's link names, but in another course of ours."""

    secret: str = ""
    course: str = ""

    def signed_launch(self, resource_link_id: str) -> Json:
        """The LMS's launch, changed and signed anew."""
        form = super().signed_launch(resource_link_id)
        values = {name: value for name, value in form["parameters"].items() if not name.startswith("oauth_")}
        values |= {"custom_course": self.course, "resource_link_id": f"in-{self.course}"}
        client = Client(CONSUMER_KEY, client_secret=self.secret, signature_type=SIGNATURE_TYPE_BODY)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        _, _, body = client.sign(form["url"], "POST", values, headers)
        return {**form, "parameters": dict(parse_qsl(body, keep_blank_values=True))}
