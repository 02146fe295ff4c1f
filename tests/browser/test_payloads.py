# SPDX-License-Identifier: Apache-2.0
"""Payloads wherever foreign text is shown, in a real Chromium: no script runs, nothing outside is asked for, and the
policy that would stop them is never needed. What a terminal and a spreadsheet get does nothing either."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.office import Office, opened
from tests.campaign.payloads import OUTSIDE, marked, payloads
from tests.chromium import follow
from tests.desk import story
from tests.mail import post
from tests.rooms import running, walk
from tests.rooms.running import Running
from tocsin.core.case import commands as cmd
from tocsin.core.case import party_commands as pc
from tocsin.core.case.drafting import CreditGiven, ReferenceGiven
from tocsin.core.case.shared import Part
from tocsin.core.intake import CreditWish, Identity, Report
from tocsin.core.vocabulary import SYSTEM_ACTOR, Audience
from tocsin.services import cases, finding, inviting

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MARK = re.compile(r"z([a-z]+)x(\d+)z")
AT_ONCE = 126
"""Payloads on one page."""

SAMPLE, PLACES, WHOLE = 42, 25, 1500
HOOK = "for (const name of ['alert', 'confirm', 'prompt']) window[name] = text => console.log('RAN ' + text);"


class Eyes:
    """A browser that notes what runs, what is asked for, what the policy stops, and which marks are seen where."""

    def __init__(self, chromium: Browser, *, guarded: bool = True) -> None:
        self.context: BrowserContext = chromium.new_context(bypass_csp=not guarded, locale="en-GB")
        self.wrong: list[str] = []
        self.seen: dict[str, set[int]] = defaultdict(set)
        self.been: set[str] = set()
        self.context.add_init_script(HOOK)
        self.context.on("console", lambda message: self._said(message.text))
        self.context.on("dialog", lambda dialog: (self.wrong.append("dialog"), dialog.dismiss()))
        self.context.route(lambda url: url.startswith(OUTSIDE), self._asked)
        self.page: Page = self.context.new_page()

    def _said(self, text: str) -> None:
        if text.startswith("RAN") or "Content Security Policy" in text or "TrustedHTML" in text:
            self.wrong.append(text[:200])

    def _asked(self, route: object) -> None:
        self.wrong.append(f"asked for {route.request.url}")  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    def look(self, name: str, url: str = "") -> None:
        """Open a page, or look at the one that is open."""
        if url:
            self.page.goto(url)
        for field, number in MARK.findall(self.page.evaluate("document.documentElement.textContent") + self._fields()):
            self.seen[f"{name}: {field}"].add(int(number))

    def _fields(self) -> str:
        """What stands in fields, titles and names of links, none of which is text of the page."""
        some = "[...document.querySelectorAll('input,textarea,[title],[aria-label]')]"
        told = self.page.evaluate(f"{some}.map(e => [e.value, e.title, e.ariaLabel])")
        return f"{told} {self.page.title()}"


@contextmanager
def eyes(chromium: Browser, *, guarded: bool = True) -> Iterator[Eyes]:
    made = Eyes(chromium, guarded=guarded)
    yield made
    made.context.close()


class Words:
    """The payloads of one round, for one field after another."""

    def __init__(self, some: list[str], start: int) -> None:
        self.some, self.start = some, start

    def __call__(self, field: str, most: int = 10**9) -> str:
        """All of them on lines, or as many as fit."""
        count = len(self.some)
        while count and len(marked(self.some[:count], self.start, field)) > most:
            count -= 1
        return marked(self.some[:count], self.start, field)

    def short(self, field: str) -> str:
        """One line of at most 300 characters."""
        return self(field, 300).replace("\n", " ") or f"z{field}x{self.start}z"


def hostile_report(words: Words) -> Report:
    return Report(
        title=words.short("title"), reproduce=words("reproduce"), version=words("version"), effects=words("effects"),
        attack_surface=words("surface"), dependencies=words("dependencies"), tool_use=words("tools"),
        disclosure_plans=words("plans"),
        identity=Identity(name=words("name"), affiliation=words("affiliation"), contact=words("contact"),
                          credit=CreditWish.NAME, credit_as=words("creditas")),
    )  # fmt: skip


def hostile_case(office: Office, words: Words) -> str:
    """A case in which everybody says what means harm."""
    house = office.house
    report = hostile_report(words)
    files = tuple(
        story.file(house, f"{words.short(f'file{at}'.replace('1', 'b').replace('0', 'a'))}.txt") for at in range(2)
    )
    ref = story.report(house, replace(report, attachments=files))
    story.act(house, ref, cmd.Say(audience=Audience.TEAM, text=words("note")))
    story.act(
        house,
        ref,
        cmd.Say(audience=Audience.REPORTER, text=words("reply"), plan=words("plan"), workarounds=words("around")),
    )
    story.hear(house, ref, cmd.Hear(text=words("heard")))
    story.act(house, ref, cmd.Investigate(effect=words("effect"), criticality=words("criticality"),
              affected_versions=words("affected"), cwe=("CWE-79",), reproduced=True))  # fmt: skip
    number = f"WHPG-SA-2026-{300 + words.start // AT_ONCE:03}"
    story.act(house, ref, cmd.Accept(advisory_id=number, answer=cmd.Answer(text=words("accepted"))))
    story.act(house, ref, cmd.SetFix(author=house.dana, reference=words("fix")))
    story.act(house, ref, hostile_draft(words))
    party(house, ref, words)
    return ref


def hostile_draft(words: Words) -> cmd.DraftAdvisory:
    return replace(
        story.DRAFT, title=words.short("advtitle"), summary=words("summary"), details=words("details"),
        impact=words("impact"), detection=words("detection"), mitigation=words("mitigation"), upgrade=words("upgrade"),
        references=(ReferenceGiven(url="https://example.org/", type="advisory", summary=words("reference")),),
        credits=(CreditGiven(name=words("credit"), organization=words("organization"), consent=True),),
    )  # fmt: skip


def party(house: object, ref: str, words: Words) -> None:
    desk = house.desk  # type: ignore[attr-defined]
    opened_case = cases.open_case(desk, ref, SYSTEM_ACTOR, "story")
    actor = desk.people.actor(house.dana, story.PROJECT)  # type: ignore[attr-defined]
    assert opened_case
    assert actor
    wish = pc.Invite(
        party="", part=Part.VENDOR, name=words.short("party"), products=(words.short("product"),), why=words("why")
    )
    made = inviting.invite(desk, opened_case, actor, wish)
    assert isinstance(made, inviting.Invited), made


def walk_desk(office: Office, eye: Eyes, words: Words) -> None:
    """Every page of the desk that shows what strangers wrote."""
    ref = hostile_case(office, words)
    eye.look("inbox", f"{office.url}/inbox")
    asked = finding.sealed(office.house.desk, office.house.dana, words.short("asked"))
    eye.look("search", f"{office.url}/inbox?q={quote(asked)}")
    tabs = (
        "",
        "/decide",
        "/branches",
        "/claims",
        "/lines",
        "/score",
        "/fix",
        "/embargo",
        "/people",
        "/advisory",
        "/publish",
        "/approve",
        "/history",
    )
    for tab in tabs:
        eye.look(f"case{tab}", f"{office.url}/c/{ref}{tab}")
    number = words.start
    post.deliver(
        office.house,
        post.mail(words("mailtext"), subject=words.short("subject"), sender='"zsenderx0z <b>" <ann@example.net>',
                  headers=("From: second@example.net",), message_id=f"m{number}@example.net"),
    )  # fmt: skip
    eye.look("mail", f"{office.url}/mail")
    for place in eye.page.eval_on_selector_all("a[href^='/mail/']", "all => all.map(one => one.href)"):
        if place not in eye.been:  # the one of this round
            eye.been.add(place)
            eye.look("one mail", place)
    for page in ("calendar", "people", "metrics", "tokens"):
        eye.look(page, f"{office.url}/{page}")


def walk_rooms(front: Running, eye: Eyes, words: Words) -> None:
    """The finder's way, and what everybody reads of it."""
    page = eye.page
    page.goto(front.url + walk.REPORT)
    for field in ("title", "reproduce", "version", "effects", "attack_surface", "dependencies", "name", "affiliation",
                  "contact", "credit_as", "plans_when"):  # fmt: skip
        told = words.short(field.replace("_", "")) if field == "title" else words(field.replace("_", ""))
        page.eval_on_selector(f"[name={field}]", "(e, told) => { e.value = told }", told)
    follow(page.locator("button[value=check]").first)
    eye.look("check")
    follow(page.locator("button[value=edit]").first)
    eye.look("form")
    follow(page.locator("button[value=check]").first)
    before = {head.case for head in front.house.desk.journal.cases()}
    follow(page.locator("button[value=send]").first)
    eye.look("receipt")
    (ref,) = {head.case for head in front.house.desk.journal.cases()} - before
    phrase = running.words_of(page)
    story.accepted(front.house, ref, f"WHPG-SA-2026-{300 + words.start // AT_ONCE:03}")
    story.act(
        front.house,
        ref,
        cmd.Say(audience=Audience.REPORTER, text=words("reply"), plan=words("plan"), workarounds=words("around")),
    )
    story.act(front.house, ref, hostile_draft(words))
    running.come_back(page, front.url, phrase)
    page.eval_on_selector("[name=text]", "(e, told) => { e.value = told }", words("heard"))
    running.press(page, "Send the message")
    eye.look("room")
    walk.work(front.house)
    eye.look("room", front.url + walk.ROOM)
    ends = front.propose(ref)
    del ends
    eye.look("room", front.url + walk.ROOM)
    for name, place in (("versions", f"/p/{walk.PROJECT}/affected?version={quote(words.short('version'))}"),
                        ("list", f"/p/{walk.PROJECT}/advisories/?after={quote(words.short('after'))}"),
                        ("nothing", f"/{quote(words.short('path'))}")):  # fmt: skip
        eye.look(name, front.url + place)


