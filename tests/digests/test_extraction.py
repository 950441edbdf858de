import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.extraction import extract_article, validate_web_address

PARAGRAPHS = (
    "The council of Brannock voted on Tuesday to turn the old tannery site into a "
    "flood meadow, after a debate of four hours.",
    "Mayor Edda Holm said the meadow would hold back two hundred thousand cubic metres "
    "of water when the Ost rises again.",
    "Work is to begin in April, and the first willows are to be planted before the "
    "summer holidays.",
)
MENU = "".join(f"<li><a href='/{i}'>Section {i}</a></li>" for i in range(30))


def a_page(head: str = "", body: str = "") -> str:
    story = body or "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
    return (
        f"<!DOCTYPE html><html lang='en-GB'><head>{head}</head><body>"
        f"<nav><ul>{MENU}</ul></nav><article><h1>Council votes for meadow</h1>{story}"
        "</article><footer>All rights reserved by the Brannock Gazette</footer>"
        "</body></html>"
    )


def ld(json: str) -> str:
    return f'<script type="application/ld+json">{json}</script>'


def test_the_article_comes_out_without_menu_and_footer():
    text = extract_article(a_page()).text
    for paragraph in PARAGRAPHS:
        assert paragraph in text
    assert "Section 7" not in text
    assert "All rights reserved" not in text


def test_a_page_of_few_words_gives_its_paragraph():
    short = "A short notice of more than sixty characters stands alone on its page."
    assert extract_article(f"<html><body><p>{short}</p></body></html>").text == short


TOLD = "\n".join(PARAGRAPHS)


def paragraphs(*more: str) -> str:
    first, *others = PARAGRAPHS
    return "".join(f"<p>{p}</p>" for p in (first, *more, *others))


def test_the_title_is_not_repeated_at_the_beginning():
    # Here the first heading differs from the title in the page's metadata.
    assert extract_article(a_page()).text == TOLD
    head = "<meta property='og:title' content='A meadow for Brannock'>"
    assert extract_article(a_page(head)).text == TOLD


def test_a_text_that_is_only_its_title_stays():
    short = "The council of Brannock votes for a meadow where the tannery stood once."
    page = (
        f"<html><head><title>{short}</title></head><body><p>{short}</p></body></html>"
    )
    assert extract_article(page).text == short


@pytest.mark.parametrize(
    "signpost",
    [
        "<a href='/1'>HOLM: THE WATER WILL COME BACK SOONER THAN WE THINK</a>",
        "Related: <a href='/1'>Seven rivers that were given back their meadows</a>",
    ],
)
def test_a_line_that_only_leads_to_another_article_is_left_out(signpost: str):
    assert extract_article(a_page(body=paragraphs(signpost))).text == TOLD


def test_a_sentence_with_a_link_in_it_stays():
    reported = (
        "The <a href='/1'>vote of the council on Tuesday</a> was the third in a year."
    )
    found = extract_article(a_page(body=paragraphs(reported))).text
    assert "The vote of the council on Tuesday was the third in a year." in found


def test_an_article_in_a_layout_table_has_paragraphs():
    reported = [f"In hour {hour}: {p}" for hour in range(4) for p in PARAGRAPHS]
    story = "".join(f"<p>{p}</p>" for p in reported)
    page = (
        "<html><body><table><tr><td><a href='/'>Home</a></td><td>"
        f"<h1>Council votes for meadow</h1>{story}</td></tr></table></body></html>"
    )
    assert extract_article(page).text == "\n".join(reported)


def test_a_table_of_figures_stays_a_table():
    table = "<table><tr><td>2024</td><td>91 cm</td></tr></table>"
    found = extract_article(a_page(body=f"{paragraphs()}{table}")).text
    assert "| 2024 | 91 cm |" in found


BODY = '{"@type": "NewsArticle", "headline": "Meadow", "articleBody": "%s"}'


def test_a_page_built_by_scripts_is_read_from_its_json_ld():
    lines = [f"In hour {hour}: {p}" for hour in range(3) for p in PARAGRAPHS]
    about_its_author = "<p>" + "Ida Roe has written about the river for years. " * 6
    page = a_page(ld(BODY % "\\n".join(lines)), about_its_author)
    assert extract_article(page).text == "\n".join(lines)


