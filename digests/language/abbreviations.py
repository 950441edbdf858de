"""Words that carry a full stop without ending a sentence, by language: data only.

`BEFORE_NAME`: always followed by more (a title before a name): the stop never ends.
`BEFORE_NUMBER`: the stop holds only before a number.
`MAY_END`: the stop ends a sentence only before a word that usually begins one.
`LETTERED`: words that a single letter follows as a name of its own.
`STARTERS`: words that usually begin a sentence.

Written without the last stop. An entry in small letters stands for either case; one
with a capital only for itself: «Ill.» is a state, «ill.» ends a sentence.
"""

from digests.language.tables import word_set

BEFORE_NAME = {
    "en": word_set(
        "Mr Mrs Ms Mx Dr Prof Sen Sens Rep Reps Gov Govs Gen Lt Col Maj Capt Cmdr Cpl",
        "Sgt Pvt Adm Brig Insp Det Supt Rev Hon Fr St Mt Ft Messrs Mme Mlle Amb Asst",
        "Assoc Atty Att Pres Treas Sec Spc Pfc Cllr Ald vs v approx cf",
    ),
    "de": word_set(
        "dr prof hr fr frl st dipl ing mag bspw ca vgl bzw evtl ggf inkl exkl sog",
        "insb insbes lt hl tel str ehem geb gest gen fa gebr z d u i s o",
    ),
    "fr": word_set("M MM mme mmes mlle dr pr me st ste mgr cf env"),
    "es": word_set("sr sra srta sres dr dra D dña st sto sta ud uds"),
    "it": word_set("sig sigg dott prof avv Ing On Sen"),
    "nl": word_set("dhr mevr mw dr prof mr drs ir st ca bijv"),
    "pt": word_set("sr sra dr dra prof sto exmo"),
}

BEFORE_NUMBER = word_set(
    "no nos fig figs vol p pp art sect par sec nr abs núm pág pag ch approx pop est"
)

MAY_END = {
    "en": word_set(
        "Jr Sr Inc Ltd Co Corp Cos Bros Mfg llc plc etc dept univ Ave blvd rd assn",
        "intl Nat gov't eds al ph.d m.d b.a m.a Jan Feb Mar Apr Jun Jul Aug Sep",
        "sept Oct Nov Dec Mon Tue tues Wed Thu thur thurs Fri Sat Ala Ariz Ark calif",
        "colo Conn Del Fla Ga Ill Ind Kan Kans Ky La Md Mass Mich Minn Miss Mo Mont",
        "Neb Nev Okla Ore Pa Penn Tenn Tex Vt Va Wash Wis Wyo yrs mph hrs sq oz lb",
    ),
    "de": word_set(
        "usw etc mio mrd tsd Bd jr sr inc ltd co e.v z.b d.h u.a z.t i.d.r o.ä u.ä",
        "jan feb apr jun jul aug sep sept okt nov dez",
    ),
    "fr": word_set("etc janv févr juil sept oct nov déc av"),
    "es": word_set("etc ee uu s.a"),
    "it": word_set("ecc s.p.a"),
    "nl": word_set("enz n.v b.v"),
    "pt": word_set("etc s.a"),
}

#: What is told apart by a letter: «plan B.» ends where «Mr. B.» would not.
LETTERED = word_set(
    "plan plans vitamin grade group hepatitis influenza type option lot appendix class",
    "category point exhibit gate terminal wing ward platform schedule gruppe klasse",
    "halle",
)

STARTERS = {
    "en": word_set(
        "a an the this that these those he she it they we i you his her its their our",
        "my your there here in on at by for from with without within after before",
        "during since until under over about as if when while where why how what who",
        "which whether although though because but and or so yet not nor no none some",
        "many most all both each every few several another other others one two three",
        "meanwhile however moreover still then now once also even earlier later last",
        "next police officials instead indeed despite among according",
    ),
    "de": word_set(
        "der die das den dem des ein eine einer eines einem einen er sie es wir ihr",
        "ich man dies diese dieser dieses jener in im am an auf aus bei beim bis durch",
        "für gegen mit nach ohne seit um unter über von vom vor während wegen zu zum",
        "zur als wenn weil da dann doch aber und oder auch nur noch nun so wie was wer",
        "wo warum damit dabei dazu danach daher deshalb außerdem zudem jedoch laut",
        "seine ihre unser kein keine alle viele einige mehrere trotz zuvor später",
    ),
    "fr": word_set(
        "le la les l un une des il elle ils elles on nous vous je ce cette ces cet",
        "son sa ses leur leurs dans en au aux à de du par pour sur avec sans mais et",
        "ou donc or car selon après avant depuis pendant si quand comme",
    ),
    "es": word_set(
        "el la los las un una unos unas él ella ellos este esta estos estas ese esa",
        "su sus en con por para según tras desde pero y o si cuando como no",
    ),
    "it": word_set(
        "il lo la i gli le un una uno egli lui lei loro questo questa in con per",
        "secondo dopo da ma e o se quando come non",
    ),
    "nl": word_set(
        "de het een hij zij ze we wij ik dit dat deze die in op bij met voor na",
        "volgens maar en of als toen",
    ),
    "pt": word_set(
        "o a os as um uma ele ela eles este esta em no na com por para segundo após",
        "mas e ou se quando como não",
    ),
}

#: Capitalised words that may follow a clock time inside its sentence.
AFTER_CLOCK = word_set(
    "monday tuesday wednesday thursday friday saturday sunday january february march",
    "april may june july august september october november december et est edt ct",
    "cst cdt mt mst mdt pt pst pdt gmt utc bst cet eastern central mountain pacific",
    "london moscow beijing greenwich local",
)
