"""Judge whether a source supports a claim, by its words.

That numbers and names occur somewhere in the source is necessary, but says little
(QAGS: Wang et al., 2020, and our own measurements). So the claim is compared with every
window of two neighbouring sentences: its pairs and triples of words, and the longest
common subsequence with one sentence. Objections reduce the score: figures and names
that are missing or in another context, other titles, swapped roles, opposites, a
negation or a doubt that only one of them has.
"""

import re
from collections.abc import Iterator, Sequence
from operator import itemgetter

from digests.grounding import contradictions
from digests.language import numbers, sentences, words
from digests.language.grammar import compile_negation
from digests.language.normalization import normalize_text
from digests.language.spans import span_text
from digests.language.words import word_set
from digests.types import SupportVerdict, frozen

#: From this score on a claim counts as supported.
SUPPORTED_SCORE = 0.75
#: Parts of the score; they add up to 1.
_PAIRS, _TRIPLES, _ORDER = 0.3, 0.4, 0.3
#: A claim whose words are all in one sentence in order only omits words: its score
#: goes this share of the way to 1.
_ONLY_SHORTER = 0.3
#: The windows that share most with the claim are compared word by word.
_READ_CLOSELY = 5
#: A longer «sentence» is split into pieces of so many words.
_LONGEST_PIECE = 80
#: More sentences or pieces than this are no claim.
_MOST_SENTENCES = 40

_NAME = re.compile(r"(?<=[\w,’'] )[A-Z][\w’'-]+")
_DENIES = compile_negation("failed")
_HEARSAY = re.compile(
    r"\b(?:claim(?:s|ed|ing)?|alleg\w+|reportedly|apparently|suspected|rumou?red|"
    r"unconfirmed|doubt(?:s|ed|ful)?|angeblich)\b",
    re.IGNORECASE,
)
_DOUBTS = re.compile(
    r"\b(?:may|might|could|possibl[ey]|soll|sollen|möglicherweise|könnte)\b"
)
#: Content words after a denial that are denied, within so many characters.
_DENIED = 2
_REACH = 40
_FILLERS = word_set("yet ever even really any immediate clear")
_STOPS = ".!?…'"
_TORN = re.compile(r"(?<=\d)(?:([.,])\s|\s(-)\s)(?=\d)")

Words = tuple[str, ...]


@frozen
class _Window:
    """Two neighbouring sentences of a source."""

    text: str
    #: The first sentence, as text and as words.
    first_text: str
    first: Words
    #: The first sentence with the one before it in place of its leading pronoun.
    joined: Words
    content: Words
    raw: Words


@frozen
class _Claim:
    """One sentence of a claim."""

    text: str
    content: Words
    raw: Words
    figures: frozenset[float]
    names: frozenset[str]


def check_claim(source: str, claim: str) -> SupportVerdict:
    """Whether `source` supports every sentence of `claim`, and how far.

    Returns:
        The weakest sentence's score (0 to 1) with the objections to it; a claim without
        words is not supported.
    """
    parts = [part for part in _list_pieces(claim) if words.split_words(part)]
    if not parts:
        return _build_verdict(0.0, "The claim has no words.")
    if _stands_whole(normalize_text(claim), normalize_text(source)):
        return _build_verdict(1.0, "It is in the source verbatim.")
    if len(parts) > _MOST_SENTENCES:
        return _build_verdict(0.0, "The claim is too long to check.")
    windows = _build_windows(source)
    figures = _find_figures(source)
    vocabulary = frozenset(w for window in windows for w in window.raw)

    def judge(part: str) -> tuple[float, list[str]]:
        read = map(_read_claim, _list_readings(part))
        judged = (_judge_claim(r, windows, figures, vocabulary) for r in read)
        return max(judged, key=itemgetter(0))

    score, reasons = min(map(judge, parts), key=itemgetter(0))
    return _build_verdict(score, *reasons)


def _build_verdict(score: float, *reasons: str) -> SupportVerdict:
    supported = score >= SUPPORTED_SCORE
    return SupportVerdict(supported=supported, score=round(score, 4), reasons=reasons)


