# SPDX-License-Identifier: Apache-2.0
"""Configuration: where values come from, what wins, and what a mistake is told."""

from __future__ import annotations

import pytest

from tocsin.boot import config
from tocsin.boot.config import ConfigError


def test_the_environment_wins_over_the_file(tmp_path):
    (tmp_path / "tocsin.toml").write_text('[server]\nurl = "https://a.example"\n[storage]\ndata = "/srv/a"\n')
    environment = {"TOCSIN_CONFIG": str(tmp_path / "tocsin.toml"), "TOCSIN_URL": "https://b.example"}
    loaded = config.load(environment)
    assert (loaded.server.url, str(loaded.data_dir), loaded.secure) == ("https://b.example", "/srv/a", True)


def test_defaults_need_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    loaded = config.load({})
    assert loaded.server.listen == "127.0.0.1:8080"
    assert loaded.key_dir not in loaded.data_dir.parents
    assert loaded.data_dir not in loaded.key_dir.parents


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[server]\nurll = "x"\n', "urll"),
        ("[server]\nurl = 7\n", "server.url"),
        ("[server\n", "not TOML"),
        ("\xff", "not TOML"),
        ('[server]\nurl = "security.example.org"\n', "server.url is written like"),
        ('[server]\nurl = "https://example.org/security"\n', "without a path"),
        ('[server]\nurl = "https://example.org:99999"\n', "server.url is written like"),
        ('[server]\ndesk_url = "https://dana@desk.example.org"\n', "server.desk_url is written like"),
        ('[server]\ndesk_url = "http://127.0.0.1:8080/"\n', "an address of its own"),
        ('[server]\ndesk_listen = "127.0.0.1:8080"\n', "an address of its own"),
        ('[server]\nlisten = "8080"\n', "server.listen is written like"),
        ('[server]\ndesk_url = "https://desk.example.org"\n', "both https"),
        ('[server]\nurl = "https://a.example"\ndesk_url = "http://b.example"\n', "both https"),
    ],
)
def test_a_mistake_names_the_file_and_the_setting(tmp_path, text, told):
    file = tmp_path / "tocsin.toml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigError, match=r"tocsin\.toml") as raised:
        config.load({"TOCSIN_CONFIG": str(file)})
    assert told in str(raised.value)


def test_a_file_that_is_not_there_says_what_to_do(tmp_path):
    with pytest.raises(ConfigError, match="tocsin init"):
        config.load({"TOCSIN_CONFIG": str(tmp_path / "none.toml")})


def test_hosts_and_origin_are_what_browsers_send():
    server = config.Server(url="https://Security.example.org/", desk_url="https://desk.example.org:443")
    assert server.hosts == ("desk.example.org", "security.example.org")
    assert server.desk_origin == "https://desk.example.org"
    server = config.Server(url="http://[::1]:8080", desk_url="http://[::1]:8081")
    assert (server.hosts, server.desk_origin) == (("[::1]",), "http://[::1]:8081")
