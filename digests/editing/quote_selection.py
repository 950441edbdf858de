"""Choose the quotations of a story that deserve a card, and the quote of the edition.

A short list beats a wall: at most two, in the article's order, of different speakers.
Each is a whole thought that stands alone (`digests.quotes.standing` decides that), of a
person, a body or a document that the article names, and none repeats the summary. Where
nothing qualifies there is no card.

Among those that qualify, a named speaker counts more than an unnamed one, 40 to 240
characters more than other lengths, early more than late; words of the lead, figures and
disagreement count too.
"""

import itertools
import re
from collections.abc import Mapping, Sequence

from digests.cards import content
from digests.language import sentences
from digests.language.grammar import NEGATION, PREPOSITIONS, WRITTEN, tokenize_span
from digests.language.names import BODY_WORDS, PLACES, find_names
from digests.language.normalization import normalize_text
from digests.language.words import load_word_tables, word_set
from digests.quotes import standing
from digests.quotes.speaker_mentions import is_plural_role, is_role_noun
from digests.types import (
    ArticleAnalysis,
    ArticleKind,
    EditionStory,
    Quote,
    QuoteCard,
    Sentence,
    Story,
)

_TABLES = load_word_tables(__file__, "quote_selection.txt")
#: Characters of a quotation that is too long for a card.
_TOO_LONG = 480
_GOOD_LENGTH = range(40, 241)
_LEAD_LENGTH = 600
_SIGNS = ".,!?;:…\"'“”‘’«»"
_LEAST_CONFIDENCE = 0.25
_FIRST_PERSON = _TABLES["first_person"]
_NUMBERS = _TABLES["numbers"]
_DISAGREEING = _TABLES["disagreeing"]
#: «The lineman's father»: whose relative speaks.
_RELATED = re.compile(
    r"(\w+)['’]s (?:\w+ )?(?:father|mother|wife|husband|son|daughter|brother|sister)$"
)
#: «This …» explains itself with one of these so near.
_EVENTS = _TABLES["events"]
_NOUN_WITHIN, _NOUN_LENGTH = 3, 4
_APOSTROPHE = re.compile("['’]")
#: Sentences, and characters, that are read before a quotation for whom it means.
_FARTHEST, _NEAR = 4, 900
#: Words between two parts of one utterance: «she said», «Cole told us».
_LONGEST_ATTRIBUTION = 3
_WORD = re.compile(r"[^\W_]+")
#: «I understand that. But …»
_TURNS = re.compile(r"[^.!?]{1,30}[.!?]\s(?:But|Aber)\b")
#: «…», she said, but …; «…». But she …; «…». She survived.
_TURNED = re.compile(
    r"[”\"’“«»,\s]*(?:[^.!?“\"„»\n,]{0,50},?\s)?(?:but|though|although|aber|doch)\s"
    r"|[”\"’“«»,.\s]*(?:[^.!?“\"„»\n]{0,120}[.!?]\s+)?(?:(?:But|Yet|Then|Later,?|Aber|Doch"
    r"|Später)\s(?:s?he|they|er|sie)\b|(?:S?he|They|Er|Sie)\s(?:survived|recovered"
    r"|lived|überlebten?|was\s(?:un\w+|rescued|wrong)|later\s))"
)
#: What the same speaker says next begins so: it tells the change.
_CHANGES = re.compile(
    r"(?:(?:But|Yet|Aber|Doch)\s(?:then|s?he|they|dann|er|sie)|Then|Until|Dann)\b"
)
#: What was before something: the other half says what came of it.
_BEFORE = re.compile(
    r"(?:Prior to|Before|Initially|At first|Originally|Zunächst|Bevor)\b"
)
#: Where anybody may write, and who does so.
_POSTED = re.compile(
    r"\b(?:tweeted|twittert\w*|(?:on|auf|via)\s(?:Facebook|Twitter|Reddit|Instagram))\b"
)
#: At second hand: «Cole is alleged to have told …», «he reportedly said», «Kohl soll …
#: gesagt haben». A card has no place for it, and would say that it was said.
_ALLEGED = re.compile(
    r"\b(?:alleged|believed|claimed|reported|rumou?red|said|supposed|thought|understood)"
    r"\sto\shave\s|\b(?:allegedly|purportedly|reportedly|supposedly|angeblich)\b|"
    r"\bsoll(?:te|en)?\b[^.!?]{0,80}\b(?:gesagt|erklärt|geschrieben|gerufen)\shaben\b"
)
_NEXT_WORDS, _BESIDE = 300, 60
#: «“…” Tess: “…”»: another one speaks right behind it, as in a scene or a joke.
_DIALOGUE = re.compile(r"[”\"’“]\s?[A-ZÄÖÜ][\w’-]+:\s[“\"„‘]")
#: «3. Tess: “…”»: an item of a list, whose lines may be of figures of fiction.
_LISTED = re.compile(
    r"(?:^|[\n.!?”\"’)]\s?)\s*\d{1,2}\.\s(?:[A-ZÄÖÜ][\w’-]+:\s)?[“\"„‘]$"
)
#: «I asked the four what they had learned.»
_ASKED = re.compile(
    r"\b(?:asked|fragten?)\b[^.!?“\"„]*\b(?:what|how|why|whether|if|who|which|was|wie|warum|ob"
    r"|wer)\b[^.!?“\"„]*[.!:]\s*[“\"„]?$"
)
#: A shorter answer needs its question.
_SHORT_ANSWER = 12
#: «…,” Cole said»; «…,” said Mr Cole».
_BEHIND = re.compile(
    r"[”\"’'“»,.?!\s]{1,4}(?:(?:Mr|Mrs|Ms|Dr|Herr|Frau)\.?\s)?(?:(?:[A-Z][\w.’'-]+\s){0,2}"
    r"(?P<before>[A-Z][\w’-]+)\s(?:said|says|added|told|sagte)\b|(?:said|says|sagte)\s"
    r"(?:(?:Mr|Mrs|Ms|Dr|Herr|Frau)\.?\s)?(?:[A-Z][\w.’'-]+\s){0,2}"
    r"(?P<after>[A-Z][\w’-]+)(?=[,.;]))"
)
#: What holds for the moment: «…, go now and do not wait», «the ship is stable».
_INSTRUCTS = re.compile(
    r"\b(?:is|are|remains?|ist|sind|bleibt)\s(?:now\s|all\s)?(?:stable|safe|under\scontrol"
    r"|contained|stabil|sicher|unter\sKontrolle)\b"
    r"|\b(?:no|keine?)\s(?:danger|risk|cause\sfor|Gefahr|Grund\szur)\b|"
    r"(?:^|[.!?,;:]\s)(?:please\s|bitte\s|and\s)?(?:go|stay|leave|keep|don['’]t|do\snot|avoid"
    r"|move|get\sout|evacuate|boil|bleiben\sSie|gehen\sSie|verlassen\sSie|meiden\sSie)\b",
    re.IGNORECASE,
)
#: The least length of a word that says what a text is about.
_TELLING = 5
_LEAD_WORDS = 2
#: The share of a text's longer words that makes it a repetition of another one.
_REPEATED, _FEWEST_SHARED = 0.7, 3

