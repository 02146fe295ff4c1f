# SPDX-License-Identifier: Apache-2.0
"""Addresses of the public room. They are printed in advisories of others for ever: none may change."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from tocsin.delivery.public.views import advisories, affected, home, log, osv, tree, wellknown

app_name = "public"

urlpatterns = [
    path("", home.projects, name="projects"),
    path("p/<slug:project>", RedirectView.as_view(pattern_name="public:home", permanent=True)),
    path("p/<slug:project>/", home.home, name="home"),
    path("p/<slug:project>/policy", home.policy, name="policy"),
    path("p/<slug:project>/advisories.atom", tree.feed, {"kind": "atom"}, name="atom"),
    path("p/<slug:project>/advisories.rss", tree.feed, {"kind": "rss"}, name="rss"),
    path("p/<slug:project>/advisories.json", tree.feed, {"kind": "json"}, name="jsonfeed"),
    path("p/<slug:project>/feed/<int:number>.atom", tree.feed, {"kind": "atom"}),
    path("p/<slug:project>/feed/<int:number>.json", tree.feed, {"kind": "json"}),
    path("p/<slug:project>/line/<str:name>", tree.line, name="line-feed"),
    path("p/<slug:project>/badge.<str:kind>", tree.badge, name="badge"),
    path("p/<slug:project>/affected", affected.page, name="affected"),
    path("p/<slug:project>/advisories", RedirectView.as_view(pattern_name="public:advisories", permanent=True)),
    path("p/<slug:project>/advisories/", advisories.advisories, name="advisories"),
    path("p/<slug:project>/advisories/<str:name>", advisories.advisory, name="advisory"),
    path("csaf/<path:path>", tree.tree, {"folder": "csaf"}, name="csaf"),
    path("csaf/", tree.tree, {"folder": "csaf"}),
    path("csaf-2.1/<path:path>", tree.tree, {"folder": "csaf-2.1"}),
    path("csaf-2.1/", tree.tree, {"folder": "csaf-2.1"}),
    path("osv/<path:path>", tree.tree, {"folder": "osv"}, name="osv-dump"),
    path("v1/query", osv.query, name="osv-query"),
    path("v1/querybatch", osv.querybatch, name="osv-querybatch"),
    path("v1/vulns/<str:osv_id>", osv.vuln, name="osv-vuln"),
    path(".well-known/csaf/<path:path>", tree.tree, {"folder": ".well-known/csaf"}, name="csaf-metadata"),
    path(".well-known/openpgpkey/<path:path>", tree.tree, {"folder": ".well-known/openpgpkey"}, name="wkd"),
    path(".well-known/security.txt", wellknown.security_txt, name="security-txt"),
    path(".well-known/tocsin-notary.json", wellknown.notary, name="notary"),
    path(".well-known/tocsin-log/checkpoint", log.checkpoint, name="log-checkpoint"),
    path(".well-known/tocsin-log/key", log.key, name="log-key"),
    path(".well-known/tocsin-log/consistency", log.consistency, name="log-consistency"),
    path(".well-known/tocsin-log/inclusion", log.inclusion, name="log-inclusion"),
    path("healthz", wellknown.health, name="health"),
    path("robots.txt", wellknown.robots, name="robots"),
    path("favicon.ico", wellknown.icon, name="icon"),
]
