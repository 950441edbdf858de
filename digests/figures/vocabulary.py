"""English words that lead to a figure's label: data only."""

from collections.abc import Mapping

from digests.language.words import word_set

_DETERMINERS = """
    the a an this that these those its his her their our my your some any each every
    all both no another
"""
_PREPOSITIONS = """
    of in on at for by from to with within over under between through across during
    after before since until till per against about into near among above below
    beyond behind beside without than as via amid despite toward towards along
    around off onto like except throughout inside outside upon worth including plus
    minus
"""
_LINKS = """
    and or but nor while whereas although though because if when unless so yet that
    which who whom whose where what how why once whether
"""
_PRONOUNS = """
    i he she it we you they him me us them who there one ones himself herself itself
    themselves none nobody everyone anyone someone something anything others
"""
_ADVERBS = """
    not never just only still already now then here back down up out away overall
    altogether together later ago earlier almost also again soon too very even
    perhaps maybe today yesterday tomorrow tonight always often sometimes else ever
    far rather quite less more most least further nearly about apart worldwide
    nationwide abroad afterwards overseas north south east west north-west
    north-east south-west south-east upstream downstream long sharply
"""
_NUMBERS = """
    two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty
    seventy eighty ninety hundred thousand million billion trillion dozen dozens
    hundreds thousands millions billions half
"""
#: Closed word classes; other words count as nouns or adjectives.
WORD_KINDS: Mapping[str, str] = {
    word: kind
    for kind, words in (
        ("det", _DETERMINERS),
        ("adv", _ADVERBS),
        ("prep", _PREPOSITIONS),
        ("link", _LINKS),
        ("pron", _PRONOUNS),
        ("number", _NUMBERS),
    )
    for word in words.split()
}

#: Words in «'s» that are no possessives.
CLIPPED_WORDS = word_set("""
    he's she's it's that's there's who's what's here's let's where's one's
""")
#: Words in «-ly» that are no adverbs.
NO_ADVERBS = word_set("""
    family supply assembly rally ally reply monopoly july italy fly jelly anomaly weekly
    daily monthly quarterly yearly hourly early elderly likely friendly costly only
    belly butterfly subsidy
""")

#: Plurals without an «s», and those whose «s» is ambiguous.
IRREGULAR_PLURALS = word_set("""
    people men women children police sheep fish deer aircraft feet teeth mice geese
    personnel staff crew data media species series troops cattle folk kids lives
    policemen policewomen firemen fishermen grandchildren halves spacecraft
""")
NOT_PLURAL = ("ss", "us", "is", "ous", "ics")

#: «a 5% rise in sales»: nouns that say little without what follows.
CHANGE_WORDS = word_set("""
    rise rises increase increases fall falls drop drops cut cuts gain gains growth
    decline declines reduction jump surge share stake slump loss losses improvement
    saving discount tax tariff majority
""")

#: What a number without a unit may be («the attendance was 11,482»).
BARE_VERBS = word_set("""
    toll attendance population number total count average index rate membership
    headcount workforce turnout capacity circulation tally magnitude
""")

#: Verbs whose subject is measured by a figure after them.
VALUE_VERBS = word_set("""
    cost costs costing rise rises rose risen rising fall falls fell fallen falling grow
    grows grew grown growing climb climbs climbed climbing drop drops dropped dropping
    slip slips slipped slipping gain gains gained gaining widen widens widened widening
    narrow narrows narrowed narrowing shrink shrinks shrank shrunk shrinking total
    totals totalled totaled totalling amount amounts amounted amounting come comes came
    weigh weighs weighed weighing measure measures measured measuring last lasts lasted
    lasting exceed exceeds exceeded exceeding average averages averaged averaging
    increase increases increased increasing decrease decreases decreased decreasing
    decline declines declined declining jump jumps jumped jumping soar soars soared
    soaring surge surges surged surging plunge plunges plunged plunging tumble tumbles
    tumbled edge edges edged swell swells swelled stand stands stood standing stretch
    stretches stretched stretching span spans spanned reach reaches reached reaching hit
    hits top tops topped fetch fetches fetched hold holds held generate generates
    generated generating produce produces produced producing cover covers covered
    covering valued priced estimated lie lies lay rebounded advance advances advanced
    retreat retreats retreated sink sinks sank sunk add adds added adding slide slides
    slid slumped ease eases eased recovered dipped skyrocketed doubled halved carry
    carries carried carrying delayed postponed raised lowered cut put extended shortened
    guaranteed reduced limited capped fixed lift lifted expanded recede recedes receded
""")
#: The ones of those whose subject is measured only in the passive.
PASSIVE_VERBS = word_set("""
    valued priced estimated delayed postponed raised lowered cut put extended shortened
    guaranteed reduced limited capped fixed expanded lifted
""")
#: «a detour that was adding 35 minutes»: for time only.
ADDING_VERBS = word_set("add adds added adding")
#: The ones of those that people do with money, and things with a measure.
HOLDING_WORDS = word_set("""
    hold holds held generate generates generated generating produce produces produced
    producing cover covers covered covering carry carries carried carrying
""")