SIGN_WEIGHTS = {
    "opens the utterance": 1.5,
    "named": 1.5,
    "good length": 2.0,
    "first person": 0.5,
    "ends a sentence": 0.6,
    "has figures": 0.6,
    "disagrees": 0.5,
    "word of the lead": 0.4,
    "late": -1.0,
}
#: A longer phrase for a speaker holds more than who it is.
_LONGEST_PHRASE = 7
#: A song's words are no statement of its singer.
_SINGING = _TABLES["singing"]
#: Kinds in which a writer tells what unnamed people said to make a point.
_AUTHORED_KINDS: frozenset[ArticleKind] = frozenset(
    ("opinion", "letter", "review", "advice", "feature")
)
_ANYBODY = _TABLES["anybody"]
#: Two of them are one pair of names above the cards: «Brandt and the mayor of Norvik».
_PAIRS = _TABLES["pairs"]
_PAIR = re.compile(r"[A-ZÄÖÜ][\w’'-]+\s(?:and|und)\s(?:[a-z]+\s){0,3}[A-ZÄÖÜ]")
#: Bodies and documents, which speak too.
_ISSUED = word_set("statement letter email message memo release post tweet comment")
_SPEAKING = BODY_WORDS | WRITTEN | word_set("jury band crew choir couple duo trio")
#: They open a phrase that names nobody in particular, or nobody on this card.
_SOME = _TABLES["some"]
#: «the medical service»: one that was named before.
_SHORT_PHRASE = re.compile(r"[Tt]he (?:[a-z][\w’'-]+ )*([a-z][\w’'-]+)")
#: «The police» needs no name.
_SOLE = _TABLES["sole"]


