"""Choose the figures of a story that are shown.

A figure is shown as the clause that states it (`Figure.label`): without one it is left
out, and so is whatever the article denies, or states as open without the clause saying
so. The number that the title repeats comes first, then those of the first sentences.
Trivial numbers (durations, ages, small counts) are shown only if the title has them or
something happened to that many people. One clause is shown once, whatever it counts.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence

from digests.figures import clauses, units
from digests.language import dates, numbers, quotation_marks
from digests.language.names import FEMALE, MALE, PLACES
from digests.language.normalization import normalize_text
from digests.language.regexes import make_regex
from digests.language.spans import overlaps_any
from digests.language.words import resolve_language, word_set
from digests.types import (
    Article,
    ArticleAnalysis,
    EditionFigure,
    Figure,
    Sentence,
    Story,
)

MAX_FIGURES = 3
#: A figure needs this score to be shown.
_LEAST_SCORE = 2.0
#: A bare count below this is seldom what a story is about.
_SMALL_COUNT = 10
#: From here on a count is the size of something.
_LARGE_COUNT = 100
#: Scores of the first, second, third sentence and so on; later ones get none.
_BY_PLACE = (4.0, 3.0, 2.0, 2.0, 1.5, 1.5, 1.0, 1.0)
_IN_TITLE = 6.0
_IN_NEWS = 3.0
_BY_SORT = {"money": 2.5, "share": 2.5, "count": 1.0, "measure": 1.0, "time": -6.0}
_BY_STATUS = {"past": -1.5, "disputed": -2.0, "hypothetical": -1.5}
_SMALL = -9.0
#: Labels of one sentence that begin alike say the same once more.
_SAME_START = 16
#: Behind the number, in its clause: even one or two of these are news.
_GRAVE = make_regex(
    r"\b(?:(?<!\bto\s)kill\w*|dead|died|dies?|deaths?|injur\w+|wound\w+|hurt|missing|rescu\w+|"
    r"arrest\w*|detain\w*|evacuat\w*|homeless|displac\w*|drown\w*|shot|stabbed|"
    r"hospitali[sz]ed|hostages|victims|jobs|sack\w*|laid off|votes?|voted|bans?|"
    r"suspensions?|charges|counts|nominations?|awards?|medals?|Tote[n]?|"
    r"Todesopfer|getötet|gestorben|starben|ums\sLeben|Verletzte[n]?|verletzt|vermisst|"
    r"festgenommen|Stimmen|"
    r"evakuiert|Medaillen)\b",
    re.IGNORECASE,
)
#: Right before the number: «killing at least 12», «deaths have risen to 31».
_GRAVE_BEFORE = make_regex(
    r"\b(?:kill(?:s|ed|ing)|injur(?:es|ed|ing)|wound(?:s|ed|ing)|rescu(?:es|ed|ing)|"
    r"arrest(?:s|ed|ing)|detain(?:s|ed|ing)|evacuat(?:es|ed|ing)|lives\sof|deaths?\sof|"
    r"cut|cuts|cutting|axe|shed|sack(?:s|ed|ing)|toll(?:\s\w+){0,3}|"
    r"(?:dead|deaths?|killed|toll|injured|missing|Toten?|Todesopfer|Verletzten)"
    r"(?:\s[\w'’-]+){0,10}\s(?:to|at|auf)|starben(?:\s\w+){0,3}|töteten?)\s"
    r"(?:(?:at\sleast|about|around|some|up\sto|another|all|nearly|almost)\s)?$",
    re.IGNORECASE,
)
#: A duration that is itself the news.
_TERM = make_regex(
    r"\b(?:death\srow|behind\sbars|captivity|sentenced|jailed|prison|imprison\w*|jail|banned|ban|suspended|suspension|"
    r"surviv\w+|Haft|verurteilt|gesperrt|Sperre)\b",
    re.IGNORECASE,
)
#: «won the 800m»: the name of a race.
_RACES = frozenset((60, 100, 200, 400, 800, 1_500, 5_000, 10_000))
_CONVERTED = make_regex(r"\d[\w.,]*(?:\s\w+)?\s\($")
_SCORE = make_regex(r"\b\d{1,3}\s?[-–:]\s?\d{1,3}\b")
#: «a 50-state poll», «the 102-page report»: what sort of poll or report it is.
_SORT_OF = make_regex(r"-(?:state|county|nation|country|city|page)\Z")
_TO_TEN = "|".join(numbers.NUMBER_WORDS[1:11])
#: Right before a number of which there is a truer one in the clause: «from 39.6 percent
#: to 25», «With 76 percent of the vote counted, …», «9 of the 168».
_SECONDARY = make_regex(
    r"\bto [^,]{1,30}, from (?=\S)|\bfrom (?=\S+(?: [a-z]+)? to \S*\d)"
    r"|^(?:With|At) (?=[^,]*,\s)"
    rf"|(?:\d|\b(?:{_TO_TEN}))"
    r" (?:out )?of (?:the |its |all )?(?=\S)",
    re.IGNORECASE,
)
#: «seven| of the 168 members»
_OF_MANY = make_regex(r"\s(?:out )?of (?:the |its |all )?\d[\d,]{2,}\b")
#: «one of 10 fires», «the nation of 53 million people»: how common or large something
#: is that the clause does not tell of; «59%-28%»: the other side.
_BESIDE = make_regex(
    r"(?:\bone|\b(?:nation|country|city|town|village|metropolis)) of "
    r"(?:only |just |about |the estimated )?$|%[-–]$"
)
#: Where what is said of a number ends: at a comma, and where those counted begin to act
#: on others: «bombs at two mosques| killed 137».
_CLAUSE_END = make_regex(
    r",(?!\d)|[;:]|\s(?=(?:kill|injur|wound|rescu|arrest|detain)(?:s|es|ed)\s"
    r"(?:(?:at\sleast|more\sthan|about|around|some|up\sto|nearly|another)\s)?"
    rf"(?:\d|(?:{_TO_TEN}|dozens|hundreds)\b))"
)
#: A word before a name that is no preposition, and the name: «the Meridian 64».
_NAME_BEFORE = make_regex(
    r"\b(?!(?:in|on|at|by|from|near|for|to|of|and)\b)[\w'’]+\s([A-Z][\w'’]*)\s$"
)
#: «one in five», «7 out of 10» is a share.
_RATE = make_regex(r"\w (?:in|out of) (?:every )?\w")
#: A bare age: «Lind, the oldest of them, is 74».
_BARE_AGE = make_regex(r"\b(?:is|was|turns|turned)\s\d{1,2}$")
_LEFT = make_regex(
    r"\b(?:up|down|cut|raised|lowered|rise|fall)\sfrom\s$"
    r"|\b(?:which|that)\s(?:had\s)?(?:stood|been|was)\sat\s$"
)
#: A list position, a share of what is not said, a denial, «like a million».
_ONE_OF = make_regex(
    r"\blike $"
    r"|\b(?:first|last|next|past|previous|other|additional|one of(?: only)?|n['’]t|not"
    r"|never)\s"
    r"(?:[\w’'-]+\s){0,2}$|\bout of\s$"
)
#: «In the hours after 14 people died, …»: background of what follows.
_ASIDE = make_regex(
    r"(?:After|Before|When|While|As|Since|Although|Though|If|Nachdem|Während|Wenn|"
    r"In the \w+ (?:after|before|since))\s[^,]*,"
)
#: «2,500-square-foot», «thousand-yard»; not «18-24».
_COMPOUND = make_regex(r"\w-[a-z]")
#: «Such laws», «of that money», «after a year, it …»; a condition; a poll's method; an
#: aside in brackets.
_POINTS_OUT = make_regex(
    r"\b(?:those|these|such)\s(?!who\b|as\b|of\b)|^\("
    r"|^(?:\w+ ){1,3}of (?:them|whom)\b"
    r"|\bthat (?:year|month|week|day|night|season|time)\b"
    r"|^The (?:first|second|third|fourth|fifth|same|other|latter|former)\b"
    r"|^(?:[\w.]+ ){1,3}?(?:hat|ist|war|wird|wurden?|[a-zäöü]+te) (?:er|es|sie)\b"
    r"|(?<!, )\b(?:dabei|dafür|dadurch)\b"
    # «Norland hit 26 percent»: of what?
    r"|^[A-Z][\w’-]+(?: [A-Z][\w’-]+)? (?:hit|had|has|reached|saw|was at|is at)"
    r" \d[\d.,]*(?:%| ?per ?cent)$"
    # «is 100% happy»
    r"|\b\d+(?:%| percent) (?:happy|sure|certain|confident|committed|behind)\b"
    r"|\b(?:of|in|from|for|to|with)\s(?:that\b|this\s(?!year\b|month\b|week\b))"
    r"|^The (?:rest|remainder|remaining)\b|,\sat\s[^\s,]+$"
    r"|^[^,]+,\s(?:it|they|he|she)\s|^(?:If|Wenn)\s|\bthat way\b"
    rf"|^In (?:(?:{dates.MONTH_NAMES}) )?(?:19|20)\d\d\b"
    r"|\b[Tt]he (?:two|three|four|pair|duo)\s(?:[a-z]+ed|were|are|have|had)\b"
    r"|\b(?:[Tt]his|[Dd]iese[mnrs]?)\s(?!year\b|month\b|week\b|season\b"
    r"|morning\b|evening\b|summer\b|winter\b|Jahr|Monat|Woche|Sommer|Winter)"
    r"|\b(?:as a result|too|as well)$"
    r"|\b(?:(?:dis)?(?:agree|approve)d?|do|did|do so|say so)$|\bthat [a-z]+ (?=\d)"
    r"|\bit (?:at|to|by|from)\s|^(?:Maybe|Perhaps) it\b"
    r"|^[^,]{0,40}\b(?:later|später|zuvor|earlier(?! this\b))\b"
    rf"|^(?:Im (?:{dates.MONTH_NAMES}) )?(?:19|20)\d\d\b|\bdort\b"
    r"|^(?:Poll of|Compare|Consider|Imagine|Look at|Think of)\b"
    # calls, stumps, who looked on
    r"|^(?:Watch|Click|Follow|Subscribe|Sign up|Tune in|Listen|Up from|Down from"
    r"|Short of|Still (?:below|above|less|more))\b"
    r"|(?:[–—-]|\b(?:from|of|with|to|including|by|and|last|next|this|going|which|who"
    r"|living|it['’]s))$"
    r"|,\swhere it\b"
    r"|\b(?:live|studio) audience of\b"
    r"|^(?:A further|Another|An additional)\b"
    r"|\bthe [£$€]?\d[\d.,]*(?: \w+)? (?:in|of) \w+(?:$|,)"
    r"|(?<!^)\bthere\b(?! (?:is|are|was|were|has|have|had))"
    r"|\b(?:survey(?:ed|ing)|polled|[Mm]argin of error|interviewed|befragt\w*)\b"
)
#: «The plan would cost …»: which plan?
_DEFINITE = make_regex(
    r"The ((?:[a-z]{3,} ){1,2}?)(?:also |now )?(?:is|was|will|would|could|has|had|have"
    r"|are|were|costs?|said|says|saw|sold|rose|fell|reported|lost|made|employs?"
    r"|raised|gave|spent|won|paid|earned|received|launched|got)\b"
)
#: Of these there are several in most texts.
_BODIES = word_set(
    "agency bank chain club company firm group hospital party quake retailer store team"
)
#: «Nine died»: nine of whom?
_BARE = make_regex(r"\s(?:died|is|are|was|were|have|had|has|remain(?:ed)?|starben)\b")
#: The sentence before begins to tell of something else.
_ELSEWHERE = make_regex(
    r"(?:^|[.!?][\"”’']?\s+)(?:Earlier this|Last (?:week|month|year)|In a separate|"
    r"In another|Separately|Previously|In (?:19|20)\d\d|\w+ (?:year|month|week)s? ago|"
    rf"In (?:{dates.MONTH_NAMES}))"
    r"\b[^.!?]*[.!?][\"”’']?\s+[^.!?]*$"
)
#: It names another place: «In Norland, …».
_PLACE_BEFORE = make_regex(
    r"(?:^|[.!?][\"”’']?\s+)(?:But |And )?In ([A-ZÄÖÜ][\w’-]+)\b[^.!?]*"
    r"[.!?][\"”’']?\s+[^.!?]*$"
)
_READ, _OPENING = 400, 800
#: Behind a label that was cut from its subject: «soldiers | and officers are …».
_SUBJECT_GOES_ON = make_regex(
    r"\s(?:and|or|und|oder)\s(?:\w+\s){1,3}"
    r"(?:are|is|were|was|have|has|had|will|sind|waren)\b"
)
#: «Hendry gave …»: a surname alone.
_SURNAME = make_regex(
    r"([A-ZÄÖÜ][\w’-]+)\s(?:[a-z]+ed|gave|paid|spent|won|made|sold)\b"
)
#: Where somebody leads in a poll: «Reed leads by 57 percent to 33 percent».
_LEADS = make_regex(r"\b(?:leads?(?! to\b)|led|trails?|trailed|ahead|behind)\b")
_CAPITAL = make_regex(r"\b[A-Z]\w+")
_FULL_NAME = make_regex(r"\b[A-ZÄÖÜ][\w’'-]+\s[A-ZÄÖÜ][\w’'-]+")
_PRONOUN = make_regex(
    r"(?:\w+ly,?\s|then,?\s)?(?:he|she|they|his|her|their|er|sie|seine?|ihre?)\b",
    re.I,
)
_OF_MEN, _OF_WOMEN = word_set("he his er sein seine"), word_set("she her")
#: Behind a measure, where something is: «a town 180 miles| south of Orvik».
_WHERE = make_regex(
    r"\s(?:(?:north|south|east|west)\w*\sof|(?:(?:nörd|süd|öst|west)\w+)\s(?:von|der))\b",
    re.IGNORECASE,
)


def select_figures(story: Story, lead: ArticleAnalysis) -> tuple[EditionFigure, ...]:
    """The newsworthy figures of the lead article, the number of the story first."""
    article = story.articles[0]
    return tuple(
        build_shown_figure(figure, article) for figure in choose_key_figures(lead)
    )


def build_shown_figure(figure: Figure, article: Article) -> EditionFigure:
    """A figure with the words of its sentence."""
    return EditionFigure(
        figure=figure,
        article=article.id,
        source=article.source,
        sentence_text=article.text[figure.sentence.start : figure.sentence.end],
    )


def choose_key_figures(analysis: ArticleAnalysis) -> tuple[Figure, ...]:
    """At most `MAX_FIGURES` figures, the number of the story first."""
    chosen: list[Figure] = []
    for score, figure in sorted(
        _score_figures(analysis), key=lambda pair: (-pair[0], pair[1].start)
    ):
        if len(chosen) == MAX_FIGURES or score < _LEAST_SCORE:
            break
        same = [at for at, other in enumerate(chosen) if _repeats(figure, other)]
        if not same:
            chosen.append(figure)
        elif len(same) == 1 and _says_less(chosen[same[0]], figure):
            chosen[same[0]] = figure
    return tuple(chosen)


def _repeats(figure: Figure, other: Figure) -> bool:
    """Whether a label is shown already, or its value of the same thing."""
    mine, theirs = normalize_text(figure.label), normalize_text(other.label)
    if mine in theirs or theirs in mine:
        return True
    if figure.sentence == other.sentence:
        return figure.text in other.label or mine[:_SAME_START] == theirs[:_SAME_START]
    return (figure.value, figure.unit) == (other.value, other.unit)


def _says_less(figure: Figure, other: Figure) -> bool:
    """Whether the other's clause has both numbers, or its number is of the dead."""
    if figure.label == other.label:
        duration = units.classify_unit(figure.unit) == "time"
        return duration and _weigh_count(other) > 1
    return figure.label in other.label and not _is_secondary(other)


