import pytest

from digests.errors import FetchRefused, UsageError
from digests.sources.fetch import FetchPolicy, parse_policy
from digests.sources.fetch.policy import parse_address


def test_without_a_setting_nothing_private_may_be_dialled():
    assert parse_policy("") == FetchPolicy()


def test_the_setting_1_allows_everything():
    assert parse_policy(" 1 ").everything


def test_places_are_compared_without_regard_to_case():
    assert parse_policy("Feeds.Local:8080, [::1]:9000").private == {
        "feeds.local:8080",
        "[::1]:9000",
    }


@pytest.mark.parametrize(
    ("entry", "allowed"),
    [
        ("feeds.local", {"feeds.local:80", "feeds.local:443"}),
        ("10.0.0.7", {"10.0.0.7:80", "10.0.0.7:443"}),
        ("localhost", {"localhost:80", "localhost:443"}),
        ("[fd00::7]", {"[fd00::7]:80", "[fd00::7]:443"}),
        ("fd00::7", {"[fd00::7]:80", "[fd00::7]:443"}),
        ("wiki:80", {"wiki:80"}),
    ],
)
def test_a_host_without_a_port_stands_for_80_and_443(entry: str, allowed: set[str]):
    assert parse_policy(entry).private == allowed


@pytest.mark.parametrize(
    "entry",
    ["true", "yes", "0", "*", "10.0.0.0/8", "a:b", "a.b:99999", "ada@a.b", "a.b?c",
     "http://x:1", "x:1/y", ".", "a b.c"],
)  # fmt: skip
def test_an_entry_that_is_no_host_is_reported(entry: str):
    with pytest.raises(UsageError, match="host:port"):
        parse_policy(entry)


@pytest.mark.parametrize("port", [22, 25, 6379, 8080])
def test_other_ports_than_80_and_443_are_refused(port: int):
    with pytest.raises(FetchRefused):
        parse_address(f"http://news.example:{port}/", FetchPolicy())


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "gopher://x/", "ftp://x/", "data:text/plain,x", "news",
     "//x/", "http://", "http://[::1", "http://a b/", "javascript:alert(1)", ""],
)  # fmt: skip
def test_an_invalid_web_address_is_rejected(address: str):
    with pytest.raises(FetchRefused):
        parse_address(address, FetchPolicy(everything=True))


def test_an_error_has_no_name_and_password():
    with pytest.raises(FetchRefused) as caught:
        parse_address("http://ada:sesame@news.example:22/", FetchPolicy())
    assert "sesame" not in str(caught.value)
    assert "ada" not in str(caught.value)
