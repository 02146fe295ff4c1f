# SPDX-License-Identifier: Apache-2.0
"""Being told of advisories (S60, S61): only who confirmed, each once, by line, and nobody is watched."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import msgspec
import pytest

from tests.outside.places import PROJECT, Town, writing_town
from tests.outside.test_forge_outbound import accepted
from tests.outside.test_webhooks import Receiver
from tocsin.core.advisory.assemble import assemble
from tocsin.core.advisory.model import Advisory
from tocsin.services import cases
from tocsin.services.hooks import deliveries
from tocsin.services.ports.store import NEVER
from tocsin.services.post import letters
from tocsin.services.post.letters import Fixed
from tocsin.services.rollout import announcing, door
from tocsin.services.rollout.subscribers import Subscriber, subscriber_id, subscribers

LINK = re.compile(r"https://security\.example\.org(/p/\S+)")


@pytest.fixture
def here() -> Town:
    return writing_town()


def queue(here: Town) -> dict[str, Fixed]:
    """Letters that wait, by address."""
    found = letters.book(here.desk).all(PROJECT)
    return {each.value.to.address: each.value.letter for each in found if isinstance(each.value.letter, Fixed)}


def forget(here: Town) -> None:
    for each in list(letters.book(here.desk).all(PROJECT)):
        letters.book(here.desk).remove(each)


def link(letter: Fixed, page: str) -> str:
    return next(each for each in LINK.findall(letter.text) if urlsplit(each).path.endswith(page))


def subscribed(here: Town, send, to: str, **form: object) -> None:
    assert send("POST", f"/p/{PROJECT}/subscribe", {"to": to, **form}).status_code == 202
    here.turn()
    address = link(queue(here)[to], "/confirm")
    assert to.encode() in send("GET", address).content
    assert send("POST", address, {}).status_code == 200
    here.turn()
    forget(here)


def advisory(here: Town) -> Advisory:
    _, ref = accepted(here)
    forget(here)
    opened = cases.open_case(here.desk, ref, here.dana, "test")
    assert opened
    return assemble(opened.case, opened.policy, here.desk.site.public_url, here.desk.now())


def test_nobody_is_on_the_list_before_they_confirm(here: Town, at_front) -> None:
    send = at_front(here)
    assert send("POST", f"/p/{PROJECT}/subscribe", {"to": "ann@ops.example"}).status_code == 202
    here.turn()
    address = link(queue(here)["ann@ops.example"], "/confirm")
    for _ in range(3):
        assert send("GET", address).status_code == 200  # a mail server follows links; that confirms nothing
    here.turn()
    assert list(subscribers(here.desk).all(PROJECT)) == []
    send("POST", address, {})
    send("POST", address, {})
    here.turn()
    assert [each.value.wish.to for each in subscribers(here.desk).all(PROJECT)] == ["ann@ops.example"]


def test_an_address_is_written_to_once_a_day_however_often_it_is_typed_in(here: Town, at_front) -> None:
    send = at_front(here)
    for _ in range(20):
        assert send("POST", f"/p/{PROJECT}/subscribe", {"to": "victim@x.example"}).status_code == 202
    here.turn()
    assert len(list(letters.book(here.desk).all(PROJECT))) == 1


@pytest.mark.parametrize(
    "to",
    [
        "", "nobody", "http://x.example/", "https://a:b@x.example/", "https://:b@x.example/", "a@b.c\r\nBcc: x@y.z",
        "https://[", "https://[x]/", "https://x.example:99999/",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(here: Town, at_front, to: str) -> None:
    assert at_front(here)("POST", f"/p/{PROJECT}/subscribe", {"to": to}).status_code == 422


def test_a_link_that_is_old_cut_short_or_for_something_else_is_no_good(here: Town, at_front) -> None:
    send = at_front(here)
    send("POST", f"/p/{PROJECT}/subscribe", {"to": "ann@ops.example"})
    here.turn()
    address = link(queue(here)["ann@ops.example"], "/confirm")
    for wrong in (address[:-4], address.replace("/confirm", "/leave"), address.replace("subscribe/confirm", "updated"),
                  f"/p/{PROJECT}/subscribe/confirm"):  # fmt: skip
        assert send("POST", wrong, {}).status_code == 404
    here.house.clock.advance(timedelta(days=4))
    assert send("POST", address, {}).status_code == 404


def test_each_is_told_once_about_their_lines_and_a_repeat_tells_nobody(here: Town, at_front) -> None:
    send = at_front(here)
    subscribed(here, send, "all@ops.example")
    found = advisory(here)
    mine = next(iter(announcing.lines_of(found)))
    for to, line in (("mine@ops.example", mine), ("other@ops.example", "6.29")):
        new = Subscriber(wish=door.Wish(to=to, lines=(line,)), since=here.desk.now())
        subscribers(here.desk).add(PROJECT, subscriber_id(here.desk, PROJECT, to), new)
    assert announcing.announce(here.desk, PROJECT, found, 1) == 2
    assert set(queue(here)) == {"all@ops.example", "mine@ops.example"}
    assert announcing.announce(here.desk, PROJECT, found, 1) == 0
    assert announcing.announce(here.desk, PROJECT, found, 2) == 2


def test_a_letter_says_what_to_do_offers_to_leave_and_watches_nobody(here: Town, at_front) -> None:
    send = at_front(here)
    subscribed(here, send, "ann@ops.example")
    found = advisory(here)
    announcing.announce(here.desk, PROJECT, found, 1)
    letter = queue(here)["ann@ops.example"]
    assert found.urls.page in letter.text
    assert "update to 7.4.2, 7.3.4" in letter.text
    headers = dict(letter.headers)
    assert headers["List-Id"].startswith(f"<advisories.{PROJECT}.")
    assert headers["List-Archive"].endswith(f"/p/{PROJECT}/advisories/>")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "ann@" not in letter.text
    assert "<img" not in letter.text
    address = LINK.search(headers["List-Unsubscribe"].strip("<>"))
    assert address
    assert send("POST", address[1], {"List-Unsubscribe": "One-Click"}).status_code == 200
    here.turn()
    assert list(subscribers(here.desk).all(PROJECT)) == []


def test_three_of_five_confirmed_after_seven_days(here: Town, at_front) -> None:
    send = at_front(here)
    for number in range(5):
        subscribed(here, send, f"s{number}@ops.example", remind="yes")
    found = advisory(here)
    announcing.announce(here.desk, PROJECT, found, 1)
    told = queue(here)
    for number, answer in enumerate(("updated", "updated", "not-affected")):
        here.house.clock.advance(timedelta(days=1))
        address = link(told[f"s{number}@ops.example"], "/updated")
        assert send("GET", address).status_code == 200
        assert send("POST", address, {"answer": "nonsense"}).status_code == 422
        assert send("POST", address, {"answer": answer}).status_code == 200
    here.turn()
    here.house.clock.advance(timedelta(days=4))
    (*_, all_of_them) = announcing.exposure(here.desk, PROJECT, found)
    assert (all_of_them.told, all_of_them.updated, all_of_them.not_affected, all_of_them.silent) == (5, 2, 1, 2)
    by_line = {each.line: each.told for each in announcing.exposure(here.desk, PROJECT, found)}
    assert set(by_line) == {*announcing.lines_of(found), ""}


def test_a_webhook_confirms_by_what_arrives_there_and_learns_only_what_is_public(here: Town, at_front) -> None:
    receiver = Receiver()
    here.desk = replace(here.desk, outside=replace(here.desk.outside, http=receiver))
    send = at_front(here)
    send("POST", f"/p/{PROJECT}/subscribe", {"to": "https://hooks.example.net/t"})
    here.turn()
    ((url, _, body),) = receiver.seen
    assert url == "https://hooks.example.net/t"
    address = LINK.search(msgspec.json.decode(body)["data"]["url"])
    assert address
    send("POST", address[1], {})
    here.turn()
    receiver.seen.clear()
    here.desk = replace(here.desk, outside=replace(here.desk.outside, http=here.github))
    found = advisory(here)
    here.desk = replace(here.desk, outside=replace(here.desk.outside, http=receiver))
    deliveries.drain(here.desk)
    assert receiver.seen == []
    announcing.announce(here.desk, PROJECT, found, 1)
    deliveries.drain(here.desk)
    ((_, _, body),) = receiver.seen
    told = msgspec.json.decode(body)
    assert told["type"] == "advisory.published"
    assert told["data"] == {
        "project": PROJECT, "advisory": found.id, "revision": "1", "url": found.urls.page,
    }  # fmt: skip


def test_many_are_queued_in_one_go(here: Town) -> None:
    new = (f"s{number}@ops.example" for number in range(2000))
    subscribers(here.desk).add_new(
        PROJECT,
        [
            (subscriber_id(here.desk, PROJECT, to), Subscriber(wish=door.Wish(to=to), since=here.desk.now()), NEVER)
            for to in new
        ],
    )
    assert announcing.announce(here.desk, PROJECT, advisory(here), 1) == 2000


def test_the_forges_webhook_comes_in_by_the_fronts_api(here: Town, at_front) -> None:
    from tocsin.services.forge import door as forge

    send = at_front(here)
    ghsa = here.github.world.report("finder")["ghsa_id"]
    headers, body = here.github.hook("reported", ghsa, forge.secret(here.house.front.tokens, PROJECT).encode())
    address = f"/api/v1/projects/{PROJECT}/forge"
    taken = send("POST", address, body, **headers)
    assert (taken.status_code, msgspec.json.decode(taken.content)["taken"]) == (202, True)
    assert msgspec.json.decode(send("POST", address, body, **headers).content)["again"] is True
    assert send("POST", address, body + b" ", **headers).status_code == 403
    assert send("POST", "/api/v1/projects/nobody/forge", body, **headers).status_code == 403
    assert send("POST", address, b" " * ((2 << 20) + 1), **headers).status_code == 413
    here.turn()
    assert len(here.refs()) == 1