def _score_figures(analysis: ArticleAnalysis) -> Iterator[tuple[float, Figure]]:
    """The figures that may be shown, with their scores."""
    article = analysis.article
    title = _read_title(article)
    summary = analysis.summary.sentences
    news = {span.start for s in summary[:1] for span in s.spans}
    shown = [span for s in summary for span in s.spans]
    # A number inside marks is a claim of the speaker, not a fact of the story.
    quoted = quotation_marks.find_quoted(article.text)
    opened = [span.start for span in quoted]
    former = {(f.value, f.unit) for f in analysis.figures if _is_former(f)}
    places: dict[int, int] = {}
    for figure in analysis.figures:
        place = places.setdefault(figure.sentence.start, len(places))
        at = bisect_right(opened, figure.start) - 1
        inside = at >= 0 and figure.start < quoted[at].end
        replaced = (figure.value, figure.unit) in former
        if inside or replaced or not _may_show(figure, article):
            continue
        named = _is_in_title(figure, title)
        repeated = named or overlaps_any(figure, shown)
        if not repeated and _says_little(figure, article, summary):
            continue
        score = _score(figure, named=named)
        score += _BY_PLACE[place] if place < len(_BY_PLACE) else 0
        if any(figure.sentence.start <= at < figure.sentence.end for at in news):
            score += _IN_NEWS
        yield score, figure


