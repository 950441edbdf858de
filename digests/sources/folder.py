"""Read articles from a file or a folder of files.

A file is text, Markdown or HTML, with an optional head of `key: value` lines between
two lines of `---`. A file that cannot be read becomes a `ReadProblem` with its name and
the remedy; the others are read. The head may name a picture: a file of the folder, or
an address.
"""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from digests.errors import UnreadableInput
from digests.extraction import build_image, extract_article, validate_web_address
from digests.language.dates import parse_instant
from digests.language.normalization import clean_text, revision_hash
from digests.language.text_language import find_language
from digests.language.words import parse_language_tag, word_set
from digests.messages import Message
from digests.sources.untrusted import decode_text
from digests.types import Article, ArticleImage, frozen

_LARGEST = 2 << 20
_MARKDOWN = word_set(".md .markdown")
_HTML = word_set(".html .htm")
_ENDINGS = word_set(".txt") | _MARKDOWN | _HTML
#: Files about a folder, not articles of it.
_NOT_ARTICLES = word_set("readme license licence notice changelog")
_KEYS = (
    *("title", "source", "published", "author", "lang", "sample", "revises", "url"),
    *("image", "image_alt"),
)
#: Fields with a form: how it is checked, and what to do if it is wrong.
_FORMS = {
    "published": (parse_instant, "folder.write_moment"),
    "url": (validate_web_address, "folder.write_address"),
    "lang": (parse_language_tag, "folder.write_language"),
}
#: At most forty lines, the first of which has a key.
_HEAD = re.compile(
    r"---[ \t]*\n([ \t]*[A-Za-z][\w-]{0,40}[ \t]*:[^\n]*\n(?:[^\n]*\n){0,39}?)"
    r"---[ \t]*(?:\n{1,2}|\Z)"
)
_HEAD_LINE = re.compile(r"([A-Za-z][\w-]{0,40})[ \t]*:[ \t]*(.*)\Z")
_HEADING = re.compile(r"\n*#[ \t]+([^\n]+?)[ \t]*#*[ \t]*(?:\n|\Z)")
#: What to do about a file that cannot be read; anything else is no text.
_REMEDIES = {
    "folder.cannot_open": "folder.check_access",
    "folder.file_cannot_open": "folder.check_access",
    "folder.outside": "folder.copy_file",
    "folder.same_name": "folder.rename",
    "folder.too_large": "folder.split",
    "folder.empty": "folder.fill_or_delete",
    "folder.no_article": "folder.use_text_page",
}


@frozen
class ReadProblem:
    """Something that could not be read, and what to do about it."""

    #: The file, relative to the folder that was read.
    where: str
    #: What is wrong.
    what: Message
    #: What to do.
    remedy: Message


@frozen
class ReadResult:
    """What was read and what was not."""

    articles: tuple[Article, ...]
    problems: tuple[ReadProblem, ...]


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
    is_folder = path.is_dir()
    outlet = source if source is not None else path.name if is_folder else ""
    reader = _FolderReader(path if is_folder else path.parent)
    articles: dict[str, Article] = {}
    for file in reader.select_files() if is_folder else (path,):
        article = reader.read_file(file)
        if article is not None:
            kept = article if article.source else replace(article, source=outlet)
            articles[kept.id] = kept
    if not articles:
        raise UnreadableInput(_nothing_readable(path, reader.problems))
    return ReadResult(
        articles=tuple(articles.values()), problems=tuple(reader.problems)
    )


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


