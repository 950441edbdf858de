"""Weigh the words by which articles are compared.

Each content word of title, lead and body (the title counts more) has a damped count
times how telling it is. For English that is known beforehand (`common_words`), until
an archive has counted enough stories of its own; other languages take it from the
stories at hand, within bounds. In a text a name weighs more than another rare word.

The weight of a word must not depend on the day's articles alone: where one big story
fills the day, its own names would look ordinary and lose their weight. So the words
that news uses all the time are listed here in four ranks, written down by hand from
everyday usage (no corpus, no third party's table); a word that is in none of them is
taken to be rare and telling.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping
from functools import lru_cache
from typing import Self

from digests.language import words
from digests.language.words import word_set
from digests.types import Article

#: How telling a word is: near the logarithm of its rarity in English news.
RARE_WEIGHT, KNOWN_WEIGHT, FREQUENT_WEIGHT, EVERYDAY_WEIGHT = 6.0, 4.5, 3.0, 1.5
_NUMBER = 3.5
_TITLE = 2.5
_BODY_WORDS = 400
#: More words than this add time, not sense.
_LONGEST = 120
#: The least share of its weight that a word keeps, however ordinary it is today.
_FLOOR = 0.3
#: With this many stories a background begins to outweigh what is known beforehand.
_ENOUGH = 2000
#: More words than this are no language: misspellings, names, numbers.
_MOST_WORDS = 300_000
_MEASURE = 5.0
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")


class TermBackground:
    """How many stories have each word: what tells a rare word from a common one.

    It counts stories, not articles, so that one big story counts once and cannot make
    its own words look ordinary.
    """

    __slots__ = ("_having", "stories")

    def __init__(self) -> None:
        self.stories = 0
        self._having: Counter[str] = Counter()

    @classmethod
    def of(cls, counted: Iterable[Mapping[str, float]]) -> Self:
        """The background that these articles make by themselves."""
        made = cls()
        for each in counted:
            made.add(each)
        return made

    def add(self, counted: Iterable[str]) -> None:
        """Count the words of one more story."""
        self.stories += 1
        self._having.update(dict.fromkeys(counted, 1))

    def prune(self, kept: Container[str]) -> None:
        """Drop words that one story alone had, but for these: no list grows for ever.

        What is lost of a word's weight is less than its part that chance has.
        """
        if len(self._having) > _MOST_WORDS:
            self._having = Counter(
                {s: n for s, n in self._having.items() if n > 1 or s in kept}
            )

    def telling(self, stem: str, tag: str) -> float:
        """How telling a stem is in this language: 0 (empty) to `RARE`."""
        having = self._having[stem]
        if tag == "en" and stem.isascii():
            known = rate_rarity(stem)
            if self.stories < _ENOUGH or not known:
                return known
            return min(known, math.log(self.stories / (having + 1)))
        everything = self.stories + 2
        share = math.log(everything / (having + 1)) / math.log(everything)
        return RARE_WEIGHT * max(_FLOOR, min(1.0, share))


def has_body(article: Article) -> bool:
    """Whether an article has a text of its own, and not only a headline."""
    return len(article.text) > len(article.title or "") + 120


def count_terms(article: Article) -> Mapping[str, float]:
    """The stems of title and text with their counts; the title's count more."""
    counted: dict[str, float] = defaultdict(float)
    for stem in _list_stems(article.title or "", article.lang):
        counted[stem] += _TITLE
    body = article.text[: _BODY_WORDS * 12]
    for stem in _list_stems(body, article.lang)[:_BODY_WORDS]:
        counted[stem] += 1
    return counted


def weigh_terms(
    counted: Mapping[str, float],
    names: frozenset[str],
    tag: str,
    *,
    text: bool,
    background: TermBackground,
) -> Mapping[str, float]:
    """Stem to weight: the damped count times how telling the word is.

    Args:
        counted: `counts` of the article.
        names: Those of its stems that are names; they are never ordinary.
        tag: Primary tag of the article's language.
        text: Whether it has a text that shows which words are names.
        background: How many stories have each word.
    """
    weights: dict[str, float] = {}
    for stem, n in counted.items():
        telling = background.telling(stem, tag)
        if stem in names:
            telling = max(telling, KNOWN_WEIGHT)
        elif text and tag == "en":
            telling = _MEASURE if _is_measure(stem) else min(telling, KNOWN_WEIGHT)
        if telling:
            weights[stem] = telling * (1 + math.log(n) if n > 1 else n)
    if len(weights) <= _LONGEST:
        return weights
    heaviest = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    return dict(heaviest[:_LONGEST])


