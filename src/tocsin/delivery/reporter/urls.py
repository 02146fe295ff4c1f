# SPDX-License-Identifier: Apache-2.0
"""Addresses of the reporter's room. None of them ever holds a phrase, a token or a case reference."""

from __future__ import annotations

from django.urls import path

from tocsin.delivery.reporter.views import files, receipt, report, talk, visit

app_name = "reporter"

urlpatterns = [
    path("p/<slug:project>/report", report.report, name="report"),
    path("p/<slug:project>/receipt", receipt.receipt, name="receipt"),
    path("p/<slug:project>/return", visit.come_back, name="return"),
    path("p/<slug:project>/room", visit.show, name="room"),
    path("p/<slug:project>/room/message", talk.say, name="say"),
    path("p/<slug:project>/room/act", talk.act, name="act"),
    path("p/<slug:project>/room/files/<slug:blob>", files.file, name="file"),
    path("p/<slug:project>/room/proof", files.proof, name="proof"),
    path("p/<slug:project>/room/log-proof", files.log_proof, name="log-proof"),
    path("p/<slug:project>/room/leave", visit.leave, name="leave"),
]
