"""JSON-lines interface: one object in, one object out, order kept.

The order of the lines is kept. A line that cannot be answered becomes
`{"id": …, "error": …}` in its place (id null when it could not be read) and the
rest goes on. A text that is merely odd is answered, not refused.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from digests.errors import DigestsError, InputError
from digests.figures import recognition
from digests.grounding import claims
from digests.language import sentences
from digests.language.dates import parse_instant
from digests.quotes import attribution
from digests.stories import assignment
from digests.summaries import registry
from digests.types import Article, Sentence, Span

JsonRecord = Mapping[str, Any]
JsonObject = dict[str, Any]

SUMMARY_LENGTHS = (280, 400, 600)


def answer_lines(verb: str, lines: Iterable[str], *, chars: int = 400) -> Iterator[str]:
    """The answer lines of `verb` to these lines, without line ends.

    Raises:
        KeyError: `verb` is not one of `VERBS`.
    """
    records = (_parse(line) for line in lines if line.strip())
    if verb == "stories":
        yield from map(_dump, _stories(list(records)))
        return
    answer = RECORD_VERBS[verb]
    for record in records:
        yield _dump(_answer(answer, record, chars))


def _parse(line: str) -> JsonRecord:
    """The record of a line, or what is to be answered instead."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return {"id": None, "error": "This line is not JSON."}
    if not isinstance(record, dict):
        return {"id": None, "error": "This line is JSON, but not an object."}
    return {**record, "error": None} if "error" in record else record


def _answer(
    answer: Callable[[JsonRecord, int], JsonObject], record: JsonRecord, chars: int
) -> JsonObject:
    if record.get("error"):
        return dict(record)
    try:
        return {"id": record.get("id"), **answer(record, chars)}
    except DigestsError as problem:
        return {"id": record.get("id"), "error": str(problem)}
    except Exception as problem:
        reason = f"{type(problem).__name__}: {problem}"
        return {"id": record.get("id"), "error": f"This is a defect of ours: {reason}"}


def _dump(answer: JsonObject) -> str:
    try:
        return json.dumps(answer, ensure_ascii=False).encode().decode()
    except UnicodeEncodeError:
        # A lone surrogate that came in as an escape goes out as one.
        return json.dumps(answer)


def _text(record: JsonRecord, name: str = "text") -> str:
    value = record.get(name)
    if isinstance(value, str):
        return value
    wrong = "is missing" if value is None else "is not a string"
    raise InputError(f"The field «{name}» {wrong}.")


def _optional(record: JsonRecord, name: str) -> str | None:
    value = record.get(name)
    if value is None or isinstance(value, str):
        return value
    raise InputError(f"The field «{name}» is not a string.")


def _quotes(record: JsonRecord, _chars: int) -> JsonObject:
    found = attribution.find_quotes(
        _text(record), title=_optional(record, "title"), lang=_optional(record, "lang")
    )
    return {"quotes": [asdict(quote) for quote in found]}


def _summary(record: JsonRecord, chars: int) -> JsonObject:
    article = Article(
        id="",
        text=_text(record),
        title=_optional(record, "title"),
        lang=_optional(record, "lang"),
    )
    summary = registry.SUMMARISERS["extractive"].summarise(article, chars)
    return {
        "headline": asdict(summary.headline),
        "summary": [dump_sentence(s) for s in summary.sentences],
    }


def dump_sentence(shown: Sentence) -> JsonObject:
    """A shown sentence as JSON."""
    return {"text": shown.text, "spans": [dump_span(s) for s in shown.spans]}


def dump_span(place: Span) -> JsonObject:
    """A place in a text as JSON."""
    return {"start": place.start, "end": place.end}


def _sentences(record: JsonRecord, _chars: int) -> JsonObject:
    found = sentences.split_sentences(_text(record), _optional(record, "lang"))
    return {"sentences": [dump_span(s) for s in found]}


def _figures(record: JsonRecord, _chars: int) -> JsonObject:
    found = recognition.find_figures(_text(record), lang=_optional(record, "lang"))
    return {"figures": [asdict(figure) for figure in found]}


def _check(record: JsonRecord, _chars: int) -> JsonObject:
    verdict = claims.check_claim(_text(record, "source"), _text(record, "claim"))
    return asdict(verdict)


def _extract(record: JsonRecord, _chars: int) -> JsonObject:
    # Reading pages needs the heaviest library of the project: loaded when asked for.
    from digests.extraction import extract_article

    page = extract_article(_text(record, "html"), url=_optional(record, "url"))
    published = page.published.isoformat() if page.published else None
    return {
        "title": page.title,
        "author": page.author,
        "published": published,
        "lang": page.lang,
        "text": page.text,
    }


RECORD_VERBS: Mapping[str, Callable[[JsonRecord, int], JsonObject]] = {
    "quotes": _quotes,
    "summary": _summary,
    "sentences": _sentences,
    "figures": _figures,
    "extract": _extract,
    "check": _check,
}


def _stories(records: Sequence[JsonRecord]) -> list[JsonObject]:
    """Stories need the whole batch; a bad line still gets its answer in its place."""
    read: dict[int, Article] = {}
    out: dict[int, JsonObject] = {}
    for place, record in enumerate(records):
        given = _answer(lambda r, _: {"article": _article(r)}, record, 0)
        if "article" in given:
            # Ids may be missing, doubled or no strings: the place is the key.
            read[place] = _with_place_as_id(given["article"], place)
        else:
            out[place] = given
    for member in assignment.group_articles(tuple(read.values())):
        place = int(member.article)
        answer: JsonObject = {"id": records[place].get("id"), "story": member.story}
        if member.duplicate_of is not None:
            answer["duplicate_of"] = records[int(member.duplicate_of)].get("id")
        out[place] = answer
    return [out[place] for place in range(len(records))]


def _with_place_as_id(article: Article, place: int) -> Article:
    return Article(
        id=str(place),
        text=article.text,
        title=article.title,
        source=article.source,
        published=article.published,
        lang=article.lang,
    )


def _article(record: JsonRecord) -> Article:
    return Article(
        id="",
        text=_optional(record, "text") or "",
        title=_text(record, "title"),
        source=_optional(record, "source") or "",
        published=parse_instant(_optional(record, "published") or ""),
        lang=_optional(record, "lang"),
    )
