"""Tighten a headline that is longer than a headline may be, by words that cost little.

`shortening` leaves out whole parts. What is still too long loses, only as far as it
needs to: words that headlines never have («said |that|», «posters |which are| sold»,
«|have been| convicted of»), when and where («|this week|», «|in a statement|»), what
says more about somebody («|Prime Minister| Ada Brandt», «an officer |suspected of
murder| has fled»), and then the end of the sentence, from a clause, a second verb or a
phrase on. A negation, a condition, a doubt, a number and who claims something are never
among the words that go, nor is anything between quotation marks.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from digests.language import (
    clause_verbs,
    completeness,
    grammar,
    insertions,
    sentence_ends,
    words,
)
from digests.language.names import ROLE_NOUNS
from digests.language.quotation_marks import has_balanced_marks
from digests.language.regexes import make_regex
from digests.language.roles import find_roles
from digests.language.spans import format_version, overlaps_any, remove_parts
from digests.summaries.german_gaps import find_german_ends, find_german_gaps
from digests.types import Span

SentenceVersion = tuple[Span, ...]


class _Cut(NamedTuple):
    """Words that may go, with what is lost."""

    start: int
    end: int
    loss: float


_PARTICIPLE = r"(?:[a-z]+ly\s|not\s)?[a-z]{2,}(?:ed|ing)\b(?!\sto\sbe\s)"
_SAYING = (
    r"(?:said|say|says|claim|claims|claimed|believes?|thinks?|hopes?|insists?|insisted"
    r"|fears?|warned|warns|asserts?|announced|confirmed|confident|admitted|suggests?"
    r"|argues?)"
)
#: What praises or stresses, and says nothing of what happened.
_EMPHASIS = (
    "acclaimed|alarming|ambitious|amazing|astonishing|beautiful|beloved|bold|brutal"
    "|daunting|deeply|devastating"
    "|disturbing|dramatic|enormous|entire|equally|extraordinary|extremely|famed|famous"
    "|fierce|formidable|gruesome"
    "|harrowing|heartbreaking|heartfelt|heavily|highly|highly-anticipated|huge|hugely"
    "|iconic|impressive|increasingly"
    "|incredible|influential|legendary|lengthy|long-?standing|lucrative|magnificent"
    "|massive|memorable|much-anticipated"
    "|notorious|ongoing|particular|picturesque|prestigious|prominent|recent"
    "|recently-announced|remarkable|renowned"
    "|resounding|restive|senior|similarly|sizable|spectacular|stunning|surprising"
    "|sweeping|tiny|unprecedented|upcoming"
    "|various|vast|very|vivid|well-known|whole|wide-ranging|widely|world-famous"
)
#: The words that go are the group «gap» of each expression, or «also»; the number is
#: the loss.
_GAPS = tuple(
    (loss, make_regex(rf"(?:{pattern})"))
    for loss, pattern in (
        # «said |that|»
        (0.1, rf"\b{_SAYING}(?P<gap>\sthat)(?=\s(?!of\b|is\b|was\b))"),
        # «posters |which are| sold in», «a plan |that is| designed to»
        (
            0.2,
            r"(?<![,.;])(?P<gap>\s(?:who|which|that)\s"
            r"(?:is|are|was|were|ha(?:s|ve|d)\sbeen))"
            rf"(?=\s{_PARTICIPLE})",
        ),
        # «a measure |that aims| to block», «|in an effort| to save»
        (
            0.3,
            r"(?P<gap>\s(?:that|which)\s(?:aims?|seeks?"
            r"|(?:is|are)\s(?:designed|intended))|\sin\s"
            r"(?:order|an\s(?:effort|attempt)|a\sbid)|\s(?:designed|intended))"
            r"(?=\sto\s)",
        ),
        # «Two men |have been| convicted of»
        (
            0.8,
            r"\A(?:(?!\s(?:that|who|which|whose)\s)[^,;:\"“]){3,90}?"
            r"(?P<gap>\s(?:ha(?:s|ve)\sbeen|was|were|is|are))"
            r"(?=\s[a-z]{2,}ed\s(?:of|to|by|in|for|from|with|on|after|over|at)\s)",
        ),
        # «|this week|», «|over the weekend|», «|in a statement|»
        (
            0.3,
            r"(?P<gap>\s(?:(?:earlier|later)\s)?(?:this|last)\s"
            r"(?:week|month|weekend|morning|afternoon|evening|night)"
            r"|\s(?:over|in)\sthe\s(?:past|last|recent)\s(?:\w+\s)?"
            r"(?:hours?|days?|weeks?|months?)|\sin\srecent\s(?:days|weeks|months)"
            r"|\sover\sthe\sweekend|\s(?:today|yesterday|tonight|overnight|here"
            r"|next\s(?:week|month))|\sin\s(?:an?|his|her|its|their)\s(?:\w+\s){0,2}"
            r"(?:statement|interview|speech|post|letter|report|filing|tweet|email"
            r"|memo)|\sin\sthe\s(?:early|late|mid)?[\s-]?\d{4}s)"
            r"(?=[\s,.])(?!\s(?:of|by|about|with|from|to|on)\b)",
        ),
        # «Tom Reed led the valley |and its first bank |with a team of four»
        (
            3.0,
            rf"\b(?:{clause_verbs.FINITE}|[a-z]{{3,}}ed)\s(?:"
            rf"(?!(?:both|between)\s)[\w’'-]+\s){{2,12}}?[a-z]+"
            r"(?P<gap>\sand\s(?:his|her|its|their|the|an?"
            r"|[A-Z][\w-]+(?:\s[A-Z][\w-]+)*[’']s)\s(?:"
            rf"(?!(?:{clause_verbs.FINITE}|and|or|that|who|which)\s)[\w’'-]+\s){{1,9}}?)"
            r"(?=\b(?:with|after|during)\s(?:an?|the)\s)",
        ),
        # «says |in her obituary| that»
        (0.4, rf"\b{_SAYING}(?P<gap>\sin\s(?:[\w’'-]+\s){{1,3}}[a-z]+)(?=\sthat\s)"),
        # «has |once more| become»
        (
            0.1,
            r"(?P<gap>\s(?:indeed|surely|once\s(?:more|again)|actually|really|simply"
            r"|in\sfact))(?=\s)",
        ),
        # «asked Tom Reed|, the referee of the race,| to row», «Ida Lund|, 31,| rows»
        (
            1.5,
            r"(?<!\bHe)(?<!\bIt)\b[A-Z][\w’'-]+(?P<gap>,\s"
            r"(?:\d{1,3}|(?:an?|the|his|her|its|their|who|which|whose|where|of)\s"
            r"(?:(?!\sand\s(?:an?|the|his|her|its|their|[A-Z])\b)[^,;:()—–]){3,120}),)"
            r"(?=\s(?:to|for|in|on|at|from|over|with|after|of|by|that)\s)",
        ),
        # «The minister said the dam is safe|, the state radio reported|»
        (
            0.5,
            rf"\A(?:[^,;:\"“]){{3,80}}?\s{_SAYING}\s[^;:\"“]*?"
            rf"(?P<gap>,\s(?:the|an?)?\s?(?:[\w’'-]+\s){{0,4}}"
            r"(?:agency|newspaper|daily|radio|television|media|Times|Post|News)\s"
            r"(?:[A-Z][\w-]+\s){0,3}(?:said|reported|reports|says))(?=\.?\Z)",
        ),
        # «said |at a rally in Hallin| that», «…| at an event in Hallin|»
        (
            0.4,
            r"\b(?:sa(?:id|ys)|told|announced|spoke|wrote|argued|warned|promised"
            r"|claimed)\b[^;:]*?(?P<gap>\s(?:during|at)\san?\s(?:[\w-]+\s){0,2}"
            r"(?:events?|rally|rallies|briefing|conference|forum|hearing|fundraiser"
            r"|stop|town\shall|meeting)(?:\sin\s(?:the\s)?[A-Z][\w.’'-]*"
            r"(?:,?\s[A-Z][\w.’'-]*){0,3})?)(?=\sthat\s|,\s|\.?\Z)",
        ),
        # «according to a |new Norland Courier| poll», «… documents| that she filed|»
        (
            0.4,
            r",\saccording\sto\s(?:a(?P<gap>(?:\s[\w’'-]+){1,6}?)"
            r"(?=\s(?:poll|survey|study|report|review)\b)"
            r"|(?:[\w’'-]+\s){0,4}(?:documents|records|filings|data|emails)"
            r"(?P<also>\s(?:he|she|it|they|that|filed|submitted|released|obtained"
            r"|published)\s[^,;]*?)(?=\.?\Z))",
        ),
        # «Ada Lund, 68|, Brandt’s friend since school,| has been praised»
        (
            1.5,
            r"(?<=[\w])(?P<gap>,\s[A-Z][\w-]+[’']s\s[^;:()\"“”]{3,140},)"
            r"(?=\s(?:is|are|was|were|ha[sd]|have|will)\s)",
        ),
        # «the |acclaimed| film», «|deeply| divided»: praise and emphasis
        (
            0.3,
            r"(?<!\bmore)(?<!\bmost)(?<!\bas)(?<!\bso)(?<!\btoo)(?<!\bnot)"
            r"(?:(?<!\ba)(?<!\ban)|(?<=\ba)(?=\s\S+\s[^aeiouAEIOU])"
            r"|(?<=\ban)(?=\s\S+\s[aeiouAEIOU]))"
            rf"(?P<gap>(?:\A(?i:{_EMPHASIS})|\s(?:{_EMPHASIS})))"
            r"(?=\s(?!(?:and|or|than|to|that|for|in|of|on|with|by|as|at)\b)[\w\"“])",
        ),
        # «made the dyes| it had controlled| legal»
        (
            1.0,
            r"\bthe\s(?:[a-z-]+\s){1,3}?(?<=s\s)(?<!\bthis\s)"
            r"(?P<gap>(?:it|they|he|she)\sha(?:d|s|ve)\s"
            r"(?!kill|den|invent|fak|forg|fabric|promis)[a-z]+ed\s)"
            r"(?=(?!to\b|that\b|in\b|on\b|at\b|for\b|with\b|from\b|by\b|about\b"
            r"|as\b)[a-z])",
        ),
        # «"The Mill,"| a film about work,| will open»
        (
            1.5,
            r"(?<=,[\"”])(?P<gap>\s(?:an?|the|his|her|its|their)\s[^,;:()]{3,120},)"
            r"(?=\s(?:is|are|was|were|ha[sd]|have|will)\s)",
        ),
        # «An activist| who caused a row| said»
        (
            2.5,
            r"\A(?:[\w’'-]+\s){0,3}[a-z]+(?<!s)(?P<gap>\swho\s"
            r"(?:(?!(?:who|that|which|whom|when|while|because|if|how|what|he|she|it"
            r"|they|sa(?:id|ys?)|thinks?|fears?|hopes?|knows?|suspects?"
            r"|expects?)\s)[\w’'$£€.-]+\s){4,16}?)(?=(?:said|says|told|ha[sd]|is|was"
            r"|will)\s)",
        ),
        # «an officer| suspected of murder| has fled», «a report| issued by a firm|»
        (
            0.6,
            r",\s(?:a(?P<gap>(?:\s[\w-]+){1,3}?)(?=\s(?:source|spokes\w+|diplomat)\s)"
            r"|an(?P<also>(?:\s[\w-]+){1,3}?)(?=\sofficial\s))",
        ),
        # «a man who lost a leg| after an illness,| has won»
        (
            1.0,
            r"\swho\s[^,;:]{5,50}?(?P<gap>\s(?:after|during)\s[^,;:]{3,40},?)"
            r"(?=\s(?:ha[sd]|have|is|are|was|were|will)\s)",
        ),
        (
            1.5,
            r"(?<!\bthe)(?<!\ba)(?P<gap>\s(?:(?:suspected|accused|armed|charged"
            r"|released|published|issued|offered|run|led|backed|owned|based|starring"
            r"|known|called)\s(?:[A-Z]\w+\s)?(?:of|with|in|as|by|for|at|[A-Z])"
            r"|(?:showing|depicting|featuring|containing|including|involving"
            r"|belonging)\s(?!that\b))(?:(?!\s(?:who|which|that)\s)[^,;:\"“()]|,\s[A-Z]"
            r"|,\swho\s[^,;:()]{3,80},){2,80}?)"
            rf"(?=\s(?:{clause_verbs.FINITE}|[a-z]{{3,}}s\sthe)\s)",
        ),
        # «Two men| in the US| were convicted», «Art| at Hallin during the War| is»
        (
            2.0,
            r"(?P<gap>\s(?:in|from|at|near|outside|by(?!\s\w+(?:\s\w+)?['’]s))\s"
            r"(?:the\s)?(?:(?:[A-Z]\w+\s)?(?:city|town|village|state"
            r"|province)\sof\s)?[A-Z][\w.'’-]*(?:,?\s[A-Z][\w.'’-]*){0,3}?"
            r"(?:\sin\s\d{4}|\sduring\sthe(?:\s[A-Z]\w+){1,3})?,?)"
            r"(?=\s(?:(?:is|are|was|were|ha[sd]|have|will|suggests?|suggested|finds"
            rf"|found|shows?|showed|says?)\s|(?:{clause_verbs.FINITE}|[a-z]{{3,}}ed)\s"
            r"(?:the|an?|his|her|its|their|that|to)\s))",
        ),
    )
)
_ROLE_LOSS = 2.0
#: Participles that only say more about a noun.
_OF_NOUN = (
    "connected|linked|related|involving|concerning|regarding|featuring|containing"
    "|showing|depicting"
    "|offered|being|aimed|planned|scheduled|designed|created|developed|published"
    "|released|located"
)
#: «the high rates| they charge»
_NOUN_BEFORE = make_regex(
    r"\b(?:the|an?|his|her|its|their)\s(?:[\w-]+\s){0,2}[\w-]+[\"”]?\Z"
    r"|(?<!\bsay)(?<!\bhope)(?<!\bbelieve)\b[a-z]{4,}s[\"”]?\Z"
)
#: Where a sentence may end, besides the ends that `clauses` finds.
_ENDS = make_regex(
    r"(?P<clause>,?\s(?=(?:and|but|while|so)\s(?:he|she|they|it)\s)"
    r"|,?\s(?=(?:and|but)\s(?:(?:the|an?|his|her|its|their)\s)?[a-z]+\s"
    r"(?:ha[sd]|have|is|are|was|were|will|[a-z]{2,}ed)\s)"
    r"|,\s(?=and\s(?!(?:because|that|to|in|on|at|for|with|by|of|as|if|when)\s)"
    r"(?:[\w’'-]+\s){1,3}?[a-z]+\s))|(?P<verb>,\s(?=then\s[a-z]+ed\s)"
    r"|,?\s(?=and\s(?:then\s|later\s|instead\s|also\s|[a-z]+ly\s)?"
    r"(?P<second>[a-z]+)\s))|(?P<link>,?\s(?=(?:after|as|before|when|while|because"
    r"|following|despite|amid|although|though|since)\s))"
    r"|(?P<relative>,\s(?=(?:which|who|whose|where)\s))"
    r"|(?P<one>\s(?=(?:that|who|which)\s))"
    # «members |linked to a row», «the rates |they charge for calls», «|in a bid to»
    rf"|(?P<detail>\s(?=(?:{_OF_NOUN})\s)|(?<=[a-z\"”])\s"
    r"(?=(?:it|he|she|they)\s[a-z]+\s)|\s(?=in\san?\s(?:bid|effort|attempt)\sto\s))"
    r"|(?P<participle>,?\s(?=including\s)|,\s(?=(?:[a-z]{3,}ing"
    r"|an?\s(?:move|step|sign|decision|day|week|month|year|change))\s))"
    r"|(?P<phrase>\s(?=(?:in|on|at|near|during|under|with|for|from|across|amid|about"
    r"|against|over|between|through|ahead\sof|as\spart\sof)\s))"
    r"|(?P<dash>\s?[—–]\s|\s-{1,2}\s|;\s)"
)
#: What an end costs, and each content word that goes with it.
_END_COSTS = {"clause": 1.5, "verb": 2.0, "link": 2.0, "relative": 2.0, "one": 2.0}
_END_COST, _WORD_COST = 3.0, 0.7
#: Words that no cut may take.
_KEPT = make_regex(
    rf"{grammar.NEGATION.pattern}|{sentence_ends.LIMITS.pattern}"
    r"|\b(?:if|unless|until|whether|(?-i:may)|might|could|would|except|provided"
    r"|instead)\b",
    re.IGNORECASE,
)
_STATEMENT = frozenset(("clause", "verb", "dash"))
_IN_MARKS = make_regex(r"[\"“„«].{0,600}?[\"”“»]|(?<!\w)['‘].{0,600}?['’](?!\w)")
#: Words that a version ends with, at least, after its first verb.
_FEWEST_AFTER_VERB = 2


def tighten_version(
    text: str,
    version: SentenceVersion,
    most: int,
    price: Callable[[SentenceVersion], float] = lambda _: 0.0,
    is_fit: Callable[[SentenceVersion], bool] = lambda _: True,
) -> tuple[float, SentenceVersion] | None:
    """The version in at most `most` characters that loses least, with the loss.

    Args:
        text: The article's text.
        version: A readable version of a sentence that is too long.
        most: Characters of the version as a headline.
        price: The loss by what a version does not name, besides its parts.
        is_fit: Whether a version may be a headline.
    """
    sentence = "".join(text[piece.start : piece.end] for piece in version)
    places = [at for piece in version for at in range(piece.start, piece.end)]
    named = price(version)
    gaps = [
        cut._replace(loss=cut.loss + price(_remove(version, [cut])) - named)
        for cut in _place(_find_gaps(sentence), places)
    ]
    gaps.sort(key=lambda cut: cut.loss)

    def fits(cuts: list[_Cut]) -> bool:
        shown = format_version(text, _remove(version, cuts))
        return len(shown.rstrip(".")) <= most

    best: tuple[float, SentenceVersion] | None = None
    for end in [None, *_place(_find_ends(sentence), places)]:
        cuts = [end] if end else []
        for gap in gaps:
            if fits(cuts):
                break
            # A larger gap takes the place of those inside of it.
            others = [c for c in cuts if c is end or not _contains(gap, c)]
            if not overlaps_any(gap, others):
                cuts = [*others, gap]
        if not fits(cuts):
            continue
        for cut in sorted(cuts[bool(end) :], key=lambda cut: -cut.loss):
            # What a larger gap made needless stays.
            rest = [other for other in cuts if other is not cut]
            if cut.loss and fits(rest):
                cuts = rest
        shown = _remove(version, cuts)
        loss = sum(cut.loss for cut in cuts) + price(shown)
        if (best is None or loss < best[0]) and is_fit(shown):
            best = (loss, shown)
    return best


def _contains(gap: _Cut, other: _Cut) -> bool:
    return gap.start <= other.start and other.end <= gap.end


def _remove(version: SentenceVersion, cuts: list[_Cut]) -> SentenceVersion:
    kept: list[Span] = []
    for piece in version:
        inside = [
            Span(start=max(cut.start, piece.start), end=min(cut.end, piece.end))
            for cut in sorted(cuts)
            if cut.start < piece.end and piece.start < cut.end
        ]
        kept += remove_parts(piece, inside)
    return tuple(kept)


def _place(cuts: list[_Cut], places: list[int]) -> list[_Cut]:
    """Cuts of what a version shows, at their places in the text."""
    return [
        _Cut(places[start], places[end - 1] + 1, loss)
        for start, end, loss in cuts
        if start < end
    ]


def _find_gaps(sentence: str) -> list[_Cut]:
    quoted = [m.span() for m in _IN_MARKS.finditer(sentence)]
    return [
        _Cut(start, end, loss)
        for loss, start, end in (*_iter_gaps(sentence), *find_german_gaps(sentence))
        if not any(a < start < b or a < end < b for a, b in quoted)
        and not _KEPT.search(sentence, start, end)
    ]


def _iter_gaps(sentence: str) -> Iterator[tuple[float, int, int]]:
    for loss, pattern in _GAPS:
        for m in pattern.finditer(sentence):
            start, end = m.span("gap" if m["gap"] else "also")
            # The comma that closes an apposition stays.
            closes = sentence[end - 1] == "," and "," in sentence[: start - 2]
            yield loss, start, end - closes
    for start, end in find_roles(sentence):
        yield _ROLE_LOSS, start, end


def _find_ends(sentence: str) -> list[_Cut]:
    """From where on a sentence may go without the rest, up to who said it."""
    said = insertions.find_attribution(sentence, Span(start=0, end=len(sentence)))
    stated = sentence[: said.start]
    if clause_verbs.is_german(sentence):
        return [
            _build_end(sentence, at, said.start, "link")
            for at in find_german_ends(stated)
            if has_balanced_marks(stated[:at])
            and (_REASON.match(stated, at) or not _KEPT.search(stated, at))
        ]
    found = [
        _build_end(sentence, m.start(), said.start, m.lastgroup or "phrase")
        for m in _ENDS.finditer(stated)
        if _may_end(m, stated[: m.start()], stated[m.end() :])
    ]
    who = _WHO_SAID.search(sentence, said.start, said.end)
    named = words.split_words(sentence[said.start : who.start()]) if who else ()
    if who and not insertions.SAYING_WORDS.isdisjoint(named):
        found.append(_build_end(sentence, who.start(), said.end, "clause"))
    return found


#: What only the reason of a fact denies is no part of the fact.
_REASON = make_regex(r",\s(?:weil|nachdem)\s")
#: «…, says the head of the firm| that sold it.»
_WHO_SAID = make_regex(r"(?<=[a-z])\s(?=(?:that|who|which)\s)(?=[^,;\"“”]*\Z)")


def _build_end(text: str, start: int, end: int, kind: str) -> _Cut:
    lost = words.extract_stems(text[start:end])
    loss = _END_COSTS.get(kind, _END_COST) + _WORD_COST * len(lost)
    return _Cut(start, end, loss)


#: «problems last week |when …»
_LATELY = make_regex(
    r"\s(?:this|last)\s(?:week|month|year|weekend|morning|afternoon|evening|night)\Z"
)
#: «in a feud», «with a view»: of what?
_NAMES_KIND = make_regex(r"\b(?:in|with|during)\san?\s(?!year|day|week|month)[a-z]+\Z")
#: What was done to somebody is the news, wherever it stands.
_HARM = make_regex(r"\b(?:kill|injur|wound|die[ds]?\b|dead\b|death)")
#: Characters of a statement that says enough without a phrase.
_FEWEST_BEFORE_PHRASE = 45
#: A clause of its own, of which each has its verb.
_LINK = make_regex(r"\b(?:who|which|that|how|what|when|where|while|because|why)\s")
#: Before a verb without ending.
_BARE_VERB = make_regex(rf"{completeness.OPEN.pattern}|\bto\s(?!the\b|an?\b)[a-z]+\s")
#: «a recording of the fire |that shows the mill»
_DESCRIBES = make_regex(r"that\s(?:includes?|shows?|depicts?|contains?|features?)\s")
_SUBJECTS = frozenset(("it", "he", "she", "they"))
#: Phrases that no verb or noun needs.
_COMPLETES_NOTHING = make_regex(
    r"(?:in\san?\s(?:bid|effort|attempt)\sto|during|amid|despite|ahead\sof)\s"
)
#: A statement in somebody's words: «said |»
_SAID = make_regex(rf"\b{_SAYING}\s(?:that\s)?")


def _may_end(m: re.Match[str], kept: str, tail: str) -> bool:
    """Whether what stands before a place is a sentence of the same sense."""
    kind = m.lastgroup or "phrase"
    kept = _LATELY.sub("", kept)
    found = words.split_words(kept[-80:])
    last = found[-1] if found else ""
    if completeness.dangles(kept) or not has_balanced_marks(kept):
        return False
    if completeness.LONE.search(kept) or _NAMES_KIND.search(kept) or _HARM.search(tail):
        return False
    if not _says_enough(kept) or completeness.leaves_clause_open(kept, tail):
        return False
    resumed = completeness.RESUMED.search(tail)
    if resumed and kind != "clause" and grammar.looks_finite(resumed[1]):
        return False
    if completeness.turns_round(kept, tail) or completeness.cuts_list(kept, tail):
        return False
    if kind in _STATEMENT:
        return _may_end_statement(kind, m, kept, tail)
    if (
        _KEPT.search(tail)
        or clause_verbs.takes_verb(tail)
        or completeness.HARMED.search(kept)
    ):
        return False
    waits = m[0][0] != "," and completeness.waits_for_phrase(kept, found)
    if waits and not _COMPLETES_NOTHING.match(tail):
        return False
    return _may_end_before(m, kept, tail, last)


def _may_end_before(m: re.Match[str], kept: str, tail: str, last: str) -> bool:
    """Whether a sentence may go without a clause or phrase that depends on it."""
    kind, first = m.lastgroup, tail.partition(" ")[0]
    if kind == "link":
        takes = completeness.OF_LINK.get(first)
        leans = completeness.leans_on_link(last, first) or (
            takes and takes.search(kept)
        )
        return not leans and not completeness.changes_sense(kept, first)
    if kind in ("one", "detail") and last in grammar.WRITTEN | grammar.SPEECH_NOUNS:
        return False
    if kind == "one":
        thing = first == "which" and last not in ROLE_NOUNS
        described = _DESCRIBES.match(tail) is not None
        return thing or described or completeness.ONE_OF_MANY.search(kept) is not None
    if kind == "detail" and first in _SUBJECTS:
        return bool(_NOUN_BEFORE.search(kept)) and not grammar.looks_finite(last)
    if kind == "phrase" and len(kept) < _FEWEST_BEFORE_PHRASE:
        return False
    return first != "in" or not completeness.TAKES_IN.search(kept)


def _may_end_statement(kind: str, m: re.Match[str], kept: str, tail: str) -> bool:
    """Whether a sentence may go without its further statement."""
    if completeness.NEEDS_BOTH.search(kept):
        return False
    if kind == "dash" and _KEPT.search(tail):
        return False
    if kind == "verb":
        if m["second"] is None:
            return True
        if "," in kept and not clause_verbs.has_verb(kept.rpartition(",")[2]):
            return False
        # «could hurt and make», «to help mills sell and win»
        bare = _BARE_VERB.search(kept) and grammar.looks_finite(f"{m['second']}s")
        return bool(bare) or grammar.looks_finite(m["second"])
    return kind != "clause" or clause_verbs.has_verb(tail)


def _says_enough(kept: str) -> bool:
    """Whether each clause has a verb, with something after it."""
    stated = _SAID.split(kept)[-1]
    found = words.split_words(stated)
    verbs = [
        at
        for at, word in enumerate(found)
        if at
        # «The weavers |go| to Hallin»
        if grammar.looks_finite(word)
        or (found[at - 1][-1:] == "s" and grammar.looks_finite(f"{word}es"))
    ]
    return (
        len(verbs) > len(_LINK.findall(stated))
        and len(found) - verbs[0] > _FEWEST_AFTER_VERB
    )
