import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.errors import SourceUnreadable
from digests.sources.opml import OpmlDocument, Subscription, parse_opml, write_opml

NAME = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_characters="<&\xa0"),
    min_size=1,
    max_size=20,
).filter(lambda name: name == " ".join(name.split()) and not name.isspace())
SUBSCRIPTION = st.builds(
    Subscription,
    address=st.integers(1, 99).map(lambda i: f"https://a.example/{i}?a=1&b=2"),
    title=NAME,
    site=st.none() | st.just("https://a.example/"),
    folders=st.lists(NAME, max_size=3).map(tuple),
)


def outlines(inside: str) -> OpmlDocument:
    return parse_opml(f'<opml version="2.0"><body>{inside}</body></opml>'.encode())


@given(st.lists(SUBSCRIPTION, max_size=12, unique_by=lambda one: one.address))
def test_what_is_written_is_read_again_with_its_folders(several):
    again = parse_opml(write_opml(several))
    assert sorted(again.subscriptions, key=str) == sorted(several, key=str)
    assert again.left_out == 0


def test_folders_attributes_in_any_case_and_titles_are_read():
    found = outlines(
        '<outline text="Tech"><outline TITLE="A &amp; B" text="x" '
        'xmlURL="https://a.example/f" htmlurl="https://a.example/"/></outline>'
    )
    assert found.subscriptions == (
        Subscription(
            address="https://a.example/f",
            title="A & B",
            site="https://a.example/",
            folders=("Tech",),
        ),
    )


def test_an_address_twice_is_one_subscription():
    one = '<outline text="a" xmlUrl="https://a.example/f"/>'
    assert len(outlines(one + one).subscriptions) == 1


@pytest.mark.parametrize("address", ["javascript:x", "file:///etc/passwd", "x"])
def test_what_is_no_web_address_is_left_out_and_counted(address: str):
    found = outlines(f'<outline text="a" xmlUrl="{address}"/>')
    assert (found.subscriptions, found.left_out) == ((), 1)


def test_a_thousand_are_read_and_the_rest_is_counted():
    many = "".join(f'<outline xmlUrl="https://a.example/{i}"/>' for i in range(1_200))
    found = outlines(many)
    assert (len(found.subscriptions), found.left_out) == (1_000, 200)


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"<rss/>", b"<html>", b"\0" * 50,
     b"<opml><body/></opml>" + b" " * (5 << 20),
     b'<!DOCTYPE o [<!ENTITY x "y">]><opml><body/></opml>'],
)  # fmt: skip
def test_what_is_no_list_is_an_error_in_words(body: bytes):
    with pytest.raises(SourceUnreadable):
        parse_opml(body)


def test_a_list_nested_beyond_reason_does_no_harm():
    parse_opml(b"<opml><body>" + b'<outline text="x">' * 50_000)


def test_a_name_that_xml_cannot_hold_is_written_without_it():
    odd = Subscription(address="https://a.example/f", title="A\x00\x1b\ufffe\ud800B")
    assert parse_opml(write_opml([odd])).subscriptions[0].title == "AB"
