"""The sample articles are well formed, varied, and true to their original.

The parser here is deliberately tiny and independent of the product's own: it only
checks the files.
"""

import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from digests.cards.drawing import read_png_size
from tests import draw_demo_pictures

FOLDER = Path(__file__).resolve().parent.parent / "seeds" / "articles"
ALLOWED_KEYS = {"title", "source", "published", "author", "lang", "sample", "revises"}
REQUIRED_KEYS = {"source", "published", "lang", "sample"}
UNTITLED = "summit-beijing-meridian-wire"

# Every quotation in the article that the summit files retell, and its
# speaker.
SUMMIT_QUOTATIONS = {
    "correct strategic choices": "Xi",
    "the world is undergoing greater transformation and turbulence": "Xi",
    "Both countries, with broad common interests, should stand firmly on the right "
    "side of history": "Xi",
    "Over 80 years ago, China and the Republic of Korea made great sacrifices in "
    "resisting Japanese militarism and achieved victory. Today, it is all the more "
    "important for the two sides to join hands to defend the victorious outcomes of "
    "World War II, and safeguard peace and stability of Northeast Asia": "Xi",
    "a new chapter in the development of Korea-China relations": "Lee",
    "changing times": "Lee",
    "the two countries should make joint contributions to promote peace, which is the "
    "foundation for prosperity and growth": "Lee",
    "shouldn't mean that South Korea-China relations should move toward "
    "confrontation": "Lee",
    "minimize or eliminate past misunderstandings or contradictions and elevate and "
    "develop South Korea-China relations to a new stage": "Lee",
    "constructive role": "Wi",
}
ROLES = {
    "Xi Jinping": "Chinese President",
    "Lee Jae Myung": "South Korean President",
    "Wi Sung-lac": "South Korea's national security adviser",
}
SAID = re.compile(
    r"\b(Xi|Lee) (?:also )?(?:said|added|urged|called|replied|responded|told)"
)
CORRECTION = re.compile(
    r"Correction: an earlier version of this article gave .+ as (.+)\. It is (.+)\."
)

# A single mark may also be an apostrophe, so a passage in single quotes opens after a
# space and ends with its own punctuation, before the next space.
STYLES = {
    "curly double": re.compile(r"“([^“”]+)”"),
    "straight double": re.compile(r'"([^"]+)"'),
    "german": re.compile(r"„([^„“]+)“"),
    "straight single": re.compile(r"(?<!\S)'(.+?[,.?!])'(?!\S)"),
    "curly single": re.compile(r"(?<!\S)‘([^‘]+?[,.?!])’(?!\S)"),
}


class Article(NamedTuple):
    """One file, parsed."""

    stem: str
    meta: dict[str, str]
    paragraphs: list[str]

    @property
    def body(self) -> str:
        return "\n\n".join(self.paragraphs)


def parse(path: Path) -> Article:
    text = path.read_bytes().decode("utf-8")
    match = re.fullmatch(r"---\n(.*?)\n---\n(.*)", text, re.DOTALL)
    assert match, f"{path.name}: no front matter"
    pairs = [line.split(": ", 1) for line in match[1].split("\n")]
    meta = {key: value.strip() for key, value in pairs}
    assert len(meta) == len(pairs), f"{path.name}: a key is given twice"
    return Article(path.stem, meta, match[2].strip("\n").split("\n\n"))


@cache
def articles() -> dict[str, Article]:
    return {path.stem: parse(path) for path in sorted(FOLDER.glob("*.txt"))}


def fictional() -> list[Article]:
    return [a for a in articles().values() if a.meta["sample"] == "fictional"]


def summit() -> list[Article]:
    return [a for a in articles().values() if a.meta["sample"] == "retold"]


def published(article: Article) -> datetime:
    return datetime.fromisoformat(article.meta["published"])


@cache
def shingles(stem: str, size: int = 5) -> frozenset[tuple[str, ...]]:
    words = re.findall(r"\w+", articles()[stem].body.casefold())
    starts = range(len(words) - size + 1)
    return frozenset(tuple(words[i : i + size]) for i in starts)