def published(front: Running, eye: Eyes, words: Words) -> None:
    """An advisory whose every field means harm, read by everybody: page, lists, feeds and plain text."""
    ref = story.report(front.house, hostile_report(words))
    number = f"WHPG-SA-2026-{300 + words.start // AT_ONCE:03}"
    story.accepted(front.house, ref, number)
    ends = front.propose(ref)
    story.hear(front.house, ref, cmd.AcceptEmbargo(proposal="prp_1"))
    given = hostile_draft(words)
    # One name: what a text document lists people by (semicolons, lines) would not read back, and is not published then.
    people = (CreditGiven(name=f"zcreditx{words.start}z <img src=x onerror=alert(1)>", organization="", consent=True),)
    lines = {"title": one_line(given.title), "summary": one_line(words("summary"))}
    linked = tuple(replace(each, summary=one_line(each.summary)) for each in given.references)
    story.act(front.house, ref, replace(given, **lines, references=linked, credits=people))
    front.house.clock.set(ends)
    walk.publish(front.house, ref)
    walk.work(front.house)
    eye.look("advisory", f"{front.url}/p/{walk.PROJECT}/advisories/{number}")
    for name, place in (("list", "advisories/"), ("home", ""), ("versions", "affected?version=7.3.1")):
        eye.look(name, f"{front.url}/p/{walk.PROJECT}/{place}")


