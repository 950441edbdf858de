"""Links: one rule for what becomes one, and how it is written."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.extraction import validate_web_address
from digests.language.links import MAX_URL, make_link
from digests.templates.formatting import sanitize_address

#: Addresses that programs read differently, or that lead nowhere.
NO_LINKS = (
    "https://bank.example%40evil.example/",
    "https://bank.example%2fevil.example/",
    "https://bank.example%2Fevil.example/",
    "https://bank.example%2eevil.example/",
    "https://bank.example%00.evil.example/",
    "https://bank.example%E2%80%AEevil.example/",
    "https://bank.example@evil.example/",
    "https://bank.example:443@evil.example/",
    "https://bank.example\uff20evil.example/",
    "https://bank.example\ufe6bevil.example/",
    "https://bank.example\uff0fevil.example/",
    "https://bank.example\\evil.example/",
    "https://bank.example|evil.example/",
    "https://bank.example;evil.example/",
    "https://bank.example&evil.example/",
    "https://evil,example/",
    "https://evil.example_/",
    "https://-evil.example/",
    "https://evil..example/",
    "https://.evil.example/",
    f"https://{'a.' * 130}example/",
    f"https://{'a' * 64}.example/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://127.1/",
    "https://evil.example.0x7f/",
    "https://1.2.3.256/",
    "https://[::1",
    "https://[fe80::1%25eth0]/",
    "https://[1.2.3.4]/",
    "https://evil.example:99999/",
    "https://evil.example:abc/",
    "https://user:word@evil.example/",
    "https://evil.example/ x",
    "https://evil.example/\tx",
    "https://evil.example/\x00",
    "javascript:alert(1)",
    "data:text/html,x",
    "ftp://files.example/",
    "//evil.example/",
    "https:evil.example",
    "https:///evil.example/",
    "http://",
    "https://evil.example/" + "x" * MAX_URL,
    "",
    None,
)
#: As written, and as a link with its host.
LINKS = {
    "https://a.example": ("https://a.example", "a.example"),
    "https://a.example/@b/c:d?e=f&g#h": (
        "https://a.example/@b/c:d?e=f&g#h",
        "a.example",
    ),
    "HTTPS://A.Example/B": ("https://a.example/B", "a.example"),
    "https://a.example./b": ("https://a.example/b", "a.example"),
    "https://a.example:8443/b": ("https://a.example:8443/b", "a.example:8443"),
    "https://a_b.example/": ("https://a_b.example/", "a_b.example"),
    "http://wiki/a": ("http://wiki/a", "wiki"),
    "http://192.0.2.7/a": ("http://192.0.2.7/a", "192.0.2.7"),
    "http://[2001:DB8::7]:80/a": ("http://[2001:db8::7]:80/a", "[2001:db8::7]:80"),
    "https://b\u0430nk.example/": (
        "https://xn--bnk-6cd.example/",
        "xn--bnk-6cd.example",
    ),
    "https://stra\u00dfe.example/": (
        "https://xn--strae-oqa.example/",
        "xn--strae-oqa.example",
    ),
    "https://bank.example\u2044evil.example/": (
        "https://bank.xn--exampleevil-lx3f.example/",
        "bank.xn--exampleevil-lx3f.example",
    ),
    "https://a.example/\u00fc)>|\"'<b>": (
        "https://a.example/%C3%BC%29%3E%7C%22%27%3Cb%3E",
        "a.example",
    ),
    "https://a.example/\u202egnp.exe": (
        "https://a.example/%E2%80%AEgnp.exe",
        "a.example",
    ),
    "https://a.example/%C3%BC?q=%zz": ("https://a.example/%C3%BC?q=%zz", "a.example"),
}


@pytest.mark.parametrize("address", NO_LINKS)
def test_an_address_that_programs_read_differently_is_no_link(address):
    assert make_link(address) is None


@pytest.mark.parametrize("address", LINKS)
def test_a_link_is_written_in_ascii_with_the_host_that_it_leads_to(address):
    found = make_link(address)
    assert found is not None
    assert (found.href, found.host) == LINKS[address]


@pytest.mark.parametrize("address", [*NO_LINKS, *LINKS])
def test_sources_and_documents_have_the_same_rule(address):
    found = make_link(address)
    assert (validate_web_address(address) is None) == (found is None)
    assert sanitize_address(address) == (found.href if found else None)


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_link_leads_to_the_host_that_it_shows(host, rest):
    found = make_link(f"https://{host}/{rest}")
    if found is not None:
        parts = urlsplit(found.href)
        assert parts.netloc == found.host
        assert found.href.isascii()
        assert not set(found.href) & set(" <>\"'()|\\")
        assert make_link(found.href) == found