def test_visible_text_overrides_json_ld():
    page = a_page(ld(BODY % ("The council voted. " * 20)))
    assert extract_article(page).text == TOLD


def test_json_ld_gives_title_author_date_and_outlet():
    page = a_page(
        ld(
            '{"@graph": [{"@type": "WebSite", "name": "x"}, {"@type": ["NewsArticle"],'
            '"headline": "Meadow &amp; willows", "author": [{"name": "Edda Lund"},'
            '{"name": "Jo Brandt"}], "datePublished": "2026-01-06T22:10:00+01:00",'
            '"publisher": {"name": "Brannock Gazette"}, "inLanguage": "en"}]}'
        )
    )
    found = extract_article(page)
    assert found.title == "Meadow &amp; willows"
    assert found.author == "Edda Lund, Jo Brandt"
    assert found.published == datetime(2026, 1, 6, 21, 10, tzinfo=UTC)
    assert found.source == "Brannock Gazette"
    assert found.lang == "en"


def test_a_german_page_that_declares_english_is_german():
    page = (
        "<html lang='en-US'><body><article><p>Der Stadtrat hat am Dienstag beschlossen,"
        " die Brücke für sechs Monate zu sperren, weil sie nicht mehr sicher ist.</p>"
        "</article></body></html>"
    )
    assert extract_article(page).lang == "de"


def test_open_graph_fills_what_json_ld_leaves_open():
    page = a_page(
        ld('{"@type": "NewsArticle", "headline": "From JSON"}')
        + '<meta property="og:title" content="From OpenGraph">'
        + '<meta property="article:published_time" content="2026-01-06T08:00:00Z">'
        + '<meta property="og:site_name" content="Brannock Gazette">'
    )
    found = extract_article(page)
    assert found.title == "From JSON"
    assert found.published == datetime(2026, 1, 6, 8, tzinfo=UTC)
    assert found.source == "Brannock Gazette"


def test_plain_html_gives_the_rest():
    page = a_page("<link rel=canonical href='/a/meadow'>")
    found = extract_article(page, url="https://gazette.example/a/meadow?utm_source=x")
    assert found.title == "Council votes for meadow"
    assert found.url == "https://gazette.example/a/meadow"
    assert found.lang == "en-GB"


def test_an_author_that_is_an_address_is_none():
    page = a_page(
        ld('{"@type": "Article", "author": {"name": "https://x.example/me"}}')
    )
    assert extract_article(page).author is None


@pytest.mark.parametrize(
    "broken", ["{", "[1, 2", '{"@type": "NewsArticle"', "null", "[" * 50_000]
)
def test_broken_json_ld_is_passed_over(broken):
    assert PARAGRAPHS[0] in extract_article(a_page(ld(broken))).text


def test_a_canonical_address_with_a_password_is_not_taken():
    page = a_page("<link rel=canonical href='https://me:secret@gazette.example/'>")
    assert extract_article(page).url is None


@pytest.mark.parametrize("html", ["", " ", "\0", "<", "<!--", "]]>", "\ud800", "{}"])
def test_odd_strings_are_answered(html):
    assert extract_article(html).title is None


@given(st.text(alphabet=st.sampled_from("<>/=\"'&;!-[]{}ap di\n\0é"), max_size=200))
def test_no_string_is_refused(html):
    assert isinstance(extract_article(html).text, str)


@pytest.mark.parametrize(
    "attack", ["<div>" * 100_000, '<div a="<">' * 100_000, "<p>x" * 200_000]
)
def test_a_page_made_to_be_slow_is_not(attack):
    before = time.process_time()
    extract_article(attack)
    assert time.process_time() - before < 4


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "ftp://x.example/",
        "https://user@x.example/",
        "https://user:pw@x.example/",
        "https://",
        "https://x.example:99999/",
        "https://[::1/",
        "https://x.example/a b",
        "//x.example/",
        "",
        None,
    ],
)
def test_what_is_no_plain_web_address_gives_none(address):
    assert validate_web_address(address) is None