class _FolderReader:
    """Reads the files of a folder and collects what is wrong with them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[ReadProblem] = []

    def select_files(self) -> Iterator[Path]:
        """The files that should be articles, one of each name."""
        names: set[str] = set()
        for file in self._list_files():
            is_article = file.suffix.lower() in _ENDINGS
            if not is_article or file.stem.lower() in _NOT_ARTICLES:
                continue
            name = self._article_id(file)
            if name in names:
                self._report(file, Message("folder.same_name", name=name))
            elif self._is_inside(file):
                names.add(name)
                yield file

    def _list_files(self) -> Iterator[Path]:
        """Files by name, then those of each direct subfolder."""

        def report(error: OSError) -> None:
            what = Message("folder.cannot_open", reason=error.strerror)
            self._report(Path(error.filename), what)

        for place, folders, files in os.walk(
            self.root, onerror=report, followlinks=True
        ):
            inner = sorted(folders) if Path(place) == self.root else []
            folders[:] = [
                name
                for name in inner
                if not name.startswith(".") and self._is_inside(self.root / name)
            ]
            yield from (
                Path(place, name) for name in sorted(files) if not name.startswith(".")
            )

    def _is_inside(self, file: Path) -> bool:
        """Whether the file is in the folder; reports a link that leaves it."""
        inside = _is_within(file, self.root)
        if not inside:
            self._report(file, Message("folder.outside"))
        return inside

    def _article_id(self, file: Path) -> str:
        """The file's relative path without its extension."""
        return clean_text(file.relative_to(self.root).with_suffix("").as_posix())

    def _report(self, file: Path, what: Message, remedy: Message | None = None) -> None:
        shown = (
            file.relative_to(self.root).as_posix() if file != self.root else file.name
        )
        usual = Message(_REMEDIES.get(what.code, "folder.use_text_file"))
        self.problems.append(
            ReadProblem(where=clean_text(shown), what=what, remedy=remedy or usual)
        )

    def read_file(self, file: Path) -> Article | None:
        """The article of a file, or None and a problem."""
        try:
            fields, body = self._split_head(file, _read_text(file))
            article = _article(
                self._article_id(file), file.suffix.lower(), fields, body
            )
            image = self._find_image(file, fields)
            return replace(article, image=image) if image else article
        except UnreadableInput as error:
            self._report(file, error.message)
        except OSError as error:
            reason = Message("folder.file_cannot_open", reason=error.strerror)
            self._report(file, reason)
        return None

    def _find_image(self, file: Path, fields: Mapping[str, str]) -> ArticleImage | None:
        """The picture that the head names; reports one that is not there."""
        name, alt = fields.get("image", ""), fields.get("image_alt")
        if not name or "://" in name:
            return build_image(name, alt, None)
        picture = file.parent / name
        if not _is_within(picture, self.root) or not picture.is_file():
            what = Message("folder.bad_field", key="image", value=repr(name[:80]))
            self._report(file, what, Message("folder.write_image"))
            return None
        return ArticleImage(address=str(picture), alt=alt or None)

    def _split_head(self, file: Path, text: str) -> tuple[Mapping[str, str], str]:
        """The known fields of the head and the text after it."""
        head = _HEAD.match(text)
        if head is None:
            return {}, text
        fields: dict[str, str] = {}
        for line in filter(None, map(str.strip, head[1].split("\n"))):
            match = _HEAD_LINE.match(line)
            key = match[1].lower() if match else ""
            if match and key in _KEYS:
                fields[key] = match[2]
            else:
                written = repr(match[1] if match else line[:40])
                self._report(
                    file,
                    Message("folder.unknown_key", key=written),
                    Message("folder.known_keys", keys=", ".join(_KEYS)),
                )
        for key, (is_good, remedy) in _FORMS.items():
            if key in fields and not is_good(fields[key]):
                value = repr(fields.pop(key)[:80])
                what = Message("folder.bad_field", key=key, value=value)
                self._report(file, what, Message(remedy))
        return fields, text[head.end() :]


def read_picture(folder: Path, file: Path, *, most: int) -> bytes:
    """Read the picture that an article of a folder names.

    Raises:
        UnreadableInput: It is not in the folder (any more), or has more than `most`
            bytes.
        OSError: It cannot be opened.
    """
    if not _is_within(file, folder):
        raise UnreadableInput("folder.outside")
    return _read_bytes(file, most)


def _is_within(file: Path, folder: Path) -> bool:
    """Whether a file is in a folder once every link is followed."""
    try:
        return file.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # a cycle of links, or no path at all
        return False


def _read_bytes(file: Path, most: int) -> bytes:
    """The content of a file; never waits for a pipe."""
    handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise UnreadableInput("folder.not_regular")
        raw = stream.read(most + 1)
    if len(raw) > most:
        raise UnreadableInput("folder.too_large")
    return raw


def _read_text(file: Path) -> str:
    text = clean_text(decode_text(_read_bytes(file, _LARGEST)))
    if not text.strip():
        raise UnreadableInput("folder.empty")
    return text


def _article(name: str, ending: str, fields: Mapping[str, str], body: str) -> Article:
    page = extract_article(body) if ending in _HTML else Article(id=name, text=body)
    if not page.text.strip():
        raise UnreadableInput("folder.no_article")
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
        lang=find_language(
            text, parse_language_tag(fields.get("lang", "")) or page.lang
        ),
        revision=revision_hash(title, text),
        revises=fields.get("revises"),
        sample=fields.get("sample"),
    )