def _is_former(figure: Figure) -> bool:
    """Whether a count holds no longer: the 2,500 of «800, down from 2,500»."""
    return _LEFT.search(figure.label[: _find_number(figure)]) is not None


def _find_number(figure: Figure) -> int:
    """Where the label has the number; 0 where it has not."""
    found = numbers.find_written(figure.text, figure.label)
    return found.start if found else 0


def _read_title(article: Article) -> dict[float, set[str]]:
    """The numbers of the title with their units; "" is a number without one."""
    # As many spaces, so that the unit of a number is still beside it.
    title = _SCORE.sub(lambda m: " " * len(m[0]), article.title or "")
    found: dict[float, set[str]] = {}
    for number in numbers.find_numbers(title, article.lang):
        unit = units.find_unit(title, number.start, number.end)
        found.setdefault(number.value, set()).add(unit.name if unit else "")
    return found


def _is_in_title(figure: Figure, title: Mapping[float, Collection[str]]) -> bool:
    there = title.get(abs(figure.value), ())
    counted = units.classify_unit(figure.unit) == "count" and "" in there
    return counted or (bool(figure.unit) and figure.unit in there)


def _may_show(figure: Figure, article: Article) -> bool:
    if not figure.label or figure.status == "denied":
        return False
    at = _find_number(figure)
    if _SORT_OF.search(figure.text) or _BESIDE.search(figure.label[:at]):
        return False
    if figure.label.startswith(" ago", at + len(figure.text)):
        return False
    # «raked in $80m (£42.4m)»
    converted = _CONVERTED.search(
        article.text[max(0, figure.start - 16) : figure.start]
    )
    if converted or (figure.unit == "metres" and figure.value in _RACES):
        return False
    if figure.unit:
        return True
    # «the Meridian 64 computers»
    before = article.text[max(figure.sentence.start, figure.start - 40) : figure.start]
    named = resolve_language(article.lang) != "de" and _NAME_BEFORE.search(before)
    is_name = bool(named and named[1].lower() not in dates.DAY_AND_MONTH_NAMES)
    return not (is_name or _BARE_AGE.search(figure.label))