def _list_readings(part: str) -> list[str]:
    """A sentence, and its active form where it is passive."""
    turned = contradictions.to_active_voice(part)
    return [part, turned] if turned else [part]


def _stands_whole(claim: str, source: str) -> bool:
    """Whether the claim is whole sentences of the source, not a piece of one."""
    at = source.find(claim)
    if at < 0 or claim[-1] not in _STOPS:
        return False
    before = source[:at].rstrip(" '")
    return not before or before[-1] in _STOPS


def _read_claim(part: str) -> _Claim:
    raw = words.split_words(part)
    names = (w.lower().replace("’", "'") for w in _NAME.findall(part))
    return _Claim(
        text=part,
        content=words.extract_stems(part) or raw,
        raw=raw,
        figures=frozenset(n.value for n in numbers.find_numbers(part)),
        names=frozenset(n.removesuffix("'s").removesuffix("'") for n in names),
    )


def _find_figures(text: str) -> frozenset[float]:
    """The numbers of a source, also those with a space inside."""
    mended = _mend_numbers(text)
    found = numbers.find_numbers(text) + (
        numbers.find_numbers(mended) if mended != text else ()
    )
    return frozenset(number.value for number in found)


def _mend_numbers(text: str) -> str:
    """A text without the spaces in «235, 000» and «2 - 0»."""
    return _TORN.sub(r"\1\2", text)


def _build_windows(source: str) -> list[_Window]:
    pieces = _list_pieces(source)
    tokens = [words.split_words(piece) for piece in pieces]
    contents = [words.extract_stems(piece) for piece in pieces]
    found = []
    for at in range(len(pieces)):
        following = slice(at, at + 2)
        leans = at > 0 and tokens[at] and tokens[at][0] in _PRONOUNS
        found.append(
            _Window(
                text=" ".join(pieces[following]),
                first_text=pieces[at],
                first=tokens[at],
                joined=tokens[at - 1] + tokens[at][1:] if leans else (),
                content=tuple(w for part in contents[following] for w in part),
                raw=tuple(w for part in tokens[following] for w in part),
            )
        )
    return found


_PRONOUNS = word_set("he she it they er sie es")


def _list_pieces(text: str) -> list[str]:
    """The sentences of a text; long ones in pieces, to bound the comparisons."""
    spans = sentences.split_sentences(text)
    return [piece for s in spans for piece in _split_sentence(span_text(text, s))]


def _split_sentence(sentence: str) -> list[str]:
    """A sentence, or the pieces of one that is a list or lacks full stops."""
    places = words.locate_words(sentence)
    if len(places) <= _LONGEST_PIECE:
        return [sentence]
    starts = [places[at][0] for at in range(0, len(places), _LONGEST_PIECE)]
    return [
        sentence[a:b] for a, b in zip(starts, [*starts[1:], len(sentence)], strict=True)
    ]


def _judge_claim(
    claim: _Claim,
    windows: Sequence[_Window],
    figures: frozenset[float],
    vocabulary: frozenset[str],
) -> tuple[float, list[str]]:
    """The best window's score for one sentence, and the objections to it."""
    rough = sorted(
        ((_rate_roughly(claim, window), at) for at, window in enumerate(windows)),
        reverse=True,
    )
    best, at = max(
        (
            (_rate_closely(claim, windows[at], score), at)
            for score, at in rough[:_READ_CLOSELY]
        ),
        default=(0.0, -1),
    )
    if at < 0 or best <= 0:
        return 0.0, ["No sentence of the source is about this."]
    return _weigh_objections(claim, windows[at], best, figures, vocabulary)


def _rate_roughly(claim: _Claim, window: _Window) -> float:
    """Share of the claim's pairs and triples of words that the window has."""
    content = set(window.content)
    plain = sum(w in content for w in claim.content) / len(claim.content)
    pairs = _rate_runs(claim.content, window.content, 2, plain)
    return _PAIRS * pairs + _TRIPLES * _rate_runs(claim.raw, window.raw, 3, plain)


