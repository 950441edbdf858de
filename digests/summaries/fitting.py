"""Fit the sentences of chosen passages into a number of characters.

A passage that does not fit ends the summary, except the first one, which is shortened
at a clause (`summaries.shortening`): a summary is never empty for want of a few
characters. `fit_lead` is also a complete summariser, the baseline of the others, and
the fallback where choosing sentences would be a guess (opinion, first person,
interviews).
"""

import itertools
from collections.abc import Sequence

from digests.language.regexes import make_regex
from digests.language.spans import format_version, overlaps_any
from digests.summaries import passages
from digests.summaries.passages import Passage
from digests.summaries.shortening import is_readable, list_versions
from digests.types import Article, Sentence, Span, Summary


def fit_sentences(
    article: Article, chosen: Sequence[Passage], chars: int
) -> tuple[Sentence, ...]:
    """The sentences of the passages in their order, joined within `chars`."""
    fitted: list[Sentence] = []
    used = 0
    for passage in chosen:
        budget = chars - used - bool(fitted)
        sentence = build_sentence(passage) if len(passage.text) <= budget else None
        if sentence is None and not fitted:
            sentence = trim_passage(article, passage, budget)
        if sentence is None:
            break
        used += len(sentence.text) + bool(fitted)
        fitted.append(sentence)
    return tuple(fitted)


def build_sentence(passage: Passage) -> Sentence:
    """A passage as a shown sentence."""
    return Sentence(text=passage.text, spans=(passage.span,))


#: «It fell|, but rose later», «One way is left|: to close it», «killed a guard| and his
#: wife», «the kind of town| where nobody votes»: what is missing is what matters.
_TURNING = make_regex(
    r"[,;\s–—-]*(?:but|yet|though|although|unless|except|aber|doch|jedoch|sondern)\b|\s?:\s"
)
_HURT = make_regex(r"\b(?:kill|injur|wound|shot|stabb)(?:ed|ing)?\b[^,;]{3,40}$")
_KIND_OF = make_regex(r"\b(?:kind|sort|type)s?\sof\s[^,;]*$")


def _turns(text: str, span: Span, end: int) -> bool:
    """Whether the end of a sentence says what turns round what stands before it."""
    kept, missing = text[span.start : end], text[end : span.end]
    return bool(
        _TURNING.match(missing)
        or (missing.startswith((" and ", " und ")) and _HURT.search(kept))
        or (missing[:1] == " " and _KIND_OF.search(kept))
    )


def trim_passage(article: Article, passage: Passage, budget: int) -> Sentence | None:
    """The version of a passage in `budget` that loses least.

    None that its missing end would turn round, unless it is of the first passage: the
    news is shown however short.
    """
    priced = list_versions(article.text, passage.span)
    for _, version in sorted(priced, key=lambda row: row[0]):
        if passage.place and _turns(article.text, passage.span, version[-1].end):
            continue
        shown = format_version(article.text, version, ".")
        if len(shown) <= budget and is_readable(article.text, version):
            return Sentence(text=shown, spans=version)
    return None


def summarise_update(
    article: Article, summary: Summary, news: Sequence[Span], chars: int
) -> tuple[Sentence, ...]:
    """The new sentences in document order, and nothing that was shown before.

    Args:
        article: The spans point into its text.
        summary: The summary for somebody who does not know the story, for an article
            of which no new sentence can be shown.
        news: The spans of the new sentences.
        chars: Hard limit on the sentences' texts joined by one space.
    """
    found = passages.extract_passages(article)
    chosen = _choose_new_passages(found, news)
    return fit_sentences(article, chosen, chars) or summary.sentences


def _choose_new_passages(
    found: Sequence[Passage], news: Sequence[Span]
) -> list[Passage]:
    """The passages with news that refer to nothing, or to one that is shown.

    Where there is none: the first one with news, after the one that it refers to.
    """
    chosen: list[Passage] = []
    leaning: list[Passage] = []
    for passage in found:
        if not (passages.is_presentable(passage) and overlaps_any(passage.span, news)):
            continue
        before = found[passage.place - 1] if passage.place else passage
        if not passage.leans or before in chosen:
            chosen.append(passage)
        elif not (leaning or before.leans) and passages.is_presentable(before):
            leaning = [before, passage]
    return chosen or leaning


#: More sentences than this are no summary, whatever the budget.
MAX_LEAD_SENTENCES = 8


def fit_lead(
    article: Article,
    found: Sequence[Passage],
    chars: int,
    most: int = MAX_LEAD_SENTENCES,
) -> tuple[Sentence, ...]:
    """The first passages that fit into `chars`, at most `most` of them."""
    shown = (p for p in found if passages.is_presentable(p))
    return fit_sentences(article, list(itertools.islice(shown, most)), chars)
