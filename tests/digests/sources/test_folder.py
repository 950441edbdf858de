import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digests.errors import UnreadableInput
from digests.language.normalization import revision_hash
from digests.sources.folder import (
    ReadProblem,
    ReadResult,
    read_articles,
    read_picture,
)
from digests.types import ArticleImage

HEAD = (
    "---\ntitle: Meadow: the vote\nsource: Brannock Gazette\n"
    "published: 2026-01-06T22:10:00+01:00\nauthor: Jo Brandt\nlang: en\n"
    "sample: fictional\nrevises: earlier\nurl: https://gazette.example/meadow\n---\n"
)
BODY = "The council voted for the meadow.\n\nWork begins in April.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "Gazette"
    made.mkdir()
    return made


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode())
    return path


def ids(reading: ReadResult) -> list[str]:
    return [article.id for article in reading.articles]


def only(reading: ReadResult) -> ReadProblem:
    (problem,) = reading.problems
    return problem


def test_every_key_of_the_head_is_read(folder):
    write(folder / "meadow.txt", HEAD + "\n" + BODY)
    (article,) = read_articles(folder).articles
    assert article.id == "meadow"
    assert article.title == "Meadow: the vote"
    assert article.source == "Brannock Gazette"
    assert article.published == datetime(2026, 1, 6, 21, 10, tzinfo=UTC)
    assert article.author == "Jo Brandt"
    assert article.lang == "en"
    assert article.sample == "fictional"
    assert article.revises == "earlier"
    assert article.url == "https://gazette.example/meadow"
    assert article.text == BODY
    assert article.revision == revision_hash(article.title, BODY)


def test_a_text_without_a_head_is_read_as_it_is(folder):
    file = write(folder / "plain.txt", "First line.\nSecond line.")
    (article,) = read_articles(file).articles
    assert (article.id, article.title) == ("plain", None)
    assert article.text == "First line.\nSecond line."


def test_a_rule_inside_a_text_is_no_head(folder):
    text = "---\nNot a head, only a rule.\n---\nText."
    (article,) = read_articles(write(folder / "a.txt", text)).articles
    assert article.text == text


def test_an_article_without_an_outlet_gets_the_name_of_its_source(folder):
    write(folder / "a.txt", BODY)
    assert read_articles(folder).articles[0].source == "Gazette"
    assert read_articles(folder, source="My paper").articles[0].source == "My paper"


def test_a_markdown_heading_is_the_title(folder):
    write(folder / "a.md", "# Meadow *wins* #\n\nText with *stars*.\n\n# Not this\n")
    (article,) = read_articles(folder).articles
    assert article.title == "Meadow *wins*"
    assert article.text == "Text with *stars*.\n\n# Not this\n"


def test_a_heading_of_a_plain_text_stays(folder):
    (article,) = read_articles(write(folder / "a.txt", "# Five\n\nText.")).articles
    assert article.title is None


def test_html_is_extracted(folder):
    sentence = "The council voted for the meadow after four hours of debate, it said."
    write(folder / "a.html", f"<h1>Meadow</h1><p>{sentence}</p><script>x()</script>")
    (article,) = read_articles(folder).articles
    assert (article.title, article.text) == ("Meadow", sentence)


def test_files_are_read_by_name_then_those_of_inner_folders(folder):
    for name in ("b.txt", "a.txt", "in/c.txt", ".hidden.txt", "notes.pdf", "README.md"):
        write(folder / name, BODY)
    (folder / "in" / "deeper").mkdir()
    write(folder / "in" / "deeper" / "d.txt", BODY)
    assert ids(read_articles(folder)) == ["a", "b", "in/c"]


def test_two_files_of_one_name_are_reported(folder):
    write(folder / "a.md", BODY)
    write(folder / "a.txt", BODY)
    reading = read_articles(folder)
    assert ids(reading) == ["a"]
    assert only(reading).where == "a.txt"


def test_an_unknown_key_is_reported_and_the_article_read(folder):
    write(folder / "a.txt", "---\ntitle: T\ncolour: red\n---\nText.")
    reading = read_articles(folder)
    assert reading.articles[0].title == "T"
    assert "colour" in str(only(reading).what)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("published: yesterday", "published"),
        ("url: javascript:alert(1)", "url"),
        ("url: https://me:pw@x.example/", "url"),
        ("lang: in English please", "lang"),
    ],
)
def test_a_bad_value_is_reported_and_left_out(folder, line, field):
    write(folder / "a.txt", f"---\n{line}\n---\nText.")
    reading = read_articles(folder)
    assert getattr(reading.articles[0], field) is None
    assert field in str(only(reading).what)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"x" * (2 * 1024 * 1024 + 1), "larger than 2 MiB"),
        (b"%PDF-1.7 and so on", "PDF"),
        (b"ab\x00\x01\x02\x03\x04" * 50, "control characters"),
        (b"---\ntitle: T\n---\n", "no readable article"),
    ],
)
def test_an_unreadable_file_is_reported_and_the_rest_read(folder, content, what):
    (folder / "bad.txt").write_bytes(content)
    write(folder / "good.txt", BODY)
    reading = read_articles(folder)
    assert ids(reading) == ["good"]
    problem = only(reading)
    assert problem.where == "bad.txt"
    assert what in str(problem.what)
    assert problem.remedy