def _is_measure(stem: str) -> bool:
    """A number that two articles hardly share by chance: no year, no small count."""
    return stem.isdigit() and len(stem) > 2 and not 1900 < int(stem) < 2100


def rate_rarity(stem: str) -> float:
    """How telling an English stem is, known beforehand: 0 (empty) to `RARE`."""
    known = _load_ranks().get(stem)
    if known is not None:
        return known
    return _NUMBER if stem.isdigit() else RARE_WEIGHT


def find_salient_terms(article: Article) -> frozenset[str]:
    """The stems of an article that carry its facts: names, numbers, rare words."""
    return frozenset(
        stem
        for stem in count_terms(article)
        if rate_rarity(stem) >= KNOWN_WEIGHT or stem.isdigit()
    )


def find_rare_words(text: str, lang: str | None) -> frozenset[str]:
    """The words of a text that say what it is about; English only."""
    if words.resolve_language(lang) != "en":
        return frozenset()
    return frozenset(
        word
        for word in words.split_words(text)
        if rate_rarity(words.stem_word(word)) == RARE_WEIGHT
    )


def _list_stems(text: str, lang: str | None) -> list[str]:
    tag = words.resolve_language(lang)
    return [
        part
        for word in words.split_words(_THOUSANDS.sub("", text))
        if not words.is_stop_word(word, tag) and word not in EMPTY_WORDS
        for part in _split_word(word, tag)
    ]


def _split_word(word: str, tag: str) -> Iterable[str]:
    """A word's stem; for scripts without spaces, its pairs of signs."""
    if "\u3040" <= word[0] <= "\u9fff" and len(word) > 2:
        return (word[i : i + 2] for i in range(len(word) - 1))
    if len(word) == 1 and word.isascii() and not word.isdigit():
        return ()
    return (words.stem_word(word, tag),)


@lru_cache(maxsize=1)
def _load_ranks() -> Mapping[str, float]:
    """Stem to weight; where two words share a stem, the more ordinary one decides."""
    ranks: dict[str, float] = {}
    for listed, weight in (
        (KNOWN_WORDS, KNOWN_WEIGHT),
        (FREQUENT_WORDS, FREQUENT_WEIGHT),
        (EVERYDAY_WORDS, EVERYDAY_WEIGHT),
        (EMPTY_WORDS, 0.0),
    ):
        ranks |= {words.stem_word(word): weight for word in listed}
    return ranks


#: Words that say nothing about the event.
EMPTY_WORDS = word_set("""
    a about above across after again against ago all almost along already also although
    always am amid among an and another any anyone anything are around as at away back
    be became because become been before behind being below besides between both but by
    can cannot could did do does doing done down due during each either else enough even
    ever every everyone everything few for from further get gets getting go goes going
    gone got had has have having he her here hers herself him himself his how however i
    if in including indeed instead into is it its itself just keep least less let like
    likely look looks made make makes making many may maybe me might more most much must
    my near nearly need neither never next no nobody none nor not nothing now of off
    often on once one only onto or other others our out over own per perhaps put quite
    rather really s said same saw say saying says see seem seems seen set several shall
    she should since so some someone something soon still such t take taken takes taking
    tell tells than that the their them themselves then there these they thing things
    this those though through throughout thus to today together told tomorrow tonight
    too took toward towards under until up upon us use used uses using very via want
    wants was way we well went were what whatever when where whether which while who
    whole whom whose why will with within without would yes yesterday yet you your
    monday tuesday wednesday thursday friday saturday sunday mr mrs ms dr re ve ll d m
    don didn doesn isn wasn aren won
""")