def one_line(text: str) -> str:
    """What the record lets pass where it wants one line; no control characters."""
    return re.sub(r"[\x00-\x20\x7f]+", " ", text).strip()


def rounds(deep: bool) -> Iterator[Words]:
    every = payloads() if deep else payloads(SAMPLE)
    for start in range(0, len(every), AT_ONCE):
        yield Words(every[start : start + AT_ONCE], start)


def judged(eye: Eyes, deep: bool) -> list[str]:
    """Places where every payload was seen."""
    want = len(payloads()) if deep else SAMPLE
    assert not deep or want >= WHOLE
    return [place for place, numbers in eye.seen.items() if len(numbers) >= want]


def test_nothing_that_strangers_write_runs_at_the_desk(chromium: Browser, deep: bool) -> None:
    with opened() as office, eyes(chromium) as eye:
        office.enter(eye.context)
        for words in rounds(deep):
            walk_desk(office, eye, words)
        whole = judged(eye, deep)
        assert len(whole) >= PLACES, sorted((place, len(numbers)) for place, numbers in eye.seen.items())
        assert eye.wrong == []


def test_nothing_that_strangers_write_runs_in_the_rooms(chromium: Browser, deep: bool) -> None:
    with running.running() as front, eyes(chromium) as eye:
        for words in rounds(deep):
            walk_rooms(front, eye, words)
        assert len(judged(eye, deep)) >= PLACES, sorted((place, len(numbers)) for place, numbers in eye.seen.items())
        assert eye.wrong == []


def test_nothing_that_strangers_write_runs_on_what_is_published(chromium: Browser, deep: bool) -> None:
    with running.running() as front, eyes(chromium) as eye:
        for words in rounds(deep):
            published(front, eye, words)
        assert len(judged(eye, deep)) >= 5, sorted((place, len(numbers)) for place, numbers in eye.seen.items())
        assert eye.wrong == []


def test_control_a_build_that_escapes_nothing_is_caught(chromium: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the policy it is stopped and seen; without the policy it runs and reaches out."""
    from django.utils.safestring import SafeString

    from tocsin.delivery import inert

    monkeypatch.setattr(inert, "conditional_escape", SafeString)
    monkeypatch.setattr(inert, "ODD", re.compile("(?!)"))
    words = Words(payloads(120), 0)
    caught = {}
    for guarded in (True, False):
        with opened() as office, eyes(chromium, guarded=guarded) as eye:
            office.enter(eye.context)
            ref = hostile_case(office, words)
            eye.look("case", f"{office.url}/c/{ref}")
            caught[guarded] = list(eye.wrong)
    assert any("Content Security Policy" in each for each in caught[True])
    assert not any(each.startswith("RAN") for each in caught[True])
    assert any(each.startswith("RAN") for each in caught[False])
    assert any(OUTSIDE in each for each in caught[False])