def test_a_file_of_just_the_allowed_size_is_read(folder):
    (folder / "big.txt").write_bytes(b"word " * (2 * 1024 * 1024 // 5))
    assert ids(read_articles(folder)) == ["big"]


def test_a_link_that_leaves_the_folder_is_refused(folder, tmp_path):
    secret = write(tmp_path / "secret.txt", "Secret text.")
    write(folder / "a.txt", BODY)
    (folder / "b.txt").symlink_to(secret)
    reading = read_articles(folder)
    assert ids(reading) == ["a"]
    assert only(reading).where == "b.txt"


def test_a_folder_link_that_leaves_the_folder_is_refused(folder, tmp_path):
    write(tmp_path / "other" / "secret.txt", "Secret text.")
    write(folder / "a.txt", BODY)
    (folder / "in").symlink_to(tmp_path / "other")
    reading = read_articles(folder)
    assert ids(reading) == ["a"]
    assert only(reading).where == "in"


def test_a_link_within_the_folder_is_read(folder):
    (folder / "b.txt").symlink_to(write(folder / "a.txt", BODY))
    assert ids(read_articles(folder)) == ["a", "b"]


def test_a_link_to_itself_is_survived(folder):
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    write(folder / "a.txt", BODY)
    assert ids(read_articles(folder)) == ["a"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_is_not_waited_for(folder):
    os.mkfifo(folder / "pipe.txt")
    write(folder / "a.txt", BODY)
    assert "not a regular file" in str(only(read_articles(folder)).what)


def test_a_path_that_is_not_there_is_refused(folder):
    with pytest.raises(UnreadableInput, match="nowhere"):
        read_articles(folder / "nowhere")


def test_an_empty_folder_is_refused(folder):
    with pytest.raises(UnreadableInput, match=r"\.txt"):
        read_articles(folder)


def test_a_folder_without_readable_files_is_reported(folder):
    write(folder / "a.txt", "")
    with pytest.raises(UnreadableInput, match=r"a\.txt: It is empty"):
        read_articles(folder)


def test_windows_line_ends_and_byte_order_mark_are_taken_off(folder):
    (folder / "a.txt").write_bytes(b"\xef\xbb\xbf---\r\ntitle: T\r\n---\r\nA\r\nB")
    (article,) = read_articles(folder).articles
    assert (article.title, article.text) == ("T", "A\nB")


# ── pictures ──────────────────────────────────────────────────────────────────


def write_with_picture(folder: Path, name: str) -> Path:
    head = f"---\nimage: {name}\nimage_alt: The meadow under water\n---\n"
    return write(folder / "meadow.txt", head + BODY)


def test_a_picture_beside_an_article_is_its_image(folder):
    picture = write(folder / "flood.png", "…")
    write_with_picture(folder, "flood.png")
    reading = read_articles(folder)
    image = ArticleImage(address=str(picture), alt="The meadow under water")
    assert [article.image for article in reading.articles] == [image]
    assert reading.problems == ()


def test_a_picture_may_have_a_web_address(folder):
    write_with_picture(folder, "https://gazette.example/flood.png")
    (article,) = read_articles(folder).articles
    assert article.image is not None
    assert article.image.address == "https://gazette.example/flood.png"


@pytest.mark.parametrize("name", ["lost.png", "../outside.png", "\0.png", "."])
def test_a_picture_that_is_not_in_the_folder_is_reported(folder, name):
    write(folder.parent / "outside.png", "…")
    write_with_picture(folder, name)
    reading = read_articles(folder)
    assert only(reading).remedy.code == "folder.write_image"
    assert [article.image for article in reading.articles] == [None]


def test_a_picture_is_read_up_to_a_size(folder):
    picture = write(folder / "flood.png", "12345")
    assert read_picture(folder, picture, most=5) == b"12345"
    with pytest.raises(UnreadableInput):
        read_picture(folder, picture, most=4)


def test_a_picture_that_became_a_link_out_of_the_folder_is_not_read(folder, tmp_path):
    secret = write(tmp_path / "secret.png", "…")
    (folder / "flood.png").symlink_to(secret)
    with pytest.raises(UnreadableInput):
        read_picture(folder, folder / "flood.png", most=5)


def test_a_text_that_declares_no_language_has_that_of_its_words(folder):
    write(
        folder / "steg.txt",
        "Der Rat hat am Dienstag beschlossen, den Steg zu "
        "sperren, weil er nicht mehr sicher ist.\n",
    )
    (article,) = read_articles(folder).articles
    assert article.lang == "de"
