# SPDX-License-Identifier: Apache-2.0
"""Builds the bundle of ports that desk, command line and worker are given. Which adapter stands behind which port is
said here and in `wiring_front`, and nowhere else."""

from __future__ import annotations

from functools import partial
from typing import Final
from urllib.parse import urlsplit

from tocsin.adapters.channels.mail.proving import ask_the_domain
from tocsin.adapters.child.pool import Pool
from tocsin.adapters.child.pools import Pools
from tocsin.adapters.db.api import DbApiTokens, DbRepeats
from tocsin.adapters.db.clock import clock
from tocsin.adapters.db.database import DEFAULT
from tocsin.adapters.db.drops import DbDrops
from tocsin.adapters.db.factors import DbFactors
from tocsin.adapters.db.inbox import DbInbox
from tocsin.adapters.db.journal import DbJournal
from tocsin.adapters.db.log import DbLog, DbPeers
from tocsin.adapters.db.machine import DbAlarms, DbCaseKeys, DbFacts
from tocsin.adapters.db.numbers import DbNumbers
from tocsin.adapters.db.outbox import DbOutbox
from tocsin.adapters.db.people import DbPeople
from tocsin.adapters.db.projects import DbProjects
from tocsin.adapters.db.records import DbArrivals, DbRecords
from tocsin.adapters.db.rooms import DbRooms
from tocsin.adapters.db.scope import on_behalf_of
from tocsin.adapters.db.shelf import DbShelf
from tocsin.adapters.db.shelf_writer import DbShelfWriter
from tocsin.adapters.forge import ConfiguredForges
from tocsin.adapters.git.mirror import GitMirrors
from tocsin.adapters.git.sandbox import Bubblewrap
from tocsin.adapters.git.sources import MirrorSources
from tocsin.adapters.notifiers import NOTIFIERS
from tocsin.adapters.notifiers.by_apprise import AppriseChat
from tocsin.adapters.notifiers.mailbox import MailFolder
from tocsin.adapters.openpgp.engine import Engine
from tocsin.adapters.publishers.pdf import pdf
from tocsin.adapters.signals import FileSignals
from tocsin.adapters.vault import (
    Ed25519Signatures,
    load_receipts,
    load_sealer,
    load_tokens,
)
from tocsin.adapters.vault.holder.client import Ask, HeldKeys, HeldNotary, HeldVault, held_signer, team_carrier
from tocsin.adapters.vault.holder.team_client import HeldTeams
from tocsin.adapters.vault.phrase import wordlist
from tocsin.adapters.web import GuardedHttp, WebKnock, fetch
from tocsin.boot import storage
from tocsin.boot.config import Config, ConfigError
from tocsin.boot.doctor import in_production
from tocsin.boot.holder import asking
from tocsin.boot.targets import cnas, targets
from tocsin.boot.wiring_front import RandomMint, front, now, site
from tocsin.core.mail.message import Message
from tocsin.core.mail_out.ids import host_of
from tocsin.services import incident
from tocsin.services.alarms import AlarmedVault, sounder
from tocsin.services.app import Desk, Doors, Front, Guard, Machine, Mailroom, Outside, Press, Watch
from tocsin.services.likes import Likes
from tocsin.services.ports.mail import unchecked
from tocsin.services.post.knock import MailKnock
from tocsin.services.post.room import Post
from tocsin.services.presence import Presence

LIKES: Final = Likes()
"""What this process knows of look-alikes: the worker fills it, the rooms ask it."""


def http(config: Config) -> GuardedHttp:
    """Return what speaks to others: hosts that the settings name, and addresses of the public internet."""
    apis = [*(each.api for each in config.forge.values()), *(each.api for each in config.cna.values())]
    named = {urlsplit(each).netloc for each in apis}
    return GuardedHttp(
        trusted=frozenset({*named, *config.egress.hosts}),
        words=frozenset(wordlist()),
        canaries=config.egress.canaries,
        shut=partial(incident.shut, DbFacts()),
    )


