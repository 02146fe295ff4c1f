# SPDX-License-Identifier: Apache-2.0
"""`tocsin auth`: who one is to which installation: sign in with a token elsewhere, see where commands go, sign out."""

from __future__ import annotations

import click

from tocsin.client import Client, Failed
from tocsin.core.wire.access import Me
from tocsin.delivery.cli import login
from tocsin.delivery.cli.context import as_json, inert, print_json, remote, secret, stop
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.failed import ended
from tocsin.services.queries import words


@click.group()
def auth() -> None:
    """Sign in at an installation elsewhere. On the installation's own machine nothing is needed but --as."""


@auth.command("login")
@click.argument("url")
@click.pass_context
def login_(ctx: click.Context, url: str) -> None:
    """Keep a token for the desk at URL: commands go there from now on, where nothing nearer names an installation.

    The token is asked for without showing it, or is the first line of standard input. Make one at the desk under
    Tokens, or with `tocsin token new` on the installation's machine. `--url` and TOCSIN_URL with a token come before.
    """
    token = secret("Token")
    if not token:
        stop("a token is needed: make one at the desk, or with “tocsin token new”", Exit.AUTHENTICATION)
    me = _me(url, token)
    try:
        path = login.keep(login.Login(url=url, token=token))
    except OSError as error:
        stop(f"{login.place()} cannot be written: {error}", Exit.FAILED)
    click.echo(f"{inert(me.name)} at {url}: {_for(me)}")
    click.echo(f"kept in {path}, for you alone")
    if not login.counts():
        click.echo("an installation is configured on this machine; commands go there unless you say --url", err=True)


@auth.command()
@as_json
@click.pass_context
def status(ctx: click.Context, json_: bool) -> None:
    """Say which installation commands go to, as whom, and until when. Ends with 4 where a token is no good."""
    elsewhere = remote(ctx)
    if elsewhere is None:
        if json_:
            print_json({"url": "", "here": True})
        else:
            click.echo("commands go to the installation of this machine; who acts is said with --as or TOCSIN_AS")
        return
    if not elsewhere.token:
        stop(f"commands go to {elsewhere.url}, and no token is kept for it: tocsin auth login", Exit.AUTHENTICATION)
    me = _me(elsewhere.url, elsewhere.token)
    if json_:
        print_json({"url": elsewhere.url, "here": False, "me": me})
    else:
        click.echo(f"{inert(me.name)} at {elsewhere.url}: {_for(me)}")


@auth.command()
@click.option("--end", is_flag=True, help="End the token as well: nothing that uses it works any more.")
def logout(end: bool) -> None:
    """Forget the token that `tocsin auth login` kept. The token itself lasts on, unless --end is said."""
    kept = login.read()
    if kept is None:
        click.echo("you are not signed in")
        return
    if end:
        with Client(kept.url, kept.token) as client:
            try:
                client.revoke(client.me().token.id)
            except Failed as error:
                ended(error)
    login.forget()
    click.echo(f"signed out of {kept.url}" + ("; the token has ended" if end else ""))


def _me(url: str, token: str) -> Me:
    with Client(url, token) as client:
        try:
            return client.me()
        except Failed as error:
            ended(error)


def _for(me: Me) -> str:
    token = me.token
    roles, scopes = ", ".join(me.roles), " ".join(token.scopes)
    return f"{roles} of {token.project}; token “{inert(token.label)}” for {scopes}, {words.instant(token.expires_at)}"