#: Verbs whose object is measured by a figure after «by», «to» or «at».
MOVING_VERBS = word_set("""
    raise raises raised raising cut cuts cutting lower lowers lowered lowering increase
    increases increased increasing taking reduce reduces reduced reducing push pushes
    pushed pushing put puts putting value values valued valuing estimate estimates
    estimated estimating price prices priced pricing set sets setting keep keeps kept
    keeping bring brings brought bringing lift lifts lifted lifting trim trims trimmed
    trimming slash slashes slashed slashing boost boosts boosted boosting extend extends
    extended extending shorten shortens shortened widen widens widened fix fixes fixed
    cap caps capped limit limits limited limiting expand expands expanded expanding
    drive drives drove driving send sends sent take takes took hold holds held holding
    leave leaves left double doubles doubled
""")

#: Adjectives that are dropped in front of a noun phrase.
SPARED_WORDS = word_set("""
    first second third last next previous latest other same own new such earlier whole
    entire recent current total record further additional extra next past early late few
    many several various certain
""") - {"total", "record", "new", "current"}

#: Words after a measure of the thing just named: «640 metres long».
DIMENSION_WORDS = word_set("""
    long wide high deep tall thick away old full across upstream downstream heavy north
    south east west north-west north-east south-west south-east off ahead clear
""")

#: What may be paid, after «in»: «£3m in damages».
MASS_NOUNS = word_set("""
    aid damages takings funding funds taxes tax fees cash savings losses costs revenue
    revenues sales loans grants compensation fines debt debts bonds shares donations
    subsidies investment investments profit profits wages interest exports imports
    bribes bail relief assistance support arrears rent premiums benefits repairs assets
    orders contracts gold equity prizes royalties rebates refunds
""")

#: Nouns that are never, or not usefully, measured.
VAGUE_NOUNS = word_set("""
    year years month months week weeks day days hour hours minute minutes morning night
    evening afternoon time times thing things way ways lot kind part end beginning
    monday tuesday wednesday thursday friday saturday sunday january february march
    april may june july august september october november december total which average
    figure figures maximum minimum spring summer autumn winter people's estimate record
    around mr mrs ms dr president minister council company authority government man
    woman age ages
""")

#: People by what happened to them: «12 dead», «killed 12».
HARM_VERBS = word_set("""
    killed injured wounded hurt dead missing arrested detained displaced homeless
""")
HARMING_VERBS: Mapping[str, str] = {
    "killing": "killed",
    "killed": "killed",
    "injuring": "injured",
    "injured": "injured",
    "wounding": "wounded",
    "wounded": "wounded",
}
FORMS_OF_BE = word_set("is are was were be been being")
#: «will bolt steel plates»: a verb follows.
MODAL_VERBS = word_set("will would could can may might must shall should")
#: Common words of value: at the start of a sentence they are no names.
PLAIN_NOUNS = word_set("""
    revenue profit profits sales prices price shares income output production demand
    turnover inflation unemployment exports imports trade wages rents rent costs losses
    earnings margins volumes debt spending energy electricity traffic attendance tickets
    growth interest investment bookings orders deliveries traders membership turnout net
    gross operating annual monthly quarterly average total overall median local pre-tax
    consumer household retail wholesale industrial public private domestic foreign
    bilateral river temperatures rainfall salaries incomes emissions deaths cases
    visitors donations premiums subscriptions passengers
""")
