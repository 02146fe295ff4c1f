# SPDX-License-Identifier: Apache-2.0
"""Sentences written out once say what Django's own rendering says, byte for byte, in every language."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest
from django.http import QueryDict
from django.template import Context, engines
from django.template.base import FilterExpression, Lexer, Parser, TextNode
from django.test import Client
from django.test.utils import override_settings
from django.utils import translation

from tests.rooms import site
from tocsin.delivery.flat import flatten
from tocsin.delivery.reporter.languages import LANGUAGES
from tocsin.delivery.straight import Straight, straight
from tocsin.testing.house import House

FIELDS = {"title": "A problem in the <decoder>", "reproduce": "Call it & look.", "version": "7.3.1", "kind": "found"}
_RANDOM = re.compile(
    rb'(?:value|content|href|src)="[^"]{20,}"|<li>\w+ </li>|WHPG-[\w-]+|<code.*?</code>|\d\d:\d\d(?::\d\d)?', re.DOTALL
)


def plainly() -> override_settings:
    """The same site with Django's own loader."""
    templates = deepcopy(site.SETTINGS["TEMPLATES"])
    templates[0]["OPTIONS"]["loaders"][0] = (
        "django.template.loaders.cached.Loader",
        templates[0]["OPTIONS"]["loaders"][0][1],
    )
    return override_settings(TEMPLATES=templates)


def pages(visitor: Client, prefix: str) -> list[bytes]:
    """What a finder sees: the form, their mistakes, the check page, the receipt, the room, a page to come back by, a
    wrong phrase."""
    form = f"{prefix}/p/warehousepg/report"
    back = f"{prefix}/p/warehousepg/return"
    receipt = visitor.post(form, {**FIELDS, "do": "send"})
    slip = {"slip": receipt.context["slip"], "want": "room"}
    answers = [
        visitor.get(form),
        visitor.post(form, {"title": "", "do": "check"}),
        visitor.post(form, {**FIELDS, "do": "check"}),
        receipt,
        visitor.get(visitor.post(receipt.context["place"].at.receipt, slip).headers["Location"]),
        visitor.get(back),
        visitor.post(back, {"phrase": "one two three"}),
    ]
    return [_RANDOM.sub(b"", answer.content) for answer in answers]


@pytest.mark.parametrize("language", [code for code, _ in LANGUAGES])
def test_a_page_is_the_same_with_and_without_its_sentences_written_out(
    house: House, visitor: Client, language: str
) -> None:
    prefix = "" if language == "en" else f"/{language}"
    flat = pages(visitor, prefix)
    with plainly():
        plain = pages(visitor, prefix)
    assert flat == plain
    assert all(len(page) > 500 for page in flat)


def test_what_differs_between_readers_stays_and_what_does_not_is_one_text() -> None:
    source = (
        '{% load i18n %}<p>{{ _("Received") }} &amp; {% blocktranslate %}Salt: 100%{% endblocktranslate %} '
        '{% if who %}{{ _("Version") }} {{ who }}{% endif %}{{ "a<b"|upper }}'
        '{% for each in who %}<i>{{ "a<b" }}</i>{{ each }}{% endfor %}</p>'
        "{% blocktranslate with name=who %}Its number is {{ name }}.{% endblocktranslate %}"
    )
    for code, _ in LANGUAGES:
        with translation.override(code):
            made = engines["django"].engine.from_string(source)
            plain = made.render(Context({"who": "<x>"}))
            flatten(made.nodelist)
            assert made.render(Context({"who": "<x>"})) == plain
            assert len([node for node in made.nodelist if type(node) is TextNode]) < 4


class Pair(NamedTuple):
    one: str
    count: int  # hides the method of tuples


@dataclass
class Thing:
    name: str = "<thing>"
    pair: Pair = field(default_factory=lambda: Pair("a", 7))
    told: dict[str, Any] = field(default_factory=lambda: {"name": "in the map", "items": "an entry"})
    sent: QueryDict = field(default_factory=lambda: QueryDict("name=typed&items=2"))
    listed: tuple[str, ...] = ("first", "second")
    language: type[Pair] = Pair

    def called(self) -> str:
        return "called"

    @property
    def missing(self) -> str:
        raise AttributeError("nothing here")