def _says_little(figure: Figure, article: Article, summary: Sequence[Sentence]) -> bool:
    """Whether a figure that neither title nor summary has is not worth a line.

    A list position, a denial, a part of a compound («a five-year plan»), a converted
    amount in brackets, a small count, something said of «her» where it may be several.
    """
    label = figure.label
    at = _find_number(figure)
    sort, start = units.classify_unit(figure.unit), figure.sentence.start
    weight = _weigh_count(figure) if sort == "count" else 1
    aside = _ASIDE.match(label)
    people = {name for s in summary for name in _FULL_NAME.findall(s.text)}
    shown = " ".join((article.title or "", *(s.text for s in summary))).lower()
    opening = article.text[:_OPENING].lower()
    subject = _DEFINITE.match(label)
    return bool(
        (weight < 1 and not _RATE.search(figure.text))
        or abs(figure.value) == 1
        or (sort == "measure" and abs(figure.value) < _LARGE_COUNT)
        or (sort == "measure" and label[:at].endswith(" at "))
        or (sort == "measure" and _WHERE.match(label, at + len(figure.text)))
        or (sort == "count" and _BARE.match(label[at + len(figure.text) :]))
        or _is_elsewhere(article.text[max(0, start - _READ) : figure.start], shown)
        or _ONE_OF.search(label[:at])
        or _POINTS_OUT.search(label)
        or _is_cut_off(figure, article)
        or _names_unknown(label, article.text[: figure.start], shown)
        or (aside and at < aside.end())
        or (
            sort == "share"
            and _LEADS.search(label)
            and _is_of_place(article.text[: figure.start], label)
        )
        or (
            subject
            and not any(
                word in shown or (word in opening and word not in _BODIES)
                for word in subject[1].split()
            )
        )
        or (
            weight <= 1
            and _COMPOUND.search(figure.text + article.text[figure.end :][:2])
        )
        or article.text[: figure.start].endswith("(")
        or (
            _PRONOUN.match(label)
            and (len(people) != 1 or _means_another(figure, article, *people))
        )
    )


