# SPDX-License-Identifier: Apache-2.0
"""A policy file is taken whole or refused whole, with every problem, its line and its remedy."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.core.policy.load import load, uncited
from tocsin.core.policy.model import Policy
from tocsin.core.policy.problem import Invalid
from tocsin.core.policy.seeds import seed

HEAD = """schema = "tocsin.policy/1"
choice = true

[project]
id = "x"
name = "X"
prefix = "XX"
"""


def problems(text: str, base=lambda _: None) -> list[tuple[int, str, str]]:
    refused = load(text, base)
    assert isinstance(refused, Invalid), "the policy was accepted"
    return [(problem.line, problem.path, problem.code) for problem in refused.problems]


def test_all_problems_are_told_at_once_each_with_its_line():
    text = (
        HEAD
        + """
[sla.first_feedback]
withn = "3 days"
within = "soon"

[disclosure]
negotiated = true
with = ["reporter"]
min = "30 days"
max = "7 days"
rsvp = "10 days"
mitigations = "maybe"

[[intake.channel]]
kind = "pigeon"

[sla]
calendar = { days = "", tz = "Europe/Atlantis", holidays = ["XX"] }
"""
    )
    assert problems(text) == [
        (10, "sla.first_feedback.withn", "unknown-key"),
        (11, "sla.first_feedback.within", "not-a-duration"),
        (19, "disclosure.mitigations", "unknown-value"),
        (22, "intake.channel.0.kind", "unknown-value"),
        (25, "sla.calendar.days", "no-working-days"),
        (25, "sla.calendar.tz", "unknown-zone"),
        (25, "sla.calendar.holidays", "unknown-holiday"),
    ]


def test_an_unknown_key_names_its_neighbour():
    refused = load(HEAD + '\n[sla.first_feedback]\nwithn = "3 days"\n')
    assert isinstance(refused, Invalid)
    assert "did you mean 'within'?" in [problem.remedy for problem in refused.problems]


def test_what_cannot_hold_together_is_refused_with_the_line_that_should_move():
    text = (
        HEAD
        + """
[disclosure]
negotiated = true
min = "30 days"
max = "7 days"
rsvp = "10 days"
final_say = "lead"

[[intake.channel]]
kind = "email"
may_be_absent = true

[cve]
route = "none"
required = true
"""
    )
    assert problems(text) == [
        (10, "disclosure.negotiated", "gate-unsatisfiable"),
        (12, "disclosure.max", "max-below-min"),
        (13, "disclosure.rsvp", "rsvp-after-embargo"),
        (14, "disclosure.final_say", "gate-unsatisfiable"),
        (16, "intake.channel.0.address", "channel-without-address"),
        (16, "intake.channel", "no-certain-channel"),
        (22, "cve.required", "gate-unsatisfiable"),
    ]


def test_a_version_scheme_that_nobody_knows_is_refused_but_a_policy_in_force_still_opens():
    text = HEAD + '\n[versions]\nscheme = "semverr"\n'
    assert problems(text) == [(10, "versions.scheme", "unknown-scheme")]
    assert isinstance(load(text, stood=True), Policy)
    assert isinstance(load(text.replace("semverr", "pep440")), Policy)


def test_a_file_that_is_no_toml_says_where():
    assert problems(HEAD + "\n[sla\n") == [(9, "", "not-toml")]


def test_a_file_without_schema_is_not_guessed_at():
    assert problems("[project]\nid = 'x'\n") == [(1, "schema", "wrong-schema")]


def test_an_inherited_value_keeps_its_own_citation():
    parent = HEAD.replace("choice = true\n", 'cite_file = "PARENT.md"\n') + (
        '\n[sla.first_feedback]\nwithin = "3 days"\ncite = "L24: In three days"\n'
        '[sla.conversation]\nwithin = "9 days"\ncite = "L9"\n'
    )
    child = 'schema = "tocsin.policy/1"\nextends = "parent"\n[sla.conversation]\nwithin = "5 days"\ncite = "L2"\n'
    policy = load(child, {"parent": parent}.get)
    assert isinstance(policy, Policy), policy
    assert policy.source("sla.first_feedback.within").cite == "PARENT.md:24"
    assert policy.source("sla.conversation.within").cite == "SECURITY.md:2"
    assert uncited(child, {"parent": parent}.get) == ()


def test_an_overriding_value_does_not_inherit_a_citation():
    parent = HEAD.replace("choice = true\n", "") + '\n[sla.conversation]\nwithin = "9 days"\ncite = "L9"\n'
    child = 'schema = "tocsin.policy/1"\nextends = "parent"\n\n[sla.conversation]\nwithin = "5 days"\n'
    assert [(p.line, p.path) for p in uncited(child, {"parent": parent}.get)] == [(5, "sla.conversation.within")]


def test_a_base_nobody_knows_or_that_extends_itself_is_refused():
    child = 'schema = "tocsin.policy/1"\nextends = "me"\n'
    assert problems(child) == [(2, "extends", "unknown-base")]
    assert problems(child, {"me": child}.get) == [(2, "extends", "unknown-base")]


def test_version_changes_with_what_is_said_and_not_with_layout():
    one, two = load(HEAD), load("# a comment\n" + HEAD + "\n")
    other = load(HEAD.replace('"X"', '"Y"'))
    assert isinstance(one, Policy)
    assert isinstance(two, Policy)
    assert isinstance(other, Policy)
    assert one.version == two.version != other.version


def test_a_choice_nearer_than_the_line_is_told_with_the_line():
    text = (
        HEAD
        + '\n[sla.conversation]\nwithin = "9 days"\nsaid = "promptly"\n'
        + 'cite = "L9: promptly"\nchoice = { within = "picked" }\n'
    )
    policy = load(text)
    assert isinstance(policy, Policy)
    assert str(policy.source("sla.conversation.within")) == (
        'from "promptly", SECURITY.md:9, value chosen by the project: picked'
    )
    assert str(policy.source("sla.conversation.said")) == 'from "promptly", SECURITY.md:9'


def test_who_chose_is_named_with_two_keys_only():
    assert problems(HEAD + '\n[chosen]\nby = "us"\nwhen = 2026-01-01\n') == [(11, "chosen.when", "unknown-key")]


def test_tables_without_end_are_refused_not_followed():
    deep = "x = " + "{ x = " * 900 + "1" + " }" * 900
    assert problems(HEAD.replace("choice = true\n", "choice = true\n" + deep + "\n"))[0][2] in ("too-deep", "not-toml")


SEED = (seed("warehousepg") or "").split("\n")
pieces = st.sampled_from(
    ["", "= 1", "[x]", "[[intake.channel]]", 'within = "9 days"', "cite = 3", "max = 2026-01-01", '"', "]"]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SEED) - 1), pieces), min_size=1, max_size=4))
def test_law_a_damaged_file_is_taken_or_refused_with_lines_but_never_crashes(damage):
    lines = list(SEED)
    for at, piece in damage:
        lines[at] = piece
    loaded = load("\n".join(lines))
    if isinstance(loaded, Invalid):
        assert loaded.problems
        assert all(1 <= problem.line <= len(lines) + 1 for problem in loaded.problems)
