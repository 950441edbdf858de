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
from digests.quotes import attribution
from digests.stories import assignment
from digests.summaries import registry
from digests.types import (
    DEFAULT_SUMMARISER,
    Article,
    ArticleRef,
    Edition,
    EditionFigure,
    EditionStory,
    EditionStyle,
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
    records = (_parse_line(line) for line in lines if line.strip())
    if verb == "stories":
        yield from map(_dump_line, _answer_stories(list(records)))
        return
    answer = RECORD_VERBS[verb]
    if verb == "summary":
        answer = partial(_answer_summary, chars=chars, summariser=summariser)
    for record in records:
        yield _dump_line(_answer_record(answer, record))


def _parse_line(line: str) -> JsonRecord:
    """The record of a line, or its answer where it is none."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return {"id": None, "error": "This line is not JSON."}
    if not isinstance(record, dict):
        return {"id": None, "error": "This line is JSON, but not an object."}
    return {**record, "error": None} if "error" in record else record


def _answer_record(answer: AnswerRecord, record: JsonRecord) -> JsonObject:
    if record.get("error"):
        return dict(record)
    try:
        return {"id": record.get("id"), **answer(record)}
    except DigestsError as problem:
        return {"id": record.get("id"), "error": str(problem)}
    except Exception as problem:
        reason = f"{type(problem).__name__}: {problem}"
        return {"id": record.get("id"), "error": f"This is a defect of ours: {reason}"}


def _dump_line(answer: JsonObject) -> str:
    try:
        return json.dumps(answer, ensure_ascii=False).encode().decode()
    except UnicodeEncodeError:
        # A lone surrogate that was an escape in the input is one in the output.
        return json.dumps(answer)


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


def _read_now(record: JsonRecord, articles: Sequence[Article]) -> datetime:
    """The instant of a record: its `now`, or the date of its newest article."""
    now = parse_instant(_optional_text(record, "now") or "")
    dated = [article.published for article in articles if article.published]
    return now or max(dated, default=datetime.fromtimestamp(0, UTC))


# Verbs


def _answer_compose(record: JsonRecord) -> JsonObject:
    articles = _read_articles(record)
    edition = compose(
        articles,
        now=_read_now(record, articles),
        ledger=_read_told(record),
        style=_read_style(record.get("style") or {}, _most_common_language(articles)),
    )
    return {"edition": dump_edition(edition)}


def _read_style(fields: Any, lang: str) -> EditionStyle:
    if not isinstance(fields, dict):
        raise InputError("The field «style» is not an object.")
    usual = EditionStyle()
    return EditionStyle(
        lang=_optional_text(fields, "lang") or lang,
        stories=_read_number(fields, "stories", usual.stories),
        brief=_read_number(fields, "brief", usual.brief),
        quotes=_read_number(fields, "quotes", usual.quotes),
        summary_chars=_read_number(fields, "chars", usual.summary_chars),
    )


def _most_common_language(articles: Sequence[Article]) -> str:
    declared = Counter(article.lang or "en" for article in articles)
    return next((lang for lang, _ in declared.most_common(1)), "en")


def _read_number(fields: JsonRecord, name: str, usual: int) -> int:
    value = fields.get(name)
    if value is None:
        return usual
    if type(value) is int and value >= 0:
        return value
    raise InputError(f"The field «style.{name}» is not a whole number.")


def _read_told(record: JsonRecord) -> PublishedLedger:
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
    articles = _read_articles(record)
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
    return Article(id="", text=text, title=title, lang=_optional_text(record, "lang"))


def _answer_quotes(record: JsonRecord) -> JsonObject:
    found = attribution.find_article_quotes(_read_text_article(record))
    return {"quotes": [asdict(quote) for quote in found]}


def _answer_summary(
    record: JsonRecord, *, chars: int = 400, summariser: str = DEFAULT_SUMMARISER
) -> JsonObject:
    article = _read_text_article(record)
    return dump_summary(registry.summarise_article(article, chars, summariser))


def _answer_sentences(record: JsonRecord) -> JsonObject:
    text, lang = _require_text(record), _optional_text(record, "lang")
    found = sentences.split_sentences(text, lang)
    return {"sentences": [asdict(span) for span in found]}


def _answer_figures(record: JsonRecord) -> JsonObject:
    text, lang = _require_text(record), _optional_text(record, "lang")
    found = recognition.find_figures(text, lang=lang)
    return {"figures": [asdict(figure) for figure in found]}


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
    published = page.published.isoformat() if page.published else None
    return {name: getattr(page, name) for name in names} | {"published": published}


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


def _answer_stories(records: Sequence[JsonRecord]) -> list[JsonObject]:
    """Group the whole batch; a bad line still gets its answer in its place."""
    articles: dict[int, Article] = {}
    answers: dict[int, JsonObject] = {}
    for place, record in enumerate(records):
        read = _answer_record(_read_story_article, record)
        if "article" in read:
            # Ids may be missing, doubled or no strings: the place is the key.
            articles[place] = replace(read["article"], id=str(place))
        else:
            answers[place] = read
    for member in assignment.group_articles(tuple(articles.values())):
        place = int(member.article)
        answer: JsonObject = {"id": records[place].get("id"), "story": member.story}
        if member.duplicate_of is not None:
            answer["duplicate_of"] = records[int(member.duplicate_of)].get("id")
        answers[place] = answer
    return [answers[place] for place in range(len(records))]


def _read_story_article(record: JsonRecord) -> JsonObject:
    article = Article(
        id="",
        text=_optional_text(record, "text") or "",
        title=_require_text(record, "title"),
        source=_optional_text(record, "source") or "",
        published=parse_instant(_optional_text(record, "published") or ""),
        lang=_optional_text(record, "lang"),
    )
    return {"article": article}


# The JSON shapes of types, where these are not those of their fields


def dump_summary(summary: Summary) -> JsonObject:
    """A headline and its sentences."""
    return {
        "headline": asdict(summary.headline),
        "summary": [_dump_sentence(sentence) for sentence in summary.sentences],
    }


def dump_edition(edition: Edition) -> JsonObject:
    """An edition, without its decisions."""
    return {
        "title": edition.title,
        "made_from": asdict(edition.made_from),
        "stories": [_dump_story(story) for story in edition.stories],
        "brief": [
            {
                "id": line.story,
                "kind": line.kind,
                "headline": asdict(line.headline),
                "article": _dump_reference(line.article),
                "articles": [_dump_reference(ref) for ref in line.articles],
            }
            for line in edition.brief
        ],
    }


def _dump_sentence(sentence: Sentence) -> JsonObject:
    return {"text": sentence.text, "spans": [asdict(span) for span in sentence.spans]}


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
        "articles": [_dump_reference(ref) for ref in story.articles],
    }


def _dump_figure(shown: EditionFigure) -> JsonObject:
    return {**asdict(shown.figure), "article": shown.article}


def _dump_card(card: QuoteCard) -> JsonObject:
    return {
        **asdict(card.span),
        "text": card.text,
        "speaker": card.speaker,
        "role": card.role,
        "context": asdict(card.context),
        "article": card.article,
    }


def _dump_reference(ref: ArticleRef) -> JsonObject:
    published = ref.published.isoformat() if ref.published else None
    return {**asdict(ref), "published": published}
