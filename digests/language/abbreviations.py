"""Words that carry a full stop without ending a sentence, by language: data only.

`BEFORE_NAME`: always followed by more (a title before a name): the stop never ends.
`MAY_END`: the stop ends a sentence only before a word that usually begins one.
`STARTERS`: words that usually begin a sentence. All lower case, without the last stop.
"""

BEFORE_NAME = {
    "en": frozenset(
        "mr mrs ms mx dr prof sen sens rep reps gov govs gen lt col maj capt cmdr cpl "
        "sgt pvt adm brig insp det supt rev hon fr st mt ft messrs mme mlle amb asst "
        "assoc atty att pres treas sec vs v approx cf nos hr".split()
    ),
    "de": frozenset(
        "dr prof hr fr frl st dipl ing mag bspw ca vgl bzw evtl ggf inkl exkl sog "
        "insb insbes max min nr abs art lt hl tel str ehem geb gest gen z d u i s o".split()
    ),
    "fr": frozenset("m mm mme mmes mlle dr pr me st ste mgr cf env av".split()),
    "es": frozenset("sr sra srta sres dr dra d dña st sto sta ud uds pág núm".split()),
    "it": frozenset("sig sigg dott prof avv ing on sen st pag".split()),
    "nl": frozenset("dhr mevr mw dr prof mr drs ir st ca bijv".split()),
    "pt": frozenset("sr sra dr dra prof st sto exmo pág".split()),
}

MAY_END = {
    "en": frozenset(
        "jr sr inc ltd co corp cos bros llc plc etc est dept univ no ave blvd rd "
        "assn intl nat gov't fig figs ed eds al vol pp par sect art ph.d m.d b.a m.a "
        "jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur "
        "thurs fri sat sun ala ariz ark calif colo conn del fla ga ill ind kan kans "
        "ky la md mass mich minn miss mo mont neb nev okla ore pa penn tenn tex vt va "
        "wash wis wyo yrs mph hrs min sq ext cal oz lb lbs approx".split()
    ),
    "de": frozenset(
        "usw etc mio mrd tsd bd jr sr inc ltd co e.v z.b d.h u.a z.t i.d.r o.ä u.ä "
        "jan feb apr jun jul aug sep sept okt nov dez mo di mi do sa so uhr".split()
    ),
    "fr": frozenset("etc janv févr juil sept oct nov déc no vol p pp".split()),
    "es": frozenset("etc ee uu s.a vol p pp".split()),
    "it": frozenset("ecc s.p.a vol p pp".split()),
    "nl": frozenset("enz nl n.v b.v vol p pp".split()),
    "pt": frozenset("etc s.a vol p pp".split()),
}

STARTERS = {
    "en": frozenset(
        "a an the this that these those he she it they we i you his her its their our "
        "my your there here in on at by for from with without within after before "
        "during since until under over about as if when while where why how what who "
        "which whether although though because but and or so yet nor not no none some "
        "many most all both each every few several another other others one two three "
        "meanwhile however moreover still then now once also even earlier later last "
        "next police officials instead indeed despite among according".split()
    ),
    "de": frozenset(
        "der die das den dem des ein eine einer eines einem einen er sie es wir ihr "
        "ich man dies diese dieser dieses jener in im am an auf aus bei beim bis durch "
        "für gegen mit nach ohne seit um unter über von vom vor während wegen zu zum "
        "zur als wenn weil da dann doch aber und oder auch nur noch nun so wie was wer "
        "wo warum damit dabei dazu danach daher deshalb außerdem zudem jedoch laut "
        "seine ihre unser kein keine alle viele einige mehrere trotz zuvor später".split()
    ),
    "fr": frozenset(
        "le la les l un une des il elle ils elles on nous vous je ce cette ces cet "
        "son sa ses leur leurs dans en au aux à de du par pour sur avec sans mais et "
        "ou donc or car selon après avant depuis pendant si quand comme".split()
    ),
    "es": frozenset(
        "el la los las un una unos unas él ella ellos este esta estos estas ese esa "
        "su sus en con por para según tras desde pero y o si cuando como no".split()
    ),
    "it": frozenset(
        "il lo la i gli le un una uno egli lui lei loro questo questa in con per "
        "secondo dopo da ma e o se quando come non".split()
    ),
    "nl": frozenset(
        "de het een hij zij ze het we wij ik dit dat deze die in op bij met voor na "
        "volgens maar en of als toen".split()
    ),
    "pt": frozenset(
        "o a os as um uma ele ela eles este esta em no na com por para segundo após "
        "mas e ou se quando como não".split()
    ),
}

#: Capitalised words that may follow a clock time inside its sentence.
AFTER_CLOCK = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march "
    "april may june july august september october november december et est edt ct "
    "cst cdt mt mst mdt pt pst pdt gmt utc bst cet eastern central mountain pacific "
    "london moscow beijing greenwich local".split()
)