def select_quotes(
    quotes: Sequence[Quote],
    text: str,
    kind: ArticleKind = "news",
    shown: str = "",
) -> tuple[Quote, ...]:
    """The quotations worth a card, best first.

    Args:
        quotes: The quotes of `text`.
        text: The article that the offsets point into.
        kind: The article's kind; in an author's own text only named people are quoted.
        shown: The words above the cards, which may say whom «he» means.
    """
    lead = _lead_words(text)
    length = len(text)
    openings = {quote.group: quote.start for quote in reversed(quotes)}
    rated = {
        quote: _rate_quote(quote, lead, length, openings)
        for quote, after in itertools.zip_longest(quotes, quotes[1:])
        if _is_showable(quote, kind)
        and _is_known_speaker(quote.speaker or "", shown)
        and not _is_said_by_another(quote, text)
        and not _is_posted_by_anybody(quote, text)
        and not _is_alleged(quote, text)
        and not _is_half(quote, after, text)
        and not _answers(quote, text)
        and _is_understood(quote, find_rest(quote, after, text), text, shown)
    }
    return tuple(sorted(rated, key=lambda quote: (-rated[quote], quote.start)))


def _is_showable(quote: Quote, kind: ArticleKind) -> bool:
    """Whether it is not too long, and its speaker may be shown."""
    if quote.speaker is None or len(quote.text) > _TOO_LONG:
        return False
    if quote.confidence < _LEAST_CONFIDENCE or _is_nobody(quote.speaker):
        return False
    if (quote.cue or "").lower() in _SINGING:
        return False
    if re.search(rf"\b(?:at|about) {re.escape(quote.speaker)}\b", quote.text):
        # Nor so: «Let us look at Tom Cole».
        return False
    surname = re.escape(quote.speaker.rpartition(" ")[2])
    if re.search(rf"\b(?:Mr|Mrs|Ms|Dr|Herr|Frau)\.?\s{surname}\b", quote.text):
        # Nobody speaks of themselves so.
        return False
    if _is_named_speaker(quote.speaker):
        return True
    return kind not in _AUTHORED_KINDS and not _is_anybody(quote.speaker)


def _is_known_speaker(speaker: str, shown: str) -> bool:
    """Whether the words above the card name «the department», if that is who speaks."""
    noun = _SHORT_PHRASE.fullmatch(speaker)
    if noun is None or not shown or noun[1] in _SOLE:
        return True
    return any(word.startswith(noun[1]) for word in _WORD.findall(shown.lower()))


def _is_said_by_another(quote: Quote, text: str) -> bool:
    """Whether a name right behind the words, with a verb, is not the speaker's.

    Where marks are not closed, words may be taken for another paragraph's.
    """
    behind = _BEHIND.match(text, quote.end)
    name = str(behind["before"] or behind["after"]) if behind else ""
    return name not in (quote.speaker or name)


def _is_alleged(quote: Quote, text: str) -> bool:
    """Whether its sentence says that somebody only is said to have said it."""
    before = text[quote.context.start : quote.start]
    behind = text[quote.end : quote.context.end].lstrip(_SIGNS)
    behind = re.split("[.!?]", behind, maxsplit=1)[0]
    return any(_ALLEGED.search(part) for part in (before, behind))


def _is_posted_by_anybody(quote: Quote, text: str) -> bool:
    """Whether somebody posted it whom the article names nowhere else."""
    around = text[max(0, quote.context.start - _BESIDE) : quote.end + _BESIDE]
    surname = (quote.speaker or "").rpartition(" ")[2]
    return text.count(surname) == 1 and _POSTED.search(around) is not None


def find_rest(quote: Quote, after: Quote | None, text: str) -> Quote | None:
    """The quotation after `quote` if it is its other part, behind «she said».

    A card of both is shown without these words. In single marks, which may be
    apostrophes, nobody could tell where they begin.
    """
    if after is None or after.group != quote.group or after.kind != "direct":
        return None
    between = text[quote.end : after.start]
    cue = quote.cue or after.cue
    attributes = cue and cue in between and "\n" not in between
    short = len(_WORD.findall(between)) <= _LONGEST_ATTRIBUTION
    fits = after.end - quote.start <= _GOOD_LENGTH.stop
    hidden = content.leaves_out_between(text, quote.end, after.start)
    return after if attributes and short and fits and hidden else None