def similarity(one: Article, other: Article) -> float:
    """Jaccard similarity of the two texts' runs of five words."""
    a, b = shingles(one.stem), shingles(other.stem)
    return len(a & b) / len(a | b)


def summit_passages(article: Article) -> list[tuple[str, str]]:
    """Each passage between quotation marks, with the paragraph it stands in."""
    # The untitled file marks quotations with the straight mark and apostrophes with
    # the curly one, so the two cannot be mistaken for each other.
    single = article.stem == UNTITLED
    pattern = re.compile(r"'([^']+)'" if single else r'[“"]([^“”"]+)[”"]')
    return [
        (match[1], paragraph)
        for paragraph in article.paragraphs
        for match in pattern.finditer(paragraph)
    ]


def bare(passage: str) -> str:
    """The words without last mark and apostrophe shape, which vary by outlet."""
    return passage.rstrip(",.").replace("’", "'")


# --- form ---------------------------------------------------------------------------


def test_there_are_enough_articles_from_enough_outlets():
    assert len(articles()) >= 16
    assert len({a.meta["source"] for a in articles().values()}) >= 8


def test_front_matter_has_the_required_keys_and_no_others():
    for article in articles().values():
        assert set(article.meta) >= REQUIRED_KEYS, article.stem
        assert set(article.meta) <= ALLOWED_KEYS, article.stem
        assert all(article.meta.values()), f"{article.stem}: an empty value"


def test_languages_and_kinds_of_sample_are_known():
    for article in articles().values():
        assert article.meta["lang"] in {"en", "de"}, article.stem
        assert article.meta["sample"] in {"fictional", "retold"}, article.stem


def test_publication_times_carry_an_offset_and_fall_in_the_sample_week():
    first = datetime(2026, 1, 5, 6, tzinfo=UTC)
    last = datetime(2026, 1, 8, 18, tzinfo=UTC)
    for article in articles().values():
        when = published(article)
        assert when.utcoffset() is not None, article.stem
        assert first <= when <= last, article.stem


def test_file_names_are_lower_case_and_end_with_the_outlet():
    for article in articles().values():
        outlet = article.meta["source"].casefold().replace("ü", "ue").replace(" ", "-")
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", article.stem)
        assert article.stem.endswith(outlet), article.stem


def test_bodies_are_clean_paragraphs_without_addresses():
    for article in articles().values():
        assert len(article.paragraphs) >= 6, article.stem
        for paragraph in article.paragraphs:
            assert paragraph, article.stem
            assert paragraph == paragraph.strip(), article.stem
            assert not re.search(r"https?:|www\.|\ufffd|  |\n", paragraph), paragraph


def test_only_one_article_has_no_title():
    assert [a.stem for a in articles().values() if "title" not in a.meta] == [UNTITLED]


def test_a_revision_corrects_an_earlier_article_with_a_note():
    revisions = [a for a in articles().values() if "revises" in a.meta]
    assert revisions
    for revision in revisions:
        earlier = articles()[revision.meta["revises"]]
        assert earlier.meta["source"] == revision.meta["source"]
        assert published(earlier) < published(revision)
        *text, note = revision.paragraphs
        corrects = CORRECTION.fullmatch(note)
        assert corrects is not None
        wrong, right = corrects.groups()
        assert wrong in earlier.body
        assert right not in earlier.body
        assert right in "\n".join(text)
        assert wrong not in "\n".join(text)


def test_double_quotation_marks_are_balanced():
    for article in articles().values():
        if article.meta["lang"] == "de":
            assert article.body.count("„") == article.body.count("“"), article.stem
            assert not re.search("[”\"'‘]", article.body), article.stem
            continue
        assert "„" not in article.body, article.stem
        for paragraph, after in zip(
            article.paragraphs, [*article.paragraphs[1:], ""], strict=True
        ):
            # A quotation that continues is opened again by the next paragraph.
            still_open = paragraph.count("“") - paragraph.count("”")
            assert still_open in {0, int(after.startswith("“"))}, paragraph
            assert paragraph.count('"') % 2 == 0, paragraph


