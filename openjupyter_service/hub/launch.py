"""The hub's door: an LTI launch comes in, a signed-in learner goes on to the notebook."""

import uuid
from typing import Any

from jupyterhub.handlers import BaseHandler
from ltiauthenticator.lti11.handlers import LTI11AuthenticateHandler

from openjupyter_service.errors import ExerciseError, LaunchRefused, NotFound
from openjupyter_service.lti.launch import AnonymousLaunch

TEMPLATE = "openjupyter-message.html"

_REFUSED = "Please go back to your course and open the exercise again. If that does not help, tell your course team."
_ANONYMOUS = (
    "Your course did not tell us who you are, so your work could not be kept for you. Please ask your course team to "
    "let this exercise know the learner's user id."
)
_UNKNOWN = "This link does not lead to an exercise. Please tell your course team, so that they can mend it."
_BROKEN = "This exercise cannot be opened at the moment. Please tell your course team."
_WELCOME = "Please open your exercise from your course. You will be signed in by it, and need no password here."


class LaunchHandler(LTI11AuthenticateHandler):
    """POST /hub/lti/launch, from an LMS; GET, from somebody who has lost the way."""

    exercise_address: str
    """Where the authenticator wants the learner to go."""

    async def get(self) -> None:
        """A friendly page."""
        await self._page(200, "Open this exercise from your course", _WELCOME)

    async def post(self) -> None:
        """Sign the learner in and go to the exercise; refusals tell their reason to the log alone."""
        # Nothing in the request decides where this leads: neither custom_next nor next.
        try:
            user = await self.login_user()
        except AnonymousLaunch as error:
            await self._refuse(error, "We do not know who you are", _ANONYMOUS)
        except LaunchRefused as error:
            await self._refuse(error, "This link could not be checked", _REFUSED)
        except NotFound as error:
            await self._refuse(error, "There is no such exercise", _UNKNOWN)
        except ExerciseError as error:
            await self._refuse(error, "This exercise is broken", _BROKEN)
        else:
            if user is None:
                await self._refuse(LaunchRefused("the hub does not admit this learner"), "Not admitted", _REFUSED)
            else:
                self.redirect(self.exercise_address, status=303)

    async def _refuse(self, error: LaunchRefused | NotFound | ExerciseError, title: str, text: str) -> None:
        number = uuid.uuid4().hex[:12]
        self.log.warning("launch %s refused with %s: %s", number, error.status, error)
        await self._page(error.status, title, text, number)

    async def _page(self, status: int, title: str, text: str, number: str = "") -> None:
        self.set_status(status)
        values: dict[str, Any] = {"message_title": title, "message_text": text, "message_number": number}
        self.finish(await self.render_template(TEMPLATE, **values))


handlers: list[tuple[str, type[BaseHandler]]] = [("/lti/launch", LaunchHandler)]
