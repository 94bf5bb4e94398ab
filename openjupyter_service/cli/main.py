"""The `openjupyter` command. Exit codes: 0 done, 1 it failed and one sentence says why, 2 wrong usage."""

import sys
from collections.abc import Sequence

import click

from openjupyter_service.cli.admin_link import admin_link
from openjupyter_service.cli.build import build
from openjupyter_service.cli.check import check
from openjupyter_service.cli.course import course
from openjupyter_service.cli.courses import publish
from openjupyter_service.cli.exchange import export, import_
from openjupyter_service.cli.grade import grade
from openjupyter_service.cli.keys import keys
from openjupyter_service.cli.new import new
from openjupyter_service.cli.passback import passback
from openjupyter_service.cli.platform import platform
from openjupyter_service.cli.regrade import regrade
from openjupyter_service.cli.store import migrate
from openjupyter_service.errors import OpenJupyterError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="openjupyter-service")
def cli() -> None:
    """OpenJupyter: a JupyterLab for every learner of an LMS, sealed grading, scores in the gradebook."""


cli.add_command(admin_link)
cli.add_command(new)
cli.add_command(build)
cli.add_command(check)
cli.add_command(grade)
cli.add_command(import_)
cli.add_command(export)
cli.add_command(publish)
cli.add_command(migrate)
cli.add_command(course)
cli.add_command(platform)
cli.add_command(keys)
cli.add_command(passback)
cli.add_command(regrade)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit."""
    try:
        cli.main(arguments, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Abort:
        sys.exit(130)
    except (OpenJupyterError, OSError) as error:
        click.echo(f"openjupyter: {' '.join(str(error).split())}", err=True)
        sys.exit(1)
    sys.exit(0)
