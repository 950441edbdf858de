"""Decide whether a digest's word filters admit an article.

A filter is a word («battery»), a phrase («"climate summit"», or with a space), or a
pattern between slashes («/batter(y|ies)/»). Words and phrases match whole words of
title and text in normalized form. Articles in another language are refused first.
Patterns run on RE2, which takes linear time whatever an admin types.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from digests.errors import InputError
from digests.language.normalization import normalize_text
from digests.language.words import primary_language
from digests.messages import Message
from digests.types import Article, EditionStyle

_Match = Callable[[str, str], bool]
_MARKS = "\"'“”„«»‘’"
#: A pattern may not take more memory than this.
_PATTERN_BYTES = 1 << 20


def find_refusal_reason(article: Article, style: EditionStyle) -> Message | None:
    """Why the filters refuse an article; None if they admit it.

    Raises:
        InputError: A pattern that RE2 does not understand; the message names it.
    """
    lang = primary_language(article.lang or style.lang)
    if lang != primary_language(style.lang):
        return Message("decision.other_language", lang=lang, of_digest=style.lang)
    if found := match_filters(article, style.exclude):
        return Message("decision.excluded", found=found[0])
    if style.include and not match_filters(article, style.include):
        wanted = " or ".join(style.include)
        return Message("decision.not_included", wanted=wanted)
    return None


def match_filters(article: Article, filters: Iterable[str]) -> tuple[str, ...]:
    """The filters that match the article, in their order.

    Raises:
        InputError: A pattern that RE2 does not understand; the message names it.
    """
    matchers = {written: _build_matcher(written) for written in filters}
    if not matchers:
        return ()
    raw = f"{article.title or ''}\n{article.text}"
    folded = f" {normalize_text(raw)} "
    return tuple(w for w, matches in matchers.items() if matches(raw, folded))


def validate_filter(written: str) -> None:
    """Check that this can be a filter.

    Raises:
        InputError: It is empty, or a pattern that RE2 does not understand.
    """
    _build_matcher(written)


@lru_cache(maxsize=512)
def _build_matcher(written: str) -> _Match:
    stripped = written.strip()
    if len(stripped) > 2 and stripped.startswith("/") and stripped.endswith("/"):
        pattern = _compile_pattern(stripped[1:-1], written)
        return lambda raw, _: bool(pattern.search(raw.encode("utf-8", "replace")))
    phrase = normalize_text(stripped.strip(_MARKS))
    if not phrase:
        raise InputError("filter.empty", written=repr(written))
    words = _match_whole_phrase(phrase)
    return lambda _, folded: phrase in folded and bool(words.search(folded))


def _match_whole_phrase(phrase: str) -> re.Pattern[str]:
    """The phrase not inside a longer word, where its ends are letters or digits."""
    before = r"(?<!\w)" if phrase[0].isalnum() else ""
    after = r"(?!\w)" if phrase[-1].isalnum() else ""
    return re.compile(before + re.escape(phrase) + after)


def _compile_pattern(inner: str, written: str) -> Any:
    import re2  # a compiled library of 7 MB, needed by few digests

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _PATTERN_BYTES
    try:
        return re2.compile(inner.encode("utf-8", "replace"), options=options)
    except re2.error as problem:
        raise InputError(
            "filter.bad_pattern", written=repr(written), problem=_words(problem)
        ) from problem


def _words(problem: Exception) -> str:
    said = problem.args[0] if problem.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