def _is_half(quote: Quote, after: Quote | None, text: str) -> bool:
    """Whether the next part of the utterance goes on from it, and cannot be joined.

    «A town may decide how large a sign is», without «It may not decide how rude it is».
    """
    if after is not None and find_rest(quote, after, text):
        return False
    if _TURNED.match(text, quote.end):
        return True
    if after is None or after.speaker != quote.speaker:
        return False
    if _BEFORE.match(quote.text):
        return True
    if after.group != quote.group:
        near = after.start - quote.end < _NEXT_WORDS
        return near and _CHANGES.match(after.text) is not None
    opening = _APOSTROPHE.split(after.text.split()[0])[0].strip(_SIGNS).lower()
    return opening in _TABLES["going_on"] or bool(_TURNS.match(after.text))


def _answers(quote: Quote, text: str) -> bool:
    """Whether it is half of a dialogue, or short and follows what was asked."""
    before = text[max(0, quote.start - _NEXT_WORDS) : quote.start]
    if _DIALOGUE.match(text, quote.end) or _LISTED.search(before[-_BESIDE:]):
        return True
    asked = _ASKED.search(before)
    return asked is not None and len(quote.text.split()) < _SHORT_ANSWER


def _is_understood(quote: Quote, rest: Quote | None, text: str, shown: str) -> bool:
    """Whether a quotation stands alone, or below the words that are shown.

    «This toll …» needs the toll there, and «Both countries …» the one pair of names.
    «He …» needs the one person there whom the sentence before the quotation names, or
    whose relative speaks.
    """
    said = f"{quote.text} {rest.text}" if rest else quote.text
    opening, *others = (
        _APOSTROPHE.split(word)[0].strip(_SIGNS).lower() for word in said.split()
    )
    above = set(_WORD.findall(shown.lower()))
    joined = bool(rest) and quote.kind == "direct"
    if quote.alone or (joined and standing.stands_alone(said, quote.cue)):
        near = others[:_NOUN_WITHIN]
        return (
            opening not in {"this", "these"}
            or not above
            or any(
                word in _EVENTS or (len(word) >= _NOUN_LENGTH and word in above)
                for word in near
            )
        )
    pair = opening in standing.PAIR_OPENINGS
    if quote.kind != "direct" or not (pair or opening in standing.KNOWN_OPENINGS):
        return False
    if not standing.stands_alone(said, quote.cue, known=True):
        return False
    if pair:
        return others[0] in _PAIRS and len(_PAIR.findall(shown)) == 1
    related = _RELATED.search(quote.role or "")
    if related:
        return related[1].lower() in above
    named = _find_persons_before(text, quote) - set((quote.speaker or "").split())
    return len(named) == 1 and named.pop() in shown


def _find_persons_before(text: str, quote: Quote) -> set[str]:
    """The surnames in the sentence before a quotation, or in that before its «He …»."""
    end = quote.context.start
    near = text[max(0, end - _NEAR) : end]
    for span in sentences.split_sentences(near)[:-_FARTHEST:-1]:
        if not near.startswith(("He ", "She "), span.start):
            tokens = tokenize_span(near, span.start, span.end)
            return {
                name.text.rpartition(" ")[2]
                for name in find_names(tokens)
                if name.kind in {"person", ""}
            }
    return set()


def _is_nobody(speaker: str) -> bool:
    """Whether it is a place, or no name: «Against Cole», «Cole's», «diplomat»."""
    low = speaker.lower()
    bare = " " not in low and is_role_noun(low) and not is_plural_role(low)
    # «The statement» of whom? Which «former candidate»?
    bare |= low.startswith("the ") and low.split()[-1] in _ISSUED
    bare |= low.partition(" ")[2] in _ISSUED or low.startswith("the former ")
    genitive = low.endswith(("'s", "’s"))
    return bare or genitive or low in PLACES or low.split()[0] in PREPOSITIONS


def _is_anybody(speaker: str) -> bool:
    """Whether a phrase names nobody who speaks: «some critics», «the aircraft»."""
    words = [word.strip(_SIGNS).lower() for word in speaker.split()]
    if len(words) > _LONGEST_PHRASE or words[-1] in _ANYBODY or words[0] in _SOME:
        return True
    head = next(
        (at for at, word in enumerate(words) if at and word in PREPOSITIONS),
        len(words),
    )
    noun = words[head - 1]
    return not is_role_noun(noun) and noun not in _SPEAKING


def _lead_words(text: str) -> frozenset[str]:
    """The longer words of the first paragraph, in lower case."""
    first = text.lstrip().partition("\n")[0][:_LEAD_LENGTH]
    low = (word.strip(_SIGNS).lower() for word in first.split())
    return frozenset(word for word in low if len(word) >= _TELLING)


