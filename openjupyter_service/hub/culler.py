"""jupyterhub-idle-culler that ends with its hub: `python -m openjupyter_service.hub.culler`, its own arguments."""

import signal

from jupyterhub_idle_culler import main  # type: ignore[import-untyped]

from openjupyter_service.parent import exit_with_parent

if __name__ == "__main__":
    # The hub's first word is SIGINT, which a process inherits as ignored when a shell script has started the hub.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    exit_with_parent()
    main()