def test_single_quotation_marks_are_balanced():
    for article in articles().values():
        for paragraph in article.paragraphs:
            opened = len(re.findall(r"(?<!\S)['‘]\w|(?<=“)‘", paragraph))
            closed = len(re.findall(r"[,.?!]['’](?!\w)", paragraph))
            if article.stem == UNTITLED:  # some of its quotations end in mid-sentence
                closed = paragraph.count("'") - opened
            assert opened == closed, (article.stem, paragraph)


def test_each_file_keeps_to_one_style_of_marks():
    for article in articles().values():
        straight = set("\"'") & set(article.body)
        curly = set("“”‘’") & set(article.body)
        assert not (straight and curly) or article.stem == UNTITLED, article.stem


# --- the kinds of article the product has to cope with ------------------------------


def test_three_outlets_report_one_event_and_dispute_one_figure():
    reported = [a for a in fictional() if a.stem.startswith("harbour-bridge-closes-")]
    vehicles = [n for a in reported for n in re.findall(r"(\d\d,000) vehicles", a.body)]
    assert len({a.meta["source"] for a in reported}) == 3
    assert all(similarity(a, b) < 0.3 for a in reported for b in reported if a is not b)
    assert all("Tomas Ekdahl" in a.body for a in reported)
    assert sorted(vehicles) == ["31,000", "31,000", "36,000"]


def test_the_follow_up_comes_a_day_later():
    first = articles()["harbour-bridge-closes-hallin-courier"]
    later = articles()["harbour-bridge-repair-hallin-courier"]
    assert (published(later).date() - published(first).date()).days == 1
    assert similarity(first, later) < 0.1


def test_one_article_is_another_outlets_wire_copy():
    pairs = [
        (a.stem, b.stem)
        for a in fictional()
        for b in fictional()
        if a.stem < b.stem
        and a.meta["source"] != b.meta["source"]
        and similarity(a, b) >= 0.9
    ]
    assert pairs == [
        ("seagrass-carbon-meridian-wire", "seagrass-carbon-northmark-morning")
    ]


def test_one_article_is_in_german_with_german_marks():
    (german,) = [a for a in articles().values() if a.meta["lang"] == "de"]
    assert len(STYLES["german"].findall(german.body)) >= 4


def test_one_article_is_a_long_feature():
    long = [a.stem for a in articles().values() if len(a.body.split()) >= 1200]
    assert long == ["island-grid-longshore-review"]


def test_one_article_has_no_quotation_mark():
    marks = set("\"'“”„‘’«»")
    silent = [a.stem for a in articles().values() if not marks & set(a.body)]
    assert silent == ["earthquake-vardel-meridian-wire"]


def test_one_article_has_straight_single_quotes_beside_every_kind_of_apostrophe():
    body = articles()["milk-price-protest-torvale-herald"].body
    contraction, possessive, plural = r"\w'(?:t|ve|re|d)\b", r"\w's\b", r"s' \w"
    assert len(STYLES["straight single"].findall(body)) == 8
    for where in (body, "\n".join(STYLES["straight single"].findall(body))):
        assert re.search(contraction, where)
        assert re.search(possessive, where)
        assert re.search(plural, where)


def test_one_article_has_a_quotation_of_several_paragraphs():
    paragraphs = articles()["trawler-rescue-strand-radio-news"].paragraphs
    left_open = [p for p in paragraphs if p.startswith("“") and "”" not in p]
    last = paragraphs[paragraphs.index(left_open[-1]) + 1]
    assert len(left_open) == 2
    assert re.fullmatch("“[^“”]+”", last)


def test_one_article_is_heavy_with_figures():
    body = articles()["ostrel-results-quayside-ledger"].body
    assert "percentage points" in body
    assert len(re.findall(r"€[\d.]+", body)) >= 10
    assert len(re.findall(r"[\d.]+%", body)) >= 8


