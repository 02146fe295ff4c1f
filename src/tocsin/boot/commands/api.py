# SPDX-License-Identifier: Apache-2.0
"""`tocsin api`: one request to it as it stands, and the OpenAPI document of either half, as installations serve it."""

from __future__ import annotations

import click
import msgspec

from tocsin.boot.config import Role
from tocsin.delivery.cli.call import Calls, call


@click.group("api", cls=Calls)
def api() -> None:
    """The API for programs. `tocsin api GET /cases` asks it as it stands."""


api.add_command(call)


@api.command()
@click.argument("half", type=click.Choice(["desk", "front"]), default="desk")
def schema(half: str) -> None:
    """Print the OpenAPI 3.1 document: of what answers to tokens (desk), or of what anybody may ask (front)."""
    from tocsin.boot import setup

    config = setup.start(Role.MANAGE)
    from tocsin.delivery.api.schema import document  # django-ninja wants Django set up

    if half == "desk":
        from tocsin.delivery.api.desk.routes import api as routes

        address = config.server.desk_url
    else:
        from tocsin.delivery.api.front.routes import api as routes

        address = config.server.url
    told = msgspec.json.encode(document(routes, address.rstrip("/")))
    click.echo(msgspec.json.format(told, indent=2).decode())
