# SPDX-License-Identifier: Apache-2.0
"""Addresses of the desk. References and names are plain text here: a malformed one is not found by its view, so that
it is answered like one that does not exist, and only to somebody who is signed in."""

from __future__ import annotations

from django.urls import path

from tocsin.delivery.desk.views import (
    admin,
    bulk,
    calendar,
    case,
    distributors,
    drafts,
    duty,
    files,
    forge,
    here,
    inbox,
    look,
    mail,
    metrics,
    mine,
    policy,
    project,
    sent,
    signing,
    tokens,
)

app_name = "desk"

urlpatterns = [
    path("", inbox.inbox, name="home"),
    path("inbox", inbox.inbox, name="inbox"),
    path("inbox/find", inbox.find, name="inbox-find"),
    path("inbox/news", inbox.news, name="inbox-news"),
    path("inbox/do", bulk.bulk, name="inbox-do"),
    path("sign-in", signing.sign_in, name="sign-in"),
    path("sign-in/<str:token>", signing.link, name="link"),
    path("sign-out", signing.sign_out, name="sign-out"),
    path("c/<str:ref>", case.page, name="case"),
    path("c/<str:ref>/do/<str:name>", case.move, name="move"),
    path("c/<str:ref>/draft/<str:name>", drafts.keep, name="draft"),
    path("c/<str:ref>/files/<str:blob>", files.attachment, name="file"),
    path("c/<str:ref>/here", here.here, name="here"),
    path("c/<str:ref>/<str:tab>", case.page, name="tab"),
    path("calendar", calendar.calendar, name="calendar"),
    path("calendar/<str:address>.ics", calendar.feed, name="calendar-feed"),
    path("duty", duty.duty, name="duty"),
    path("duty/<str:project>", duty.change, name="duty-change"),
    path("look", look.look, name="look"),
    path("desk/styleguide", look.styleguide, name="styleguide"),
    path("first-run", policy.first_run, name="first-run"),
    path("distributors/<str:project>", distributors.page, name="distributors"),
    path("distributors/<str:project>/do", distributors.act, name="distributors-do"),
    path("forge/<str:project>", forge.page, name="forge"),
    path("forge/<str:project>/do", forge.act, name="forge-do"),
    path("admin", admin.page, name="admin"),
    path("admin/do", admin.change, name="admin-do"),
    path("people", project.people, name="people"),
    path("people/<str:project>", project.change, name="people-change"),
    path("tokens", tokens.tokens, name="tokens"),
    path("tokens/<str:token>/end", tokens.end, name="token-end"),
    path("sent", sent.sent, name="sent"),
    path("mail", mail.held, name="mail"),
    path("mail/<str:letter>", mail.show, name="mail-one"),
    path("mail/<str:letter>/<str:deed>", mail.act, name="mail-do"),
    path("me/mail", mine.mine, name="mine"),
    path("metrics", metrics.metrics, name="metrics"),
    path("metrics/<str:kind>", metrics.export, name="metrics-export"),
    path("policy/<str:project>", policy.show, name="policy"),
    path("policy/<str:project>/edit", policy.edit, name="policy-edit"),
    path("policy/<str:project>/cases", policy.cases, name="policy-cases"),
    path("policy/<str:project>/import", policy.begin, name="policy-import"),
]