def _rate_quote(
    quote: Quote, lead: frozenset[str], length: int, openings: Mapping[int, int]
) -> float:
    low = {word.strip(_SIGNS).lower() for word in quote.text.split()}
    signs = {
        "good length": len(quote.text) in _GOOD_LENGTH,
        "opens the utterance": openings[quote.group] == quote.start,
        "named": _is_named_speaker(quote.speaker or ""),
    }
    return (
        _rate_words(quote.text)
        + sum(SIGN_WEIGHTS[sign] for sign, shown in signs.items() if shown)
        + SIGN_WEIGHTS["word of the lead"] * min(_LEAD_WORDS, len(low & lead))
        + SIGN_WEIGHTS["late"] * quote.start / max(1, length)
    )


def _rate_words(text: str) -> float:
    """The worth of quoted words without regard to who says them."""
    low = [word.lower().strip(_SIGNS).replace("’", "'") for word in text.split()]
    signs = {
        "first person": not _FIRST_PERSON.isdisjoint(low),
        "ends a sentence": text[-1] in ".!?…",
        "has figures": any(map(str.isdigit, text)) or not _NUMBERS.isdisjoint(low),
        "disagrees": bool(NEGATION.search(text)) or not _DISAGREEING.isdisjoint(low),
    }
    return sum(SIGN_WEIGHTS[sign] for sign, shown in signs.items() if shown)


def _is_named_speaker(speaker: str) -> bool:
    """Whether a speaker has a name, and not a noun phrase («a spokesman»)."""
    words = speaker.split()
    # «Nader al-Masri»
    return all(word != word.lower() for word in (words[0], words[-1]))


def choose_edition_quote(stories: Sequence[EditionStory]) -> QuoteCard | None:
    """The best named quotation of the first story that has one that fits a card."""
    for story in stories:
        fitting = [
            card
            for card in story.cards
            if card.speaker and len(card.text) in _GOOD_LENGTH
        ]
        if fitting:
            return max(fitting, key=lambda card: _rate_words(card.text))
    return None


def build_story_cards(
    story: Story,
    analyses: Mapping[str, ArticleAnalysis],
    most: int,
    summary: Sequence[Sentence] = (),
) -> tuple[QuoteCard, ...]:
    """The cards of a story: those of the lead first, each article's in its order.

    Args:
        story: The story.
        analyses: Of its articles, by id.
        most: The greatest number of cards.
        summary: The sentences that are shown; no card repeats them.
    """
    seen = [_plain_words(sentence.text) for sentence in summary]
    above = " ".join(sentence.text for sentence in summary)
    voices: set[str | None] = set()
    cards: list[QuoteCard] = []
    for article in story.articles:
        found = analyses[article.id]
        chosen: list[Quote] = []
        for quote in select_quotes(found.quotes, article.text, found.kind, above):
            if len(cards) + len(chosen) >= most:
                break
            words = _plain_words(quote.text)
            stale = article is not story.articles[0] and _INSTRUCTS.search(quote.text)
            if stale or quote.speaker in voices or _is_repeated(words, seen):
                continue
            voices.add(quote.speaker)
            seen.append(words)
            chosen.append(quote)
        chosen.sort(key=lambda quote: quote.start)
        after = dict(itertools.pairwise(found.quotes))
        cards += (
            content.build_card(
                article, quote, find_rest(quote, after.get(quote), article.text)
            )
            for quote in chosen
        )
    return tuple(cards)


def list_story_cards(
    story: Story, analyses: Mapping[str, ArticleAnalysis], most: int
) -> tuple[QuoteCard, ...]:
    """The cards of all quotations of a story that stand alone, each once.

    Unlike those that are shown by default, several may be of one speaker.
    """
    cards: dict[str, QuoteCard] = {}
    for article in story.articles:
        found = analyses[article.id]
        after = dict(itertools.pairwise(found.quotes))
        for quote in select_quotes(found.quotes, article.text, found.kind):
            rest = find_rest(quote, after.get(quote), article.text)
            card = content.build_card(article, quote, rest)
            cards.setdefault(_plain_words(quote.text), card)
    return tuple(cards.values())[:most]


def _plain_words(text: str) -> str:
    return normalize_text(text).strip(" .,;:!?")


def _is_repeated(words: str, seen: Sequence[str]) -> bool:
    """Whether a text says again what is shown, at least by most longer words."""
    long = {word for word in words.split() if len(word) >= _TELLING}
    for other in seen:
        if words in other or other in words:
            return True
        shared = sum(word in other for word in long)
        if len(long) >= _FEWEST_SHARED and shared >= _REPEATED * len(long):
            return True
    return False
