# SPDX-License-Identifier: Apache-2.0
"""The forge, chats and subscribers as places of a publication: exact bytes before, once, in order, read back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import msgspec
import pytest

from tests.outside.places import PROJECT, Town, keep, town
from tests.outside.test_rollout import queue
from tests.publication.places import order, states
from tests.services import acts
from tocsin.core import announce
from tocsin.core.vocabulary import Refused
from tocsin.services import cases, credentials, publishing, worker
from tocsin.services.forge import links, pushing, sync
from tocsin.services.ports.git import Credential
from tocsin.services.ports.targets import Rejected
from tocsin.services.rollout import door
from tocsin.services.rollout.subscribers import Subscriber, subscriber_id, subscribers
from tocsin.testing.github import Fault
from tocsin.testing.post import MemoryServer


@dataclass
class Room:
    """A chat that remembers."""

    said: list[tuple[str, str, str]] = field(default_factory=list)
    fails: Exception | None = None

    def __call__(self, address: str, title: str, text: str) -> None:
        if self.fails:
            raise self.fails
        self.said.append((address, title, text))


@pytest.fixture
def here() -> tuple[Town, Room, str]:
    made, room = town(), Room()
    made.desk = replace(
        made.desk,
        outside=replace(made.desk.outside, chat=room),
        post=replace(made.desk.post, sends=MemoryServer(), sender="security@example.org"),
    )
    made.house = replace(made.house, desk=made.desk)
    for kind in ("slack", "twitter"):
        keep(made, f"channel-{kind}", f"{kind}://secret-token-of-{kind}")
    to = "ann@ops.example"
    name, one = subscriber_id(made.desk, PROJECT, to), Subscriber(wish=door.Wish(to=to), since=made.desk.now())
    subscribers(made.desk).add(PROJECT, name, one)
    ref = acts.report(made.house).case
    acts.ready(made.house, ref)
    return made, room, ref


def run(made: Town, hours: int = 1) -> None:
    for _ in range(hours * 4):
        while not worker.run_once(made.desk).idle:
            pass
        made.house.clock.advance(timedelta(minutes=15))


def test_the_plan_shows_the_exact_text_of_each_place(here) -> None:
    made, _, ref = here
    opened = cases.open_case(made.desk, ref, made.dana, "test")
    assert opened
    shown = {each.target.kind: each for each in publishing.plan(made.desk, opened).targets}
    assert msgspec.json.decode(shown["github-advisory"].payload.body)["state"] == "published"
    tweet = shown["twitter"].payload.body.decode()
    assert len(tweet) - len(tweet.splitlines()[-1]) + 23 <= 280
    assert "secret-token" not in str(shown)
    assert shown["subscribers"].payload.body.startswith(b"Subject: ")
    assert made.github.log == []


def test_every_place_is_served_once_and_read_back(here) -> None:
    made, room, ref = here
    assert not isinstance(order(made.house, ref), Refused)
    run(made)
    found = states(made.house, ref)
    assert {kind: found[kind] for kind in ("github-advisory", "slack", "twitter", "subscribers") if kind in found} == {
        kind: "readable" for kind in found if kind in ("github-advisory", "slack", "twitter", "subscribers")
    }
    (there,) = made.github.world.advisories.values()
    assert there["state"] == "published"
    assert sorted(address.partition(":")[0] for address, _, _ in room.said) == ["slack", "twitter"]
    assert list(queue(made)) == ["ann@ops.example"]
    assert made.github.wrong == []


def test_what_somebody_else_wrote_on_the_forge_stops_it_there(here) -> None:
    made, _, ref = here
    assert not isinstance(pushing.push(made.desk, ref, made.dana), Refused)
    (ghsa,) = made.github.world.advisories
    made.github.world.write(ghsa, {"description": "Somebody else's words."})
    sync.look(made.desk)
    assert not isinstance(order(made.house, ref), Refused)
    run(made)
    assert states(made.house, ref)[name(made, ref, "github-advisory")] == "refused"
    assert made.github.world.advisories[ghsa]["description"] == "Somebody else's words."
    assert made.github.world.advisories[ghsa]["state"] == "draft"
    assert links.of_case(made.desk, PROJECT, ref).value.conflict  # type: ignore[union-attr]


def name(made: Town, ref: str, kind: str) -> str:
    return next(each for each in states(made.house, ref) if each.partition(":")[0] == kind)


@pytest.mark.parametrize("fault", list(Fault))
def test_while_github_is_away_the_own_site_is_out_and_the_rest_follows(here, fault: Fault) -> None:
    made, room, ref = here
    with made.github.failing(fault):
        assert not isinstance(order(made.house, ref), Refused)
        run(made, hours=2)
        assert states(made.house, ref)["site"] == "readable"
        assert room.said == []
        asked = [each for each in made.github.log if each.path.endswith("/security-advisories")]
        assert len(asked) <= 2 * 60 + 1
    run(made)
    assert len(room.said) == 2
    assert [each["state"] for each in made.github.world.advisories.values()] == ["published"]


def test_a_chat_that_nobody_can_tell_about_is_a_persons_to_look_at(here) -> None:
    made, room, ref = here
    room.fails = Rejected("it was not said, or nobody can tell")
    assert not isinstance(order(made.house, ref), Refused)
    run(made)
    assert states(made.house, ref)[name(made, ref, "slack")] == "refused"
    room.fails = None
    run(made)
    assert [address for address, _, _ in room.said if address.startswith("slack")] == []


def test_a_text_fits_its_place_and_never_loses_its_address(here) -> None:
    made, _, ref = here
    opened = cases.open_case(made.desk, ref, made.dana, "test")
    assert opened
    advisory = msgspec.structs.replace(publishing.plan(made.desk, opened).preview.advisory, title="x" * 900)
    for kind in announce.KINDS:
        words = announce.text(advisory, kind)
        assert words.endswith(advisory.urls.page)
        assert len(words) - len(advisory.urls.page) + 23 <= announce.LONGEST.get(kind, announce.USUAL)


def test_the_address_of_a_channel_is_shown_nowhere(here) -> None:
    made, _, _ = here
    kept = list(credentials.book(made.desk).all(PROJECT))
    assert {each.id for each in kept} >= {"channel-slack", "channel-twitter"}
    assert "secret-token" not in repr(kept)
    assert isinstance(credentials.put(made.desk, PROJECT, "channel-pigeon", Credential(secret="x"), made.dana), Refused)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*imghdr:DeprecationWarning")  # apprise asks for it, and goes without
def test_apprise_speaks_to_the_places_it_is_pointed_at_and_to_no_machine_inside(tmp_path) -> None:
    pytest.importorskip("apprise")
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    from tocsin.adapters.notifiers.by_apprise import AppriseChat

    heard: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    address = f"json://127.0.0.1:{server.server_address[1]}/"
    try:
        AppriseChat(lambda host: True)(address, "Advisory", "Update to 7.4.2")
        assert b"Update to 7.4.2" in heard[0]
        with pytest.raises(Rejected, match="machine inside"):
            AppriseChat(lambda host: False)(address, "Advisory", "Update")
        with pytest.raises(Rejected, match="no address"):
            AppriseChat(lambda host: True)("nonsense", "Advisory", "Update")
    finally:
        server.shutdown()
        server.server_close()
    with pytest.raises(Rejected):
        AppriseChat(lambda host: True)(address, "Advisory", "Update")
    assert len(heard) == 1
