"""The JSON-lines interface: one object a line in and out; it must never stop half-way.

The order of the lines is kept. A line that cannot be answered becomes
`{"id": …, "error": …}` in its place (id null when it could not be read) and the
rest goes on. A text that is merely odd is answered, not refused.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from digests import figures, grounding, quotes, stories, summaries
from digests.errors import DigestsError, InputError
from digests.language import sentences
from digests.types import Article, Sentence, Span

Record = Mapping[str, Any]
Answer = dict[str, Any]

CHARS = (280, 400, 600)


def answers(verb: str, lines: Iterable[str], *, chars: int = 400) -> Iterator[str]:
    """The answer lines of `verb` to these lines, without line ends.

    Raises:
        KeyError: `verb` is not one of `VERBS`.
    """
    records = (_parse(line) for line in lines if line.strip())
    if verb == "stories":
        yield from map(_dump, _stories(list(records)))
        return
    answer = VERBS[verb]
    for record in records:
        yield _dump(_answer(answer, record, chars))


def _parse(line: str) -> Record:
    """The record of a line, or what is to be answered instead."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return {"id": None, "error": "This line is not JSON."}
    if not isinstance(record, dict):
        return {"id": None, "error": "This line is JSON, but not an object."}
    return {**record, "error": None} if "error" in record else record


def _answer(
    answer: Callable[[Record, int], Answer], record: Record, chars: int
) -> Answer:
    if record.get("error"):
        return dict(record)
    try:
        return {"id": record.get("id"), **answer(record, chars)}
    except DigestsError as problem:
        return {"id": record.get("id"), "error": str(problem)}
    except Exception as problem:
        reason = f"{type(problem).__name__}: {problem}"
        return {"id": record.get("id"), "error": f"This is a defect of ours: {reason}"}


def _dump(answer: Answer) -> str:
    try:
        return json.dumps(answer, ensure_ascii=False).encode().decode()
    except UnicodeEncodeError:
        # A lone surrogate that came in as an escape goes out as one.
        return json.dumps(answer)


def _text(record: Record, name: str = "text") -> str:
    value = record.get(name)
    if isinstance(value, str):
        return value
    wrong = "is missing" if value is None else "is not a string"
    raise InputError(f"The field «{name}» {wrong}.")


def _optional(record: Record, name: str) -> str | None:
    value = record.get(name)
    if value is None or isinstance(value, str):
        return value
    raise InputError(f"The field «{name}» is not a string.")


def _quotes(record: Record, _chars: int) -> Answer:
    found = quotes.find(
        _text(record), title=_optional(record, "title"), lang=_optional(record, "lang")
    )
    return {"quotes": [asdict(quote) for quote in found]}


def _summary(record: Record, chars: int) -> Answer:
    article = Article(
        id="",
        text=_text(record),
        title=_optional(record, "title"),
        lang=_optional(record, "lang"),
    )
    summary = summaries.SUMMARISERS["extractive"].summarise(article, chars)
    return {
        "headline": asdict(summary.headline),
        "summary": [sentence(s) for s in summary.sentences],
    }


def sentence(told: Sentence) -> Answer:
    """A shown sentence as JSON."""
    return {"text": told.text, "spans": [span(s) for s in told.spans]}


def span(place: Span) -> Answer:
    """A place in a text as JSON."""
    return {"start": place.start, "end": place.end}


def _sentences(record: Record, _chars: int) -> Answer:
    found = sentences.split(_text(record), _optional(record, "lang"))
    return {"sentences": [span(s) for s in found]}


def _figures(record: Record, _chars: int) -> Answer:
    found = figures.find(_text(record), lang=_optional(record, "lang"))
    return {"figures": [asdict(figure) for figure in found]}


def _check(record: Record, _chars: int) -> Answer:
    verdict = grounding.check(_text(record, "source"), _text(record, "claim"))
    return asdict(verdict)


def _extract(record: Record, _chars: int) -> Answer:
    # Reading pages needs the heaviest library of the project: loaded when asked for.
    from digests.extract import extract

    page = extract(_text(record, "html"), url=_optional(record, "url"))
    published = page.published.isoformat() if page.published else None
    return {
        "title": page.title,
        "author": page.author,
        "published": published,
        "lang": page.lang,
        "text": page.text,
    }


VERBS: Mapping[str, Callable[[Record, int], Answer]] = {
    "quotes": _quotes,
    "summary": _summary,
    "sentences": _sentences,
    "figures": _figures,
    "extract": _extract,
    "check": _check,
}


def _stories(records: Sequence[Record]) -> list[Answer]:
    """Stories need the whole batch; a bad line still gets its answer in its place."""
    read: dict[int, Article] = {}
    out: dict[int, Answer] = {}
    for place, record in enumerate(records):
        given = _answer(lambda r, _: {"article": _article(r)}, record, 0)
        if "article" in given:
            # Ids may be missing, doubled or no strings: the place is the key.
            read[place] = _at(given["article"], place)
        else:
            out[place] = given
    for member in stories.group(tuple(read.values())):
        place = int(member.article)
        answer: Answer = {"id": records[place].get("id"), "story": member.story}
        if member.duplicate_of is not None:
            answer["duplicate_of"] = records[int(member.duplicate_of)].get("id")
        out[place] = answer
    return [out[place] for place in range(len(records))]


def _at(article: Article, place: int) -> Article:
    return Article(
        id=str(place),
        text=article.text,
        title=article.title,
        source=article.source,
        published=article.published,
        lang=article.lang,
    )


def _article(record: Record) -> Article:
    return Article(
        id="",
        text=_optional(record, "text") or "",
        title=_text(record, "title"),
        source=_optional(record, "source") or "",
        published=_instant(_optional(record, "published")),
        lang=_optional(record, "lang"),
    )


def _instant(text: str | None) -> datetime | None:
    """A date that cannot be read is as good as none."""
    try:
        when = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    if when is None:
        return None
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