def _rate_runs(claim: Words, window: Words, size: int, plain: float) -> float:
    """The share of the claim's runs of words in the window; `plain` if it has none."""
    wanted = list(zip(*(claim[at:] for at in range(size)), strict=False))
    if not wanted:
        return plain
    there = set(zip(*(window[at:] for at in range(size)), strict=False))
    return sum(run in there for run in wanted) / len(wanted)


def _rate_closely(claim: _Claim, window: _Window, rough: float) -> float:
    if rough <= 0:
        return 0.0
    kept = max(
        _common_subsequence(claim.raw, window.first),
        _common_subsequence(claim.raw, window.joined),
    ) / len(claim.raw)
    score = rough + _ORDER * kept
    return score + _ONLY_SHORTER * (1 - score) if kept == 1 else score


def _common_subsequence(one: Words, other: Words) -> int:
    """Length of the longest common subsequence."""
    before = [0] * (len(other) + 1)
    for word in one:
        now = [0]
        for at, there in enumerate(other):
            now.append(
                before[at] + 1 if word == there else max(before[at + 1], now[at])
            )
        before = now
    return before[-1]


def _weigh_objections(
    claim: _Claim,
    window: _Window,
    score: float,
    figures: frozenset[float],
    vocabulary: frozenset[str],
) -> tuple[float, list[str]]:
    """The score after figures, names, sense and doubt were compared."""
    reasons = []
    for objections in _group_objections(claim, window, figures, vocabulary):
        for holds, left, reason in objections:
            if holds:
                score *= left
                reasons.append(reason)
                break
    if not reasons and score < SUPPORTED_SCORE:
        reasons.append("The words are in the source, but not together.")
    return score, reasons


#: Whether it holds, the factor of the score, the reason.
_Objection = tuple[bool, float, str]


def _group_objections(
    claim: _Claim,
    window: _Window,
    figures: frozenset[float],
    vocabulary: frozenset[str],
) -> Iterator[tuple[_Objection, ...]]:
    """Objections by their subject; of each group the first that holds counts."""
    text, first = window.text, window.first_text
    if claim.figures:
        near = _find_figures(text)
        swapped = contradictions.has_swapped_figures(claim.text, _mend_numbers(text))
        yield (
            (not claim.figures <= figures, 0.4, "A figure is not in the source."),
            (
                not claim.figures <= near,
                0.9,
                "A figure is elsewhere in the source, in another context.",
            ),
            (swapped, 0.5, "A figure counts something else in the source."),
        )
    known = all(_has_sequence(vocabulary, name) for name in claim.names)
    yield (
        (not known, 0.5, "A name is not in the source."),
        (
            contradictions.has_foreign_title(claim.text, text),
            0.6,
            "A name has another title in the source.",
        ),
    )
    yield (
        (_disagrees(claim, window), 0.6, "Claim and source do not deny the same."),
        (
            contradictions.has_swapped_roles(claim.text, first),
            0.5,
            "The source says it the other way round.",
        ),
        (
            contradictions.has_opposite(claim.text, first),
            0.6,
            "The source says the opposite.",
        ),
    )
    yield (
        (
            _is_surer(_HEARSAY, claim, window),
            0.7,
            "The source only reports what somebody claims.",
        ),
        (
            _is_surer(_DOUBTS, claim, window),
            0.9,
            "The source is less sure than the claim.",
        ),
    )


def _is_surer(doubt: re.Pattern[str], claim: _Claim, window: _Window) -> bool:
    """Whether the source voices a doubt that the claim leaves out."""
    return bool(doubt.search(window.first_text)) and not doubt.search(claim.text)


def _disagrees(claim: _Claim, window: _Window) -> bool:
    """Whether the claim denies what the window does not, or affirms what it denies."""
    if _DENIES.search(claim.text):
        return not _DENIES.search(window.first_text)
    claim_words = frozenset(claim.content)
    denied = (
        [
            word
            for word in words.extract_stems(
                window.first_text[m.end() : m.end() + _REACH]
            )
            if word not in _FILLERS
        ][:_DENIED]
        for m in _DENIES.finditer(window.first_text)
    )
    return any(claim_words.issuperset(part) and part for part in denied)


def _has_sequence(vocabulary: frozenset[str], name: str) -> bool:
    return name in vocabulary or all(part in vocabulary for part in name.split("-"))
