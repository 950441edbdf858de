"""Words by which claims are compared: titles, opposites, units; data only."""

from digests.language.tables import word_set

#: Words for what somebody is, as they stand in front of a name.
RANKS = word_set(
    "president minister chancellor secretary chief executive chairman chairwoman",
    "chair director manager coach captain striker keeper goalkeeper midfielder",
    "defender judge justice lawyer attorney prosecutor senator governor mayor",
    "councillor envoy ambassador general colonel major sergeant admiral commander",
    "professor doctor scientist researcher biologist economist analyst engineer",
    "architect spokesman spokeswoman spokesperson founder owner leader deputy king",
    "queen prince princess pope bishop archbishop inspector detective superintendent",
    "officer driver pilot singer actor actress author writer neighbour neighbor",
    "witness officer adviser advisor",
)

#: Units that different things are counted in: they tell no two numbers apart.
SHARED_UNITS = word_set(
    "percent percentage point dollar euro pound crown yen million billion thousand",
    "time hour minute second week month day metre meter kilometre kilometer mile ton",
    "tonne",
)

_PAIRS = (
    (
        "rise rises rose risen rising climb climbs climbed grew grow grows grown "
        "gained gain gains increase increases increased up jumped soared higher raise "
        "raised",
        "fall falls fell fallen falling drop drops dropped shrank shrink lost decline "
        "declines declined decrease decreased down slumped plunged lower cut lowered",
    ),
    ("win wins won beat beats beaten victory", "lose loses lost defeat defeated"),
    ("support supports supported back backs backed", "oppose opposes opposed"),
    ("accept accepts accepted approve approved", "reject rejects rejected refused"),
    ("admit admits admitted confirmed confirms", "deny denies denied"),
    ("open opens opened reopen reopened", "close closes closed shut"),
    ("succeed succeeded success", "fail fails failed failure"),
    ("buy buys bought", "sell sells sold"),
    ("hire hires hired appointed", "fire fires fired sacked dismissed"),
    ("before", "after"),
    ("more", "less fewer"),
    ("first", "last"),
    ("guilty convicted", "innocent acquitted cleared"),
    ("alive survived", "dead died killed"),
    ("legal allowed", "illegal banned"),
    ("praised praise welcomed", "criticised criticized condemned"),
)

#: Words that turn a statement into its opposite, both ways.
OPPOSITES = tuple(
    (word_set(a), word_set(b))
    for one, two in _PAIRS
    for a, b in ((one, two), (two, one))
)
