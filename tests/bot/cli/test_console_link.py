"""`standfirst console` as an owner runs it, beside a process that serves it."""

import json
import re
import socket
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.bot.process import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def find_free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


def test_it_prints_an_address_of_this_computer(home: Home):
    done = home.run("console", STANDFIRST_WEB_PORT="8711")
    assert done.returncode == 0, done.stderr
    pattern = r"http://127\.0\.0\.1:8711/console/enter\?key=[\w-]{43}\n"
    assert re.fullmatch(pattern, done.stdout)
    assert "start «standfirst run»" in done.stderr


def test_it_prints_the_public_address_for_a_proxy(home: Home):
    public = {"STANDFIRST_WEB_HOST": "0.0.0.0"}
    public["STANDFIRST_PUBLIC_URL"] = "https://news.example"
    found = json.loads(home.run("console", "--json", **public).stdout)
    assert found["url"].startswith("https://news.example/console/enter?key=")
    assert set(found) == {"url", "expires_at"}


@pytest.mark.parametrize(
    ("settings", "remedy"),
    [
        ({"STANDFIRST_WEB_PORT": "0"}, "STANDFIRST_WEB_PORT"),
        ({"STANDFIRST_WEB_HOST": "0.0.0.0"}, "STANDFIRST_PUBLIC_URL"),
    ],
)
def test_where_the_console_has_no_address_it_says_what_to_set(home, settings, remedy):
    done = home.run("console", **settings)
    assert done.returncode == 3
    assert remedy in done.stderr
    assert not done.stdout


def test_the_address_works_in_a_process_that_runs_already(home: Home):
    port = {"STANDFIRST_WEB_PORT": find_free_port()}
    with home.running("run", **port) as running:
        base = running.until()
        address = home.run("console", **port).stdout.strip()
        assert address.startswith(base)
        opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar())
        )
        page = opener.open(address, timeout=10).read().decode()
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        request = urllib.request.Request(
            f"{base}/console/enter",
            urllib.parse.urlencode(fields).encode(),
            {"sec-fetch-site": "same-origin"},
        )
        shown = opener.open(request, timeout=10).read().decode()
        assert "The first digest" in shown
