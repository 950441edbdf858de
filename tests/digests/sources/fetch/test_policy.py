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


@pytest.mark.parametrize("entry", ["feeds.local", "true", "a:b", "http://x:1", "x:1/y"])
def test_an_entry_without_host_and_port_is_reported(entry: str):
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