NAMES = (
    "thing", "thing.name", "thing.pair.one", "thing.pair.count", "thing.pair.0", "thing.told.name", "thing.told.items",
    "thing.told.none", "thing.sent.name", "thing.sent.items", "thing.listed.1", "thing.listed.9", "thing.called",
    "thing.language", "thing.language.one", "thing.none", "none", "none.name", "call", "call.name", "number.real",
)  # fmt: skip


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize("quiet", [True, False])
def test_a_name_looked_up_the_short_way_is_what_django_finds(names: str, quiet: bool) -> None:
    told = FilterExpression(names, Parser(Lexer("").tokenize()))
    made = Context({"thing": Thing(), "call": Thing, "number": 3})
    made.template = engines["django"].engine.from_string("")
    short = straight(told)
    assert isinstance(short, Straight)
    assert repr(short.resolve(made, quiet)) == repr(told.resolve(made, quiet))


def test_a_name_that_breaks_breaks_on_the_short_way_too() -> None:
    told = FilterExpression("thing.missing", Parser(Lexer("").tokenize()))
    for way in (told, straight(told)):
        with pytest.raises(AttributeError, match="nothing here"):
            way.resolve(Context({"thing": Thing()}))


@pytest.mark.parametrize("told", ["thing.name|upper", "'a text'", "3", "_('Received')"])
def test_filters_and_fixed_values_are_left_to_django(told: str) -> None:
    made = FilterExpression(told, Parser(Lexer("").tokenize(), builtins=engines["django"].engine.template_builtins))
    assert straight(made) is made


WRITTEN = (
    "{% for each in listed %}{{ forloop.counter }}{{ forloop.revcounter }}{{ forloop.first }}{{ each }}{% endfor %}",
    "{% for each in listed %}{{ forloop.counter0 }}{{ forloop.revcounter0 }}{{ forloop.last }}{{ each }}{% endfor %}",
    "{% for each in listed %}{{ forloop.none }}{{ forloop.parentloop.counter }}{{ each }}{% empty %}no{% endfor %}",
    "{% for a in listed %}{% for b in a %}{{ forloop.parentloop.counter }}{{ b }}{% endfor %}{% endfor %}",
    "{% for each in listed %}{% ifchanged each.0 %}{{ each }}{% endifchanged %}{% cycle 'x' 'y' %}{% endfor %}",
    "{% for each in nothing %}x{% empty %}none of {{ number }}{% endfor %}{% for each in missing %}x{% endfor %}",
    "{% for a, b in pairs %}{{ a }}{{ b }}{% endfor %}{% for each in listed reversed %}{{ each }}{% endfor %}",
    "{% if missing %}a{% elif number > 2 and not nothing %}b{% else %}c{% endif %}{% if no.name == 3 %}d{% endif %}",
    "{% for each in turns %}{{ each }}{% endfor %}{{ each }}{% if number %}{{ listed.1 }}{% else %}e{% endif %}",
)


@pytest.mark.parametrize("source", WRITTEN)
def test_loops_and_conditions_write_what_django_writes(source: str) -> None:
    def told() -> Context:
        made = {"listed": ["<a>", "ab", "b"], "pairs": [(1, "<"), (2, "b")], "nothing": [], "number": 3}
        return Context({**made, "turns": iter("xyz")})

    made = engines["django"].engine.from_string(source)
    plain = made.render(told())
    flatten(made.nodelist)
    assert made.render(told()) == plain
    assert plain, "the example writes something"


def test_what_breaks_inside_a_condition_is_not_taken_for_a_condition_that_does_not_hold() -> None:
    made = engines["django"].engine.from_string("{% if 1 %}{{ thing.missing }}{% else %}quiet{% endif %}")
    flatten(made.nodelist)
    with pytest.raises(AttributeError, match="nothing here"):
        made.render(Context({"thing": Thing()}))
