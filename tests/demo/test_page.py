# SPDX-License-Identifier: Apache-2.0
"""The demo's browser sends what a browser would send, so that what it can do a person can do."""

from __future__ import annotations

import pytest

from tocsin.boot.demo.page import Page, Reader, Unexpected

HTML = """
<p class="lead">Two <b>words</b></p><p class="lead">again</p>
<form action="/look"><input name="query" value="x"></form>
<form method="post" action="/do/save?next=1">
<input type="hidden" name="token" value="t">
<textarea name="text">
first line</textarea>
<select name="kind"><option value="a">A<option value="b" selected>B<option value="c">C</select>
<select name="first"><option value="one">1</option><option value="two">2</option></select>
<input type="checkbox" name="on" checked><input type="checkbox" name="off" value="yes">
<input type="radio" name="pick" value="1"><input type="radio" name="pick" value="2" checked>
<input type="file" name="files"><button name="do" value="save">Save</button>
</form>
<form method="post" action="/do/save"><input name="other"></form>
"""


@pytest.fixture
def page() -> Page:
    url = "http://127.0.0.1:1/c/1"
    reader = Reader(url)
    reader.feed(HTML)
    return Page(url, 200, HTML, {}, " ".join(reader.words), reader.forms, reader.places)


def test_a_form_is_sent_as_it_stands(page: Page) -> None:
    assert page.form("/do/save").fields == {
        "token": ["t"],
        "text": ["first line"],
        "kind": ["b"],
        "first": ["one"],
        "on": ["on"],
        "pick": ["2"],
    }


def test_boxes_files_and_buttons_can_be_used_though_nothing_of_them_is_sent_by_itself(page: Page) -> None:
    form = page.form("/do/save")
    assert {"off", "files", "do"} <= form.names
    assert form.boxes == {"on": ["on"], "off": ["yes"], "pick": ["1", "2"]}


def test_of_two_forms_to_one_address_the_one_with_the_fields_is_meant(page: Page) -> None:
    assert page.form("/do/save", ("other",)).names == {"other"}


def test_what_a_page_does_not_offer_cannot_be_sent(page: Page) -> None:
    with pytest.raises(Unexpected, match="has no form /do/publish; it has /look"):
        page.form("/do/publish")
    with pytest.raises(Unexpected, match="no field secret; it has"):
        page.form("/do/save", ("secret",))


def test_a_marked_place_is_read_in_words(page: Page) -> None:
    assert page.place("lead") == "Two words"
    with pytest.raises(Unexpected, match="shows no refusal"):
        page.place("refusal")