def test_quotations_have_the_length_of_real_ones():
    for article in fictional():
        for style in STYLES.values():
            for passage in style.findall(article.body):
                assert 4 <= len(passage.split()) <= 40, (article.stem, passage)


# --- the retold event: nothing that the original does not say -----------------------


def test_the_summit_is_reported_by_three_outlets_on_its_day():
    first = datetime(2026, 1, 6, 9, tzinfo=UTC)
    last = datetime(2026, 1, 6, 16, tzinfo=UTC)
    assert len({a.meta["source"] for a in summit()}) == len(summit()) == 3
    assert all(first <= published(a) <= last for a in summit())


def test_every_summit_quotation_is_one_of_the_originals_word_for_word():
    for article in summit():
        passages = summit_passages(article)
        assert len(passages) >= 6, article.stem
        for passage, _ in passages:
            assert bare(passage) in SUMMIT_QUOTATIONS, (article.stem, passage)


def test_the_untitled_retelling_has_at_least_eight_of_the_ten_quotations():
    passages = summit_passages(articles()[UNTITLED])
    assert len(SUMMIT_QUOTATIONS) == 10
    assert len({bare(passage) for passage, _ in passages}) >= 8


def test_every_summit_quotation_has_the_right_speaker():
    for article in summit():
        for passage, paragraph in summit_passages(article):
            speaker = SUMMIT_QUOTATIONS[bare(passage)]
            if speaker == "Wi":
                assert "Wi Sung-lac confirmed" in paragraph, article.stem
            else:
                before = paragraph[: paragraph.index(passage)]
                assert SAID.findall(before)[-1:] == [speaker], (article.stem, passage)


def test_each_summit_speaker_is_introduced_once_by_full_name_and_role():
    for article in summit():
        body = article.body.replace("’", "'")
        for name, role in ROLES.items():
            assert body.count(name) == 1, (article.stem, name)
            assert f"{role} {name}" in body, (article.stem, name)


def test_the_summit_figures_are_the_originals():
    original = {"6", "2026", "80", "15", "273", "2024"}
    for article in summit():
        assert set(re.findall(r"\d+", article.body)) <= original, article.stem
        assert "about $273 billion" in article.body
        assert re.search(r"\b(15|Fifteen) cooperation agreements", article.body)
        assert "four-day trip" in article.body


def test_a_claim_about_the_missiles_stays_a_claim():
    for article in summit():
        before, after = article.body.split("hypersonic")
        assert "Pyongyang claimed" in before[-60:], article.stem
        assert "foreign experts doubt" in after[:80], article.stem


# --- the demo's articles -------------------------------------------------------------

DEMO = FOLDER.parent / "demo"


def test_every_picture_of_the_demo_is_drawn_and_small():
    pictures = list(draw_demo_pictures.list_pictures())
    drawings = {path.stem for path in draw_demo_pictures.DRAWINGS.glob("*.svg")}
    assert {name for name, _ in pictures} == drawings
    for name, path in pictures:
        assert read_png_size(path.read_bytes()) == (480, 320), name
        assert path.stat().st_size < 20_000, name
        # Nothing is loaded from anywhere.
        assert "href" not in (DEMO / "drawings" / f"{name}.svg").read_text("utf-8")


def test_a_picture_of_the_demo_is_what_its_drawing_shows():
    for name, path in draw_demo_pictures.list_pictures():
        assert draw_demo_pictures.draw(name) == path.read_bytes(), name


@pytest.mark.parametrize("path", sorted(DEMO.glob("*/*.txt")), ids=lambda p: p.stem)
def test_an_article_of_the_demo_is_marked_as_invented_and_names_no_fixed_day(path):
    text = path.read_text(encoding="utf-8")
    head, body = text.split("\n---\n", 1)
    lang = "de" if path.parent.name == "redaktion" else "en"
    assert {"sample: fictional", f"lang: {lang}"} < set(head.splitlines())
    assert "\npublished: {{ before(" in head
    days = r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b[A-Z][a-z]+tag\b"
    assert re.findall(days, body) == []