#: Words of almost every front page.
EVERYDAY_WORDS = word_set("""
    according american americans amp ahead announce announced announces anniversary asks
    ask asked april august available bad best better big biggest breaking bring brings
    call called calls change changes city come comes coming company could country day
    days deal december despite early end ends exclusive expect expected expects face
    faces fall falls fans february final find finds first five former found four free
    full give gives good government great group half help helps high higher hit hits
    home hour hours house inside issue issues january join july june key know large
    largest last late latest launch launches lead leader leaders leads left life line
    little live long look lost low lower major man march market men million billion
    minute minutes money month months move moves name named national new news night
    november number october official officials old open opens part past pay people place
    plan plans play point possible president price prices public question questions
    raise raises read ready real reason reasons record release released releases report
    reported reports return returns review right rise rises run runs second sees
    september set seven show shows side sign small special start starts state statement
    states step stop story study support ten test third three time times top top try
    turn turns two unveil unveils update updated video view war watch week weekend weeks
    white win wins woman women wonder work working works world worst year years york
    young
""")

#: Words that many stories of a week share.
FREQUENT_WORDS = word_set("""
    access accused act action actor add added adds age agency agree agreed agreement
    agrees aim aims air album alleged allow allows amazing analysis analyst analysts app
    appeal appear appears apps area army arrest arrested attack attacks attempt attorney
    authorities average award awards baby ban bank banks base battle beat beats begin
    begins behavior believe bid bill black block blue board body book books boost border
    boss box boy break brings britain british brother budget build building business buy
    campaign cancer candidate car care career cars case cases cast cause caused causes
    celebrate celebrity center central centre ceo chance charge charged charges chief
    child children china chinese choice claim claims close closer club collapse college
    comment comments companies concern concerns confirm confirmed confirms congress
    consider considers contract control conference cost costs council countries county
    couple court cover create crime crisis critics crowd cup current customer customers
    cut cuts daily damage data date daughter dead deadly deaths death debate debt debut
    decide decision decline declines defence defense delay demand demands department
    design details die died dies digital director disease doctor doctors dollar dollars
    draw dream drive driver drop drops drug drugs earlier earn earth economic economy
    education effort efforts election elections emergency employee employees energy
    environment episode euro europe european event events evidence executive experience
    experts expert explain explains eye family famous far father fear fears feature
    features federal feel festival fight fights figure figures film films financial fire
    firm firms fix focus follow following food football force forced forces foreign
    france french front fund funding future gain gains game games gas general german
    germany giant girl girls global goal gold group growing growth guide gun guy happy
    hard head health hear heart held hold holds hollywood hope hopes hospital host hot
    human idea image images impact important include includes increase increases
    independent india indian individual industry information injured injury insurance
    interest international internet interview investigation investor investors involved
    iran iraq island israel items japan japanese job jobs john judge justice kids kill
    killed killing kills kind king lack land language launched law lawmakers laws
    lawsuit lawyer leading league learn leave leaves legal letter level levels light
    link linked list local london longer lose loses loss losses love main manager map
    mark marks mass matter media medical meet meeting member members message middle
    military minister miss mobile model morning mother movie movies music names nation
    nations nearby network north offer offers office officer officers oil online
    operation opening order orders outside owner pair paper parents park party patients
    peace pennsylvania percent performance period person phone photo photos pick
    pictures planned player players police policy political poll poor popular post posts
    pound power premier prepare prepares presence present pressure prime prison private
    probe problem problems product production products profit profits program programme
    project promise property protect protest protests prove provide pull pulls push
    pushes quarter race radio rate rates reach reaches reality recall recent recently
    recovery red region release remain remains remove rep report require research
    researchers resident residents response rest result results reveal revealed reveals
    risk risks road role room round rule rules russia russian safe safety sale sales san
    saves save schedule school schools science scientists score sea search season seat
    secret secretary security seek seeks sell sells senate senator send senior serious
    service services share shares shock shooting shop shot sister site situation six
    social society software son song source sources south space speak speaks speech
    spend spending sports spot spring staff stage stand star stars station stay stays
    stock stocks store stores storm strategy street strike strong student students
    success suffer suggest suggests summer surprise survey suspect suspected system talk
    talks target tax team tech technology teen television term terms texas thousands
    threat threatens ticket title total tough tour town track trade trading traffic
    trailer training travel trial trip trouble true tv union united university user
    users value victim victims victory visit voice vote voters wall warn warning warns
    washington water weak weather web website weight west wife winner winter word words
    worker workers worried worry worth write wrong
""")

