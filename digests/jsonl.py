"""JSON interface: JSON lines in and out, and the JSON shapes of the composer's types.

One object per line, answers in the order of the input. A line that cannot be answered
becomes `{"id": …, "error": …}` in its place (id null when it could not be read) and the
other lines are still answered. A text that is merely odd is answered, not refused.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from digests.answers import questions, selection
from digests.compose import compose
from digests.errors import DigestsError, InputError
from digests.figures import recognition
from digests.grounding import claims
from digests.language import sentences
from digests.language.dates import parse_instant
from digests.language.normalization import normalize_text, revision_hash
from digests.language.text_language import find_language
from digests.language.words import primary_language
from digests.quotes import attribution
from digests.stories import assignment
from digests.summaries import registry
from digests.types import (
    DEFAULT_SUMMARISER,
    Article,
    Edition,
    EditionFigure,
    EditionStory,
    EditionStyle,
    Headline,
    PublishedLedger,
    QuoteCard,
    Sentence,
    Summary,
)

JsonRecord = Mapping[str, Any]
JsonObject = dict[str, Any]
AnswerRecord = Callable[[JsonRecord], JsonObject]

SUMMARY_LENGTHS = (280, 400, 600)


def answer_lines(
    verb: str,
    lines: Iterable[str],
    *,
    chars: int = 400,
    summariser: str = DEFAULT_SUMMARISER,
) -> Iterator[str]:
    """The answers of `verb` to these lines, without line ends.

    Args:
        verb: `stories` or one of `RECORD_VERBS`.
        lines: JSON objects.
        chars: Limit of a summary.
        summariser: Who makes it.

    Raises:
        KeyError: There is no such verb.
    """
    written = filter(str.strip, lines)
    if verb == "stories":
        yield from map(_dump_line, _answer_stories(written))
        return
    answer = RECORD_VERBS[verb]
    if verb == "summary":
        answer = partial(_answer_summary, chars=chars, summariser=summariser)
    for line in written:
        yield _dump_line(_answer_line(answer, line))


def _answer_line(answer: AnswerRecord, line: str) -> JsonObject:
    name = None
    try:
        record = _parse_line(line)
        name = record.get("id")
        return {"id": name, **answer(record)}
    except DigestsError as problem:
        return {"id": name, "error": str(problem)}
    except Exception as problem:
        reason = f"{type(problem).__name__}: {problem}"
        return {"id": name, "error": f"This is a defect of ours: {reason}"}


def _parse_line(line: str) -> JsonRecord:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise InputError("This line is not JSON.") from None
    if not isinstance(record, dict):
        raise InputError("This line is JSON, but not an object.")
    return record


def _dump_line(answer: JsonObject) -> str:
    dump = partial(json.dumps, answer, default=datetime.isoformat)
    try:
        return dump(ensure_ascii=False).encode().decode()
    except UnicodeEncodeError:
        # A lone surrogate that was an escape in the input is one in the output.
        return dump()


# Fields of a record


def _require_text(record: JsonRecord, name: str = "text") -> str:
    value = _optional_text(record, name)
    if value is None:
        raise InputError(f"The field «{name}» is missing.")
    return value


def _optional_text(record: JsonRecord, name: str) -> str | None:
    value = record.get(name)
    if value is None or isinstance(value, str):
        return value
    raise InputError(f"The field «{name}» is not a string.")


def _require_list(record: JsonRecord, name: str) -> list[JsonRecord]:
    value = record.get(name)
    if value is None:
        raise InputError(f"The field «{name}» is missing.")
    if isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
        return value
    raise InputError(f"The field «{name}» is not a list of objects.")


def _read_article(record: JsonRecord, place: int) -> Article:
    text, title = _require_text(record), _optional_text(record, "title")
    return Article(
        id=str(record.get("id") or place),
        text=text,
        title=title,
        source=_optional_text(record, "source") or "",
        url=_optional_text(record, "url"),
        published=parse_instant(_optional_text(record, "published") or ""),
        lang=_optional_text(record, "lang"),
        revision=revision_hash(title, text),
    )


def _read_articles(record: JsonRecord) -> tuple[Article, ...]:
    listed = _require_list(record, "articles")
    found = [_read_article(entry, place) for place, entry in enumerate(listed, 1)]
    # An id that occurs twice names the later version.
    return tuple({article.id: article for article in found}.values())


def _find_languages(articles: Sequence[Article]) -> tuple[Article, ...]:
    """The articles with the languages that their texts are in."""
    return tuple(replace(a, lang=find_language(a.text, a.lang)) for a in articles)


def _read_now(record: JsonRecord, articles: Sequence[Article]) -> datetime:
    """The instant of a record: its `now`, or the date of its newest article."""
    now = parse_instant(_optional_text(record, "now") or "")
    dated = [article.published for article in articles if article.published]
    return now or max(dated, default=datetime.fromtimestamp(0, UTC))


# Verbs


def _answer_compose(record: JsonRecord) -> JsonObject:
    declared = _read_articles(record)
    articles = _find_languages(declared)
    style = _read_style(record.get("style") or {}, find_main_language(articles))
    edition = compose(
        _admit_undeclared(declared, articles, style.lang),
        now=_read_now(record, articles),
        ledger=_read_published(record),
        style=style,
    )
    return {"edition": dump_edition(edition)}


def _admit_undeclared(
    declared: Sequence[Article], found: Sequence[Article], lang: str
) -> tuple[Article, ...]:
    """An article is only left out for a language that its sender gave it."""
    main = primary_language(lang)
    return tuple(
        after if before.lang or primary_language(after.lang) == main else before
        for before, after in zip(declared, found, strict=True)
    )


def _read_style(fields: Any, lang: str) -> EditionStyle:
    if not isinstance(fields, dict):
        raise InputError("The field «style» is not an object.")
    usual, read = EditionStyle(), partial(_read_number, fields)
    return EditionStyle(
        lang=_optional_text(fields, "lang") or lang,
        stories=read("stories", usual.stories),
        brief=read("brief", usual.brief),
        quotes=read("quotes", usual.quotes),
        summary_chars=read("chars", usual.summary_chars),
    )


def _read_number(fields: JsonRecord, name: str, usual: int) -> int:
    value = fields.get(name)
    if value is None:
        return usual
    if type(value) is int and value >= 0:
        return value
    raise InputError(f"The field «style.{name}» is not a whole number.")


def find_main_language(articles: Sequence[Article]) -> str:
    """The language of most of the articles; English without any."""
    declared = Counter(article.lang or "en" for article in articles)
    return max(declared, key=declared.__getitem__, default="en")


def _read_published(record: JsonRecord) -> PublishedLedger:
    try:
        return _read_ledger(_require_list({"told": [], **record}, "told"))
    except (KeyError, TypeError, AttributeError):
        problem = "The field «told» is not a list of editions that «compose» printed."
        raise InputError(problem) from None


def _read_ledger(editions: Sequence[JsonRecord]) -> PublishedLedger:
    """What editions in the shape of `dump_edition` have published."""
    stories = [story for edition in editions for story in edition.get("stories", ())]
    brief = [line for edition in editions for line in edition.get("brief", ())]
    refs = [ref for shown in (*stories, *brief) for ref in shown.get("articles", ())]

    def texts(part: str) -> frozenset[str]:
        shown = (entry["text"] for story in stories for entry in story.get(part, ()))
        return frozenset(map(normalize_text, shown))

    return PublishedLedger(
        stories=frozenset(shown["id"] for shown in (*stories, *brief)),
        revisions=frozenset(f"{ref['id']}@{ref['revision']}" for ref in refs),
        sentences=texts("summary"),
        figures=texts("figures"),
        quotes=texts("quotes"),
    )


def _answer_ask(record: JsonRecord) -> JsonObject:
    articles = _find_languages(_read_articles(record))
    today = _read_now(record, articles).date()
    question = questions.parse_question(_require_text(record, "question"), today)
    found = selection.select_answer(question, articles)
    return {
        "answer": [
            {
                "text": sentence.text,
                "article": sentence.article.id,
                "spans": [asdict(sentence.span)],
            }
            for sentence in found.sentences
        ],
        "sure": bool(found.sentences) and found.sure,
    }


def _read_text_article(record: JsonRecord) -> Article:
    text, title = _require_text(record), _optional_text(record, "title")
    lang = find_language(text, _optional_text(record, "lang"))
    return Article(id="", text=text, title=title, lang=lang)


def _answer_quotes(record: JsonRecord) -> JsonObject:
    found = attribution.find_article_quotes(_read_text_article(record))
    return {"quotes": list(map(asdict, found))}


def _answer_summary(
    record: JsonRecord, *, chars: int = 400, summariser: str = DEFAULT_SUMMARISER
) -> JsonObject:
    article = _read_text_article(record)
    return dump_summary(registry.summarise_article(article, chars, summariser))


def _answer_sentences(record: JsonRecord) -> JsonObject:
    article = _read_text_article(record)
    found = sentences.split_sentences(article.text, article.lang)
    return {"sentences": list(map(asdict, found))}


def _answer_figures(record: JsonRecord) -> JsonObject:
    article = _read_text_article(record)
    found = recognition.find_figures(article.text, lang=article.lang)
    return {"figures": list(map(asdict, found))}


def _answer_check(record: JsonRecord) -> JsonObject:
    source, claim = _require_text(record, "source"), _require_text(record, "claim")
    return asdict(claims.check_claim(source, claim))


def _answer_extract(record: JsonRecord) -> JsonObject:
    # Extraction needs the heaviest libraries of the project: loaded on demand.
    from digests.extraction import extract_article

    page = extract_article(
        _require_text(record, "html"), url=_optional_text(record, "url")
    )
    names = ("title", "author", "published", "lang", "text")
    return {name: getattr(page, name) for name in names}


#: The verbs that answer each record independently.
RECORD_VERBS: Mapping[str, AnswerRecord] = {
    "quotes": _answer_quotes,
    "summary": _answer_summary,
    "sentences": _answer_sentences,
    "figures": _answer_figures,
    "extract": _answer_extract,
    "check": _answer_check,
    "compose": _answer_compose,
    "ask": _answer_ask,
}


def _answer_stories(lines: Iterable[str]) -> list[JsonObject]:
    """Group the whole batch; a bad line still gets its answer in its place."""
    answers = [_answer_line(_read_story_article, line) for line in lines]
    # Ids may be missing, doubled or no strings: the place is the key.
    articles = tuple(
        replace(answer.pop("article"), id=str(place))
        for place, answer in enumerate(answers)
        if "article" in answer
    )
    for member in assignment.group_articles(articles):
        answer = answers[int(member.article)]
        answer["story"] = member.story
        if member.duplicate_of is not None:
            answer["duplicate_of"] = answers[int(member.duplicate_of)]["id"]
    return answers


def _read_story_article(record: JsonRecord) -> JsonObject:
    text, title = _optional_text(record, "text") or "", _require_text(record, "title")
    article = _read_article({**record, "text": text, "title": title}, 0)
    return {"article": replace(article, lang=find_language(text, article.lang))}


# The JSON shapes of types, where these are not those of their fields


def dump_summary(summary: Summary) -> JsonObject:
    """A headline and its sentences."""
    return {
        "headline": _dump_headline(summary.headline),
        "summary": [_dump_sentence(sentence) for sentence in summary.sentences],
    }


def dump_edition(edition: Edition) -> JsonObject:
    """An edition, without its decisions; instants stay `datetime`."""
    return {
        "title": edition.title,
        "made_from": asdict(edition.made_from),
        "stories": [_dump_story(story) for story in edition.stories],
        "brief": [
            {
                "id": line.story,
                "kind": line.kind,
                "headline": _dump_headline(line.headline),
                "article": asdict(line.article),
                "articles": list(map(asdict, line.articles)),
            }
            for line in edition.brief
        ],
    }


def _dump_headline(headline: Headline) -> JsonObject:
    return {"text": headline.text, "spans": list(map(asdict, headline.spans))}


def _dump_sentence(sentence: Sentence) -> JsonObject:
    return {"text": sentence.text, "spans": list(map(asdict, sentence.spans))}


def _dump_story(story: EditionStory) -> JsonObject:
    content = Summary(headline=story.headline, sentences=story.summary)
    return {
        "id": story.id,
        "kind": story.kind,
        **dump_summary(content),
        "quotes": [_dump_card(card) for card in story.cards],
        "figures": [_dump_figure(figure) for figure in story.figures],
        "disputes": [
            [_dump_figure(side) for side in (dispute.ours, dispute.theirs)]
            for dispute in story.disputes
        ],
        "matters": _dump_sentence(story.matters) if story.matters else None,
        "articles": list(map(asdict, story.articles)),
    }


def _dump_figure(shown: EditionFigure) -> JsonObject:
    replaced = _dump_figure(shown.replaces) if shown.replaces else None
    return {**asdict(shown.figure), "article": shown.article, "replaces": replaced}


def _dump_card(card: QuoteCard) -> JsonObject:
    return {
        **asdict(card.span),
        "text": card.text,
        "speaker": card.speaker,
        "role": card.role,
        "context": asdict(card.context),
        "article": card.article,
    }
