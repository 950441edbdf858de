"""Read articles from a file or a folder of files.

A file is text, Markdown or HTML, with an optional head of `key: value` lines between
two lines of `---`. A file that cannot be read becomes a `ReadProblem` with its name and
the remedy; the others are read.
"""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from digests.errors import UnreadableInput
from digests.extraction import extract_article, validate_web_address
from digests.language.dates import parse_instant
from digests.language.normalization import clean_text, revision_hash
from digests.language.words import parse_language_tag, word_set
from digests.messages import Message
from digests.sources.decoding import decode_text
from digests.types import Article

_LARGEST = 2 << 20
_MARKDOWN = word_set(".md .markdown")
_HTML = word_set(".html .htm")
_ENDINGS = word_set(".txt") | _MARKDOWN | _HTML
#: Files about a folder, not articles of it.
_NOT_ARTICLES = word_set("readme license licence notice changelog")
_KEYS = ("title", "source", "published", "author", "lang", "sample", "revises", "url")
_RULE = "---"
_HEAD_LINE = re.compile(r"([A-Za-z][\w-]{0,40})[ \t]*:[ \t]*(.*)\Z")
_LONGEST_HEAD = 40
_HEADING = re.compile(r"\n*#[ \t]+([^\n]+?)[ \t]*#*[ \t]*(?:\n|\Z)")


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadProblem:
    """Something that could not be read, and what to do about it."""

    #: The file, relative to the folder that was read.
    where: str
    #: What is wrong.
    what: Message
    #: What to do.
    remedy: Message


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadResult:
    """What was read and what was not."""

    articles: tuple[Article, ...]
    problems: tuple[ReadProblem, ...]


class _FileUnreadable(Exception):
    """One file cannot be read: what is wrong, and the remedy."""

    def __init__(self, what: Message, remedy: str) -> None:
        super().__init__(what, remedy)
        self.what, self.remedy = what, Message(remedy)


def read_articles(path: Path, *, source: str | None = None) -> ReadResult:
    """The articles of a file, or of a folder and its direct subfolders.

    Args:
        path: In folders, hidden files, other extensions than .txt, .md and .html, and
            links that leave the folder are skipped.
        source: The outlet of articles that name none; None = the folder's name ("" for
            a single file).

    Raises:
        UnreadableInput: The path does not exist, or nothing in it can be read.
    """
    if not path.exists():
        raise UnreadableInput("folder.missing", path=path)
    root = path if path.is_dir() else path.parent
    outlet = source if source is not None else (path.name if path.is_dir() else "")
    articles: dict[str, Article] = {}
    problems: list[ReadProblem] = []
    for file in _files(path, problems):
        article = _read_one(file, root, problems)
        if article is not None:
            kept = article if article.source else replace(article, source=outlet)
            articles[kept.id] = kept
    if not articles:
        raise UnreadableInput(_nothing_readable(path, problems))
    return ReadResult(articles=tuple(articles.values()), problems=tuple(problems))


def _nothing_readable(path: Path, problems: list[ReadProblem]) -> Message:
    if not problems:
        return Message("folder.no_files", path=path)
    first = problems[0]
    reason = Message(
        "folder.problem_and_more" if len(problems) > 1 else "folder.problem",
        where=first.where,
        what=first.what,
        remedy=first.remedy,
        n=len(problems) - 1,
    )
    return Message("folder.unreadable", path=path, reason=reason)


# Files


def _files(path: Path, problems: list[ReadProblem]) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    names: set[str] = set()
    for file in _files_within(path, problems):
        if file.suffix.lower() not in _ENDINGS or file.stem.lower() in _NOT_ARTICLES:
            continue
        where = _relative_name(file, path)
        if not _is_inside(file, path):
            problems.append(_outside_problem(where))
        elif (name := _article_id(file, path)) in names:
            what = Message("folder.same_name", name=name)
            problems.append(
                ReadProblem(where=where, what=what, remedy=Message("folder.rename"))
            )
        else:
            names.add(name)
            yield file


def _files_within(folder: Path, problems: list[ReadProblem]) -> Iterator[Path]:
    """Files by name, then those of each direct subfolder."""
    entries = _entries(folder, folder, problems)
    yield from (entry for entry in entries if not entry.is_dir())
    for inner in entries:
        if inner.is_dir() and _is_inside(inner, folder):
            found = _entries(inner, folder, problems)
            yield from (entry for entry in found if not entry.is_dir())
        elif inner.is_dir():
            problems.append(_outside_problem(_relative_name(inner, folder)))


def _entries(folder: Path, root: Path, problems: list[ReadProblem]) -> list[Path]:
    try:
        found = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        problems.append(
            ReadProblem(
                where=_relative_name(folder, root),
                what=Message("folder.cannot_open", reason=error.strerror),
                remedy=Message("folder.check_access"),
            )
        )
        return []
    return [entry for entry in found if not entry.name.startswith(".")]


