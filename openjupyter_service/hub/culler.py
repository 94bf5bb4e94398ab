"""jupyterhub-idle-culler that ends with its hub: `python -m openjupyter_service.hub.culler`, its own arguments."""

from jupyterhub_idle_culler import main  # type: ignore[import-untyped]

from openjupyter_service.parent import exit_with_parent

if __name__ == "__main__":
    exit_with_parent()
    main()
