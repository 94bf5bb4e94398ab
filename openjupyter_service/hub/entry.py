"""The way in, from whatever door: sign somebody in, see to their server, send them on."""

from typing import Any

from openjupyter_service.errors import LaunchRefused
from openjupyter_service.hub.admission import Admitted
from openjupyter_service.hub.door import DoorHandler
from openjupyter_service.hub.spawner import OpenJupyterSpawner


async def sign_in(handler: DoorHandler, admitted: Admitted, address: str) -> None:
    """Sign somebody in and send them there.

    Raises:
        LaunchRefused: the hub does not admit them.
    """
    user = await handler.login_user(admitted)
    if user is None:
        raise LaunchRefused("the hub does not admit this person")
    await _renew_server(handler, user)
    handler.redirect(address, status=303)


async def _renew_server(handler: DoorHandler, user: Any) -> None:
    """Stop a server that runs without a data set of a course that was opened since; it is started anew at once.

    Nothing can be mounted into a container that runs. Files stay, and so do pages that are open; variables go.
    """
    spawner = user.spawner
    if not isinstance(spawner, OpenJupyterSpawner) or not spawner.ready:
        return
    if await handler.in_thread(lambda: spawner.lacks(spawner.data_sets(user.name))):
        handler.log.info("the server of %s is started anew, for the data set of another course", user.name)
        await handler.stop_single_user(user)