def _is_elsewhere(before: str, shown: str) -> bool:
    """Whether the sentence before a figure's tells of another time or place."""
    place = _PLACE_BEFORE.search(before)
    away = place is not None and place[1].lower() not in shown
    return away or _ELSEWHERE.search(before) is not None


def _is_of_place(before: str, label: str) -> bool:
    """Whether the paragraph names a place before, and the label names none."""
    paragraph = before.rpartition("\n")[2][-_READ:]
    here, there = (
        any(word.lower() in PLACES for word in _CAPITAL.findall(part))
        for part in (label, paragraph)
    )
    return there and not here


def _is_cut_off(figure: Figure, article: Article) -> bool:
    """Whether a label ends within the subject of the next clause."""
    begins = article.text.find(figure.label, figure.sentence.start, figure.sentence.end)
    end = begins + len(figure.label)
    return begins >= 0 and _SUBJECT_GOES_ON.match(article.text, end) is not None


def _names_unknown(label: str, before: str, shown: str) -> bool:
    """Whether a label begins with the surname of somebody whom nothing shown names."""
    named = _SURNAME.match(label)
    if named is None or named[1].lower() in shown:
        return False
    return any(name.endswith(f" {named[1]}") for name in _FULL_NAME.findall(before))


def _means_another(figure: Figure, article: Article, person: str) -> bool:
    """Whether the pronoun of a label is not the one person whom the summary names.

    Where it opens a later clause, the first one says what the number is for.
    """
    start = figure.sentence.start
    given, opening = set(person.lower().split()), figure.label.split()[0].lower()
    sexes = given & MALE, given & FEMALE
    other_sex = (opening in _OF_WOMEN and sexes[0] and not sexes[1]) or (
        opening in _OF_MEN and sexes[1] and not sexes[0]
    )
    before = article.text[max(0, start - _READ) : start]
    since = before.rpartition(person.split()[-1])[2]
    others = {word for name in _FULL_NAME.findall(since) for word in name.split()}
    later_named = any(word.lower() in MALE | FEMALE for word in others)
    opens = article.text[start : figure.start].lower().startswith(opening)
    return bool(other_sex or later_named or not opens)