def outside(config: Config, doors: Front, speak: GuardedHttp) -> Outside:
    """Build what the worker deals with the outside world through."""
    return Outside(
        records=DbRecords(),
        arrivals=DbArrivals(),
        front=doors,
        http=speak,
        chat=AppriseChat(speak.reaches),
        forges=ConfiguredForges(config.forge, speak),
    )


LARGEST_MAIL: Final = 64 * 1024 * 1024
"""Bytes that come back from taking a mail apart: what is in it, decoded."""

PARSE: Final = Pool("mail", Message, LARGEST_MAIL)
"""Where this process has mails taken apart; nothing is started before the first."""


def mailroom(config: Config, ask: Ask, doors: Front) -> Mailroom:
    """Build what mail that comes in is dealt with by."""
    told = config.inbound
    return Mailroom(
        front=doors,
        parse=PARSE,
        keys=HeldTeams(team_carrier(ask)),
        check=ask_the_domain if told.ask_dns else unchecked,
        trusted=told.trusted,
        lists=told.lists,
        more=tuple(told.addresses.items()),
    )


def post(config: Config, ask: Ask, speak: GuardedHttp) -> Post:
    """Build what mail that goes out is dealt with by. Raises ConfigError where the password cannot be read."""
    host = host_of(config.server.url)
    try:
        sends = config.mail.way_out(host)
    except OSError as error:
        raise ConfigError(f"mail.password_file cannot be read: {error.strerror}") from None
    return Post(
        sends=sends,
        teams=HeldTeams(team_carrier(ask)),
        reads=Engine(Pools()),
        http=speak,
        kept=sends.all if isinstance(sends, MailFolder) else None,
        sender=config.mail.sender,
        host=host,
    )


def desk(config: Config) -> Desk:
    """Build what desk, command line and worker hold."""
    ask, place, doors, speak = asking(config), site(config), front(config), http(config)
    alarms = DbAlarms()
    vault = AlarmedVault(HeldVault(load_sealer(config.data_dir), ask), sounder(alarms, now))
    log_notary, witness = HeldNotary(ask, "log"), HeldNotary(ask, "witness")
    letters = post(config, ask, speak)
    return Desk(
        site=place,
        now=now,
        mint=RandomMint(),
        sealer=vault,
        vault=vault,
        receipts=load_receipts(config.data_dir),
        tokens=load_tokens(config.data_dir),
        blobs=storage.blobs(config, vault.instance),
        journal=DbJournal(),
        inbox=DbInbox(),
        rooms=DbRooms(),
        drops=DbDrops(),
        outbox=DbOutbox(),
        numbers=DbNumbers(),
        people=DbPeople(RandomMint()),
        projects=DbProjects(),
        shelf=DbShelf(),
        shelf_writer=DbShelfWriter(),
        notifiers=tuple(NOTIFIERS.values()),
        log=DbLog(),
        log_notary=log_notary,
        signatures=Ed25519Signatures(),
        watch=Watch(notary=witness, peers=DbPeers(), fetch=fetch),
        machine=Machine(case_keys=DbCaseKeys(), keys=HeldKeys(ask), alarms=alarms, facts=DbFacts()),
        api_tokens=DbApiTokens(),
        repeats=DbRepeats(),
        outside=outside(config, doors, speak),
        likes=LIKES,
        presence=Presence(shared=not DEFAULT.is_sqlite),  # one file has one desk process
        sources=MirrorSources(config.data_dir / "git"),
        guard=Guard(words=frozenset(wordlist()), canaries=config.egress.canaries),
        doors=Doors(trial=config.accounts.trial, production=in_production(config)),
        factors=DbFactors(),
        press=Press(tree=storage.tree(config), signer=held_signer(ask), typesetter=pdf),
        mirrors=GitMirrors(config.data_dir / "git", config.repository),
        sandbox=Bubblewrap(),
        post=letters,
        mail=mailroom(config, ask, doors),
        targets=targets(config, speak),
        cnas=cnas(config, speak),
        wall=on_behalf_of,
        shared_clock=clock,
        signals=FileSignals(config.data_dir / "signals"),
        knocks=(WebKnock(place.public_url), MailKnock(letters, DbProjects(), now, RandomMint().id)),
    )