def _is_inside(file: Path, root: Path) -> bool:
    try:
        return file.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # a cycle of links
        return False


def _outside_problem(where: str) -> ReadProblem:
    return ReadProblem(
        where=where, what=Message("folder.outside"), remedy=Message("folder.copy_file")
    )


def _relative_name(file: Path, root: Path) -> str:
    shown = file.relative_to(root).as_posix() if file != root else file.name
    return clean_text(shown)


def _article_id(file: Path, root: Path) -> str:
    """The file's relative path without its extension."""
    return clean_text(file.relative_to(root).with_suffix("").as_posix())


# One file


def _read_one(file: Path, root: Path, problems: list[ReadProblem]) -> Article | None:
    where = _relative_name(file, root)
    try:
        text = _decode_file(file)
        fields, body = _split_head(text, where, problems)
        return _article(_article_id(file, root), file.suffix.lower(), fields, body)
    except _FileUnreadable as error:
        problems.append(ReadProblem(where=where, what=error.what, remedy=error.remedy))
        return None


def _decode_file(file: Path) -> str:
    try:
        raw = _read_bytes(file)
    except OSError as error:
        raise _FileUnreadable(
            Message("folder.file_cannot_open", reason=error.strerror),
            "folder.check_access",
        ) from error
    if len(raw) > _LARGEST:
        raise _FileUnreadable(Message("folder.too_large"), "folder.split")
    try:
        text = clean_text(decode_text(raw))
    except UnreadableInput as error:
        raise _FileUnreadable(error.message, "folder.use_text_file") from error
    if not text.strip():
        raise _FileUnreadable(Message("folder.empty"), "folder.fill_or_delete")
    return text


def _read_bytes(file: Path) -> bytes:
    """The first bytes of a file, one more than allowed; never waits for a pipe."""
    handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise _FileUnreadable(Message("folder.not_regular"), "folder.use_text_file")
        return stream.read(_LARGEST + 1)


def _split_head(
    text: str, where: str, problems: list[ReadProblem]
) -> tuple[Mapping[str, str], str]:
    """The known fields of the head and the text after it."""
    lines = text.split("\n", _LONGEST_HEAD + 2)
    closing = _closing(lines)
    if closing is None:
        return {}, text
    fields: dict[str, str] = {}
    for line in lines[1:closing]:
        match = _HEAD_LINE.match(line.strip())
        if match and match[1].lower() in _KEYS:
            fields[match[1].lower()] = match[2].strip()
        elif line.strip():
            problems.append(
                _unknown_key(match[1] if match else line.strip()[:40], where)
            )
    _check_fields(fields, where, problems)
    body = "\n".join(lines[closing + 1 :])
    return fields, body.removeprefix("\n")


def _closing(lines: list[str]) -> int | None:
    """The index of the line that ends the head, or None without one."""
    if lines[0].rstrip() != _RULE:
        return None
    for i, line in enumerate(lines[1 : _LONGEST_HEAD + 2], start=1):
        if line.rstrip() == _RULE:
            return i if i > 1 and _HEAD_LINE.match(lines[1].strip()) else None
    return None


def _unknown_key(key: str, where: str) -> ReadProblem:
    return ReadProblem(
        where=where,
        what=Message("folder.unknown_key", key=repr(key)),
        remedy=Message("folder.known_keys", keys=", ".join(_KEYS)),
    )


def _check_fields(
    fields: dict[str, str], where: str, problems: list[ReadProblem]
) -> None:
    """Remove malformed fields and report them."""
    for key, is_good, remedy in (
        ("published", parse_instant, "folder.write_moment"),
        ("url", validate_web_address, "folder.write_address"),
        ("lang", parse_language_tag, "folder.write_language"),
    ):
        if key in fields and not is_good(fields[key]):
            what = Message(
                "folder.bad_field", key=key, value=repr(fields.pop(key)[:80])
            )
            problems.append(ReadProblem(where=where, what=what, remedy=Message(remedy)))


def _article(name: str, ending: str, fields: Mapping[str, str], body: str) -> Article:
    page = extract_article(body) if ending in _HTML else Article(id=name, text=body)
    if not page.text.strip():
        raise _FileUnreadable(Message("folder.no_article"), "folder.use_text_page")
    title = fields.get("title") or page.title
    text = page.text
    if not title and ending in _MARKDOWN and (heading := _HEADING.match(text)):
        title, text = heading[1], text[heading.end() :].lstrip("\n")
    return Article(
        id=name,
        text=text,
        title=title,
        source=fields.get("source", page.source),
        url=fields.get("url", page.url),
        published=parse_instant(fields.get("published", "")) or page.published,
        author=fields.get("author", page.author),
        lang=parse_language_tag(fields.get("lang", "")) or page.lang,
        revision=revision_hash(title, text),
        revises=fields.get("revises"),
        sample=fields.get("sample"),
    )
