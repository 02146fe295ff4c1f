# SPDX-License-Identifier: Apache-2.0
"""Every mail that would have been sent, in a trial whose mail goes into a folder: whole, as it would have left."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tocsin.delivery.desk.doors import DeskRequest, not_found, signed_in

MOST = 200


@signed_in
@require_safe
def sent(request: DeskRequest) -> HttpResponseBase:
    """Show the folder, the newest mail first; only in a trial, for these mails are anybody's."""
    kept = request.desk.post.kept
    if kept is None or not request.desk.doors.trial:
        return not_found()
    mails = [{"number": each.number, "to": each.to, "text": each.body.decode("utf-8", "replace")} for each in kept()]
    context = {"mails": mails[::-1][:MOST], "count": len(mails), "at": "sent"}
    return render(request, "desk/sent.html", context)
