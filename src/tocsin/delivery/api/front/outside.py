# SPDX-License-Identifier: Apache-2.0
"""Addresses for those outside who want to be told: applying as a distributor, subscribing. What is sent is sealed and
left for the worker; links of mails carry the tokens that confirm, change or end it."""

from __future__ import annotations

from django.http import HttpResponse

from tocsin.core import distribution
from tocsin.core.vocabulary import Refused
from tocsin.core.wire.outside import Application, Linked, NewSubscription, Noted, Terms, Word
from tocsin.delivery.api import bodies, problems
from tocsin.delivery.api.front.base import FrontRequest, api
from tocsin.delivery.api.problems import give
from tocsin.delivery.api.schema import told
from tocsin.services.distribution import members
from tocsin.services.rollout import door


def _known(request: FrontRequest, project: str) -> bool:
    return request.front.projects.get(project) is not None


def _noted(done: bool) -> HttpResponse:
    """Every link that is no good is answered alike."""
    return give(Noted(), 202) if done else problems.not_found()


@api.get("/projects/{project}/terms", operation_id="terms", tags=["distributors"], openapi_extra=told(Terms))
def terms(request: FrontRequest, project: str) -> HttpResponse:
    """Tell what a distributor of a project agrees to, and what an application says something about."""
    if not _known(request, project):
        return problems.not_found()
    found = members.current(request.front, project)
    return give(Terms(version=found.version, text=found.text, criteria=dict(distribution.CRITERIA)))


@api.post(
    "/projects/{project}/distributors",
    operation_id="apply",
    tags=["distributors"],
    response={202: None},
    openapi_extra=told(Noted, 202, body=Application),
)
def apply(request: FrontRequest, project: str) -> HttpResponse:
    """Ask to be told of vulnerabilities ahead of time. The team decides; one application a day and contact."""
    wish = bodies.read(request, Application)
    if not _known(request, project):
        return problems.not_found()
    said = distribution.Application(
        name=wish.name.strip(),
        contact=wish.contact.strip(),
        purls=wish.purls,
        evidence={each: wish.evidence.get(each, "").strip() for each in distribution.EVIDENCED},
        accepted=wish.accepted,
    )
    refused = members.apply(request.front, project, said)
    return problems.refuse(refused) if isinstance(refused, Refused) else give(Noted(), 202)


@api.post(
    "/projects/{project}/distributors/confirm",
    operation_id="confirm-distributor",
    tags=["distributors"],
    response={202: None},
    openapi_extra=told(Noted, 202, body=Linked),
)
def confirm(request: FrontRequest, project: str) -> HttpResponse:
    """Say yes to the terms for another year, by the token of the link that was sent."""
    link = bodies.read(request, Linked)
    return _noted(_known(request, project) and members.use(request.front, project, link.token, members.AGREED))


@api.post(
    "/projects/{project}/distributors/leave",
    operation_id="leave-distributors",
    tags=["distributors"],
    response={202: None},
    openapi_extra=told(Noted, 202, body=Linked),
)
def leave(request: FrontRequest, project: str) -> HttpResponse:
    """Be no distributor any more: rooms are shut at once. By the token of the link that was sent."""
    link = bodies.read(request, Linked)
    return _noted(_known(request, project) and members.use(request.front, project, link.token, members.LEFT))


@api.post(
    "/projects/{project}/subscriptions",
    operation_id="subscribe",
    tags=["subscriptions"],
    response={202: None},
    openapi_extra=told(Noted, 202, body=NewSubscription),
)
def subscribe(request: FrontRequest, project: str) -> HttpResponse:
    """Ask to be told of advisories by mail or webhook; nothing is kept before the link that is sent was used."""
    wish, where = bodies.read(request, NewSubscription), request.front.projects.get(project)
    if where is None:
        return problems.not_found()
    if unknown := sorted(set(wish.lines) - set(door.offered(request.front, where))):
        because = f"There is no line {unknown[0]}."
        return problems.refuse(Refused(code="no-line", because=because, rule="subscriptions", missing=("lines",)))
    refused = door.ask(request.front, project, door.Wish(to=wish.to, lines=wish.lines, remind=wish.remind))
    return problems.refuse(refused) if isinstance(refused, Refused) else give(Noted(), 202)


@api.post(
    "/projects/{project}/subscriptions/confirm",
    operation_id="confirm-subscription",
    tags=["subscriptions"],
    response={202: None},
    openapi_extra=told(Noted, 202, body=Linked),
)
def subscribed(request: FrontRequest, project: str) -> HttpResponse:
    """Confirm a subscription, by the token of the link that was sent."""
    link = bodies.read(request, Linked)
    return _noted(_known(request, project) and door.confirm(request.front, project, link.token))


@api.post(
    "/projects/{project}/subscriptions/leave",
    operation_id="unsubscribe",
    tags=["subscriptions"],
    response={202: None},
    openapi_extra=told(Noted, 202, body=Linked),
)
def unsubscribe(request: FrontRequest, project: str) -> HttpResponse:
    """Leave the list and be forgotten, by the token of the link that every mail holds."""
    link = bodies.read(request, Linked)
    return _noted(_known(request, project) and door.leave(request.front, project, link.token))


@api.post(
    "/projects/{project}/subscriptions/answer",
    operation_id="answer-advisory",
    tags=["subscriptions"],
    response={202: None},
    openapi_extra=told(Noted, 202, body=Word),
)
def say(request: FrontRequest, project: str) -> HttpResponse:
    """Say how far one is with an advisory: `updated`, `not-affected` or `not-yet`."""
    word = bodies.read(request, Word)
    return _noted(_known(request, project) and door.say(request.front, project, word.token, word.answer))