def _score(figure: Figure, *, named: bool) -> float:
    rate = _RATE.search(figure.text)
    sort = "share" if rate else units.classify_unit(figure.unit)
    score = _BY_SORT[sort] + _BY_STATUS.get(figure.status, 0)
    if sort == "count":
        score += _weigh_count(figure)
    elif sort == "time" and (named or _TERM.search(figure.label)):
        score -= _BY_SORT[sort] - 1
    if named:
        score += _IN_TITLE
    if _is_secondary(figure):
        score -= 1
    if _PRONOUN.match(figure.label):
        score -= 2
    return score - (len(figure.label) > clauses.USUAL_LENGTH) / 2


def _is_secondary(figure: Figure) -> bool:
    """Whether the clause has a number that says more than this one."""
    at = _find_number(figure)
    return any(m.end() == at for m in _SECONDARY.finditer(figure.label))


def _weigh_count(figure: Figure) -> float:
    """More for what happened to people, less for small counts of anything else."""
    at = _find_number(figure)
    before, after = figure.label[max(0, at - 100) : at], figure.label[at:][:60]
    behind = _CLAUSE_END.split(after)[0]
    grave = figure.unit == "votes" or _GRAVE_BEFORE.search(before)
    if grave or _GRAVE.search(behind):
        return 2
    if _OF_MANY.match(figure.label, at + len(figure.text)):
        return 1
    if abs(figure.value) < _SMALL_COUNT and figure.value.is_integer():
        return _SMALL
    return 1 if abs(figure.value) >= _LARGE_COUNT else 0