#: Words of a beat (markets, phones, medicine, show business): ordinary, not empty.
KNOWN_WORDS = word_set("""
    abortion academy account acquire acquires acquisition activity actress adult advance
    advice africa african aid aide airline airlines airport alert alive allegations
    alliance ambassador america analyst android announcement apple approval approve
    approved approves arms art artist asia asian asset assets atlanta audience australia
    australian author auto automaker babies band bar baseball basketball beach bear
    beautiful beauty bed benefit benefits beyonce birth birthday blast blood boat bodies
    bomb bond bonds boston brain brand brands brazil bridge broadcast brothers bus
    buyers cable california camera cameras canada canadian capital card cardinals cards
    carrier cash cat catch celebrates cell cells chain chairman challenge challenges
    champion championship channel chicago chip christian christmas church cia citizens
    civil class clean clear climate clinical clinton coach coal coast cold collection
    comedy comic command commission commissioner committee communications community
    comparison competition complaint computer concert condition conditions conflict
    connection conservative construction consumer consumers contact content contest
    convicted cool corporate corruption courts crash credit creator criminal critical
    cross culture cuba currency cyber dad dance danger dangerous dark dating deficit
    democrat democrats detroit device devices diabetes diet discovery discuss disney
    divorce documents dog dogs domestic dow draft dress drinking drivers dropped
    earnings earthquake ebola economist editor egypt electric electronic engine
    engineers england english entertainment equal equity estate ethics evening exchange
    executives expand expands experiment exports facebook facility factory failed fail
    fails failure families fan farm fashion fast fat fbi fda fed female field filing
    filed files fine finance fined fish flight flights flood florida flu fly forecast
    format founder fox fuel funds funeral funny gallery gay gender george georgia google
    governor grand green ground gulf guilty hacked hair hall hand harry hate heat heavy
    hearing helicopter hero highest highway hiring historic history holiday holidays
    homes honor horse hotel housing hurricane illegal illinois immigration imports
    income india inflation infection initial injuries insider inspired intelligence
    introduces invest investigators investment iphone ipad ireland iron isis israeli
    italy jackson jail james jersey jesus joe joint jones joke journal journalist jump
    jumps jury juvenile kardashian kate killer kim kiss korea labor labour lady lake
    latin launching legend liberal license limit limits linux loan loans lottery louis
    lunch mail male manufacturing margin marijuana marine marriage married martin mary
    match mayor meal meals meat medicine memory mental merger metal mexico michael
    michigan microsoft mid miles militants mine minnesota missing mission missile
    missiles mistake mobile mom moon mortgage mosquito moscow mount mountain mouse
    murder museum muslim mystery nasa nature navy net netflix nfl nuclear nurse obama
    ohio olympic olympics opinion opposition organization original outbreak owners
    oxygen pacific pain palestinian parent paris parliament passenger passengers patent
    patient paul payment payments pension permit personal peter philippines physical
    pilot pipeline pitch planet plane planes plant plants platform pope population port
    potential practice prayer pregnant prescription press preview prince princess prize
    profile progress prosecutors prosecutor protection protesters proposal proposed
    proposes providers publisher purchase queen quit quarterly racial rail rain rally
    range ranking rape rating ratings reaction reader rebels recession reduce reduces
    referendum reform refugees regulator regulators reject rejects relationship
    religious rent rescue rescued resign resigns restaurant restaurants retail retailer
    retailers retire retirement revenue revenues rich ride rights river robot rock royal
    rumor rumors rumours sanctions satellite saudi scandal scene screen seattle sector
    secure selling sentence sentenced series session sex sexual shareholders ship shoot
    shopping shows shut shutdown sick signs singer skin sleep slow smart smartphone
    smartphones smoke smoking snow solar soldier soldiers solution songs sony soul sound
    spain speed spread square stadium stake standard startup status steel stephen stolen
    strategic streaming stream student style subscribers sun sunday super supply supreme
    surgery surge survive survivor suspend suspended sweet swim switzerland syria tablet
    taiwan taliban taylor tea teacher teachers tests theater theatre thousand tie tim
    tiny titles tobacco tokyo tom tools touch tourist toy train transit transport
    treasury treatment treat trend troops truck trucks trump twitter type uk ukraine
    unemployment unit upgrade usa vaccine valley van vehicle vehicles version viewers
    village violence virginia virus visa visitors volume vs wage wages waiting walk
    walking warm waste weapon weapons wedding welcome wind window windows wireless
    witness worldwide wounded yahoo youtube zone
""")
