"""Find the unit of a number in the words right beside it.

Two look-ups in tables: money before the number («US$5m», «EUR 3 Mio.») and a unit after
it («35 %», «four-day», «273 billion dollars»). Units are named in plain words; a unit
that is not listed is ignored.
"""

import re
from collections.abc import Mapping
from typing import Literal

from digests.language.regexes import make_regex
from digests.language.words import word_list, word_set
from digests.types import frozen

UnitSort = Literal["money", "share", "time", "measure", "count"]

_SIGNS: Mapping[str, str] = {
    sign: code
    for sign, _, code in (
        pair.partition("=")
        for pair in word_list("""
        US$=USD $=USD A$=AUD AU$=AUD C$=CAD CA$=CAD HK$=HKD NZ$=NZD S$=SGD R$=BRL £=GBP
        €=EUR ¥=JPY ₹=INR ₦=NGN N=NGN ₩=KRW ₽=RUB ₪=ILS ₺=TRY Rs=INR Rs.=INR KSh=KES
        GH¢=GHS
        """)
    )
}
_CODES = word_list("""
    USD EUR GBP JPY CNY CHF INR KRW AUD CAD NZD HKD SGD RUB BRL MXN ZAR SEK NOK DKK NGN
    GHS KES PKR
""")

#: Other ways to write the hours of «kWh».
_WITH_HOURS = "{0}h|{0} h|{0} hr|{0} hrs|{0} hours|{0} Stunden|{0} Stunde"
#: Plain name of a unit → how it is written after a number; for a blank also with a
#: hyphen or a sign of multiplication.
_WRITTEN: Mapping[str, str] = {
    "percentage points": "percentage points|percentage point|Prozentpunkte",
    "basis points": "basis points|basis point|Basispunkte|Basispunkten",
    "percent": "%|percent|per cent|pct|Prozent",
    "USD": "dollars|dollar|US dollars|U.S. dollars|Dollar|USD|US-Dollar",
    "EUR": "euros|euro|Euro|EUR|€",
    "GBP": "pounds sterling|GBP",
    "JPY": "yen|Yen",
    "CNY": "yuan|renminbi",
    "INR": "rupees|rupee",
    "NGN": "naira|Naira",
    "RUB": "rubles|roubles|ruble|Rubel",
    "crowns": "crowns|kronor|kroner|Kronen",
    "pesos": "pesos|peso|Pesos",
    "rand": "rand",
    "shillings": "shillings|shilling",
    "cedis": "cedis|cedi",
    "zloty": "zlotys|zloty|Zloty",
    "CHF": "Swiss francs|francs|Franken",
    "cents": "cents|cent|Cents|Cent",
    "pence": "pence|penny",
    "pounds": "pounds|pound|lbs|lb",
    "foot-pounds": "ft lb|ft lbs|lb ft|lbs ft|foot pounds|foot pound|pound feet|"
    "pound foot",
    "newton metres": "Nm|N m|newton metres|newton metre|newton meters|newton meter|"
    "Newtonmeter|Newtonmetern",
    "passenger-km": "passenger km|passenger kilometres|passenger kilometre|"
    "passenger kilometers|passenger kilometer|Personen km|Personenkilometer|"
    "Personenkilometern|Personen Kilometer",
    "tonne-km": "tonne km|t km|tkm|tonne kilometres|tonne kilometers|Tonnen km|"
    "Tonnenkilometer|Tonnenkilometern|Tonnen Kilometer",
    "km/h": "km/h|kph|k.p.h|kmh|km h|km hr|km/hr|km per hour|km an hour|"
    "kilometers per hour|"
    "kilometres per hour|kilometers an hour|kilometres an hour|"
    "Stundenkilometer|Stundenkilometern|Kilometer pro Stunde|"
    "Kilometern pro Stunde",
    "mph": "mph|m p h|m.p.h|miles per hour|miles an hour",
    "square km": "sq km|sq. km|qkm|square kilometers|square kilometres|"
    "square kilometre|"
    "square kilometer|km²|"
    "Quadratkilometer",
    "square miles": "square miles|square mile|sq mi|sq. mi|sq miles|sq. miles",
    "square metres": "sq m|sq. m|qm|square meters|square metres|square metre|"
    "square meter|m²|"
    "Quadratmeter",
    "square feet": "square feet|square foot|sq ft|sq. ft",
    "cubic feet": "cubic feet|cubic foot",
    "cubic metres": "cubic meters|cubic metres|cubic metre|cubic meter|m³|Kubikmeter",
    "km": "km|kilometers|kilometres|kilometer|kilometre|Kilometer|Kilometern",
    "miles": "miles|mile|Meilen",
    "metres": "m|meters|metres|meter|metre|Meter|Metern",
    "cm": "cm|centimeters|centimetres|centimeter|centimetre|Zentimeter",
    "mm": "mm|millimeters|millimetres|millimeter|millimetre|Millimeter",
    "feet": "feet|foot|ft",
    "inches": "inches|inch",
    "yards": "yards|yard",
    "acres": "acres|acre",
    "acre-feet": "acre-feet|acre-foot|acre ft",
    "hectares": "hectares|hectare|Hektar",
    "kg": "kg|kilograms|kilogrammes|kilogram|kilos|kilo|Kilogramm|Kilo",
    "grams": "grams|gram|grammes|g|Gramm",
    "ounces": "ounces|ounce|oz",
    "tonnes": "tonnes|tonne|metric tons|metric ton|Tonnen|Tonne",
    "tons": "tons|ton",
    "litres": "litres|liters|litre|liter|Liter|Litern",
    "gallons": "gallons|gallon",
    "barrels": "barrels|barrel|Barrel|bpd",
    "degrees Celsius": "°C|degrees Celsius|degrees C|Grad Celsius",
    "degrees Fahrenheit": "°F|degrees Fahrenheit|degrees F",
    "degrees": "°|degrees|degree|Grad",
    "MW": "MW|megawatts|megawatt|Megawatt",
    "GW": "GW|gigawatts|gigawatt|Gigawatt",
    "watts": "watts|watt|Watt",
    "kW": "kW|kilowatts|kilowatt|Kilowatt",
    "kWh": f"{_WITH_HOURS.format('kW')}|KWh|kwh|kilowatt hours|kilowatt hour|"
    "Kilowattstunden|Kilowattstunde|Kilowatt Stunden",
    "MWh": f"{_WITH_HOURS.format('MW')}|megawatt hours|megawatt hour|"
    "Megawattstunden|Megawattstunde|Megawatt Stunden",
    "GWh": f"{_WITH_HOURS.format('GW')}|gigawatt hours|gigawatt hour|"
    "Gigawattstunden|Gigawattstunde|Gigawatt Stunden",
    "TWh": f"{_WITH_HOURS.format('TW')}|terawatt hours|terawatt hour|"
    "Terawattstunden|Terawattstunde|Terawatt Stunden",
    "Wh": f"{_WITH_HOURS.format('W')}|watt hours|watt hour|Wattstunden|Wattstunde",
    "mAh": "mAh|mA h|milliampere hours|Milliamperestunden",
    "MB": "MB|megabytes|Megabyte",
    "GB": "GB|gigabytes|gigabyte|Gigabyte",
    "mg": "mg|milligrams|milligrammes|milligram|Milligramm",
    "micrograms": "µg|μg|micrograms|microgram|Mikrogramm",
    "seconds": "seconds|second|secs|Sekunden",
    "minutes": "minutes|minute|mins|min|Minuten",
    "hours": "hours|hour|hrs|Stunden",
    "days": "days|day|Tage|Tagen",
    "nights": "nights|night|Nächte|Nächten",
    "weeks": "weeks|week|Wochen",
    "months": "months|month|Monate|Monaten",
    "years": "years|year|Jahre|Jahren",
    "decades": "decades|decade|Jahrzehnte|Jahrzehnten",
}
_NAME_OF: Mapping[str, str] = {
    written: name for name, forms in _WRITTEN.items() for written in forms.split("|")
}
#: Words that mean people in general.
PEOPLE = word_set("""
    people persons killed injured wounded Menschen Personen Leute
""")
TIME_UNITS = word_set("""
    seconds minutes hours days nights weeks months years decades
""")
MONEY_UNITS = frozenset((*_CODES, *_SIGNS.values())) | word_set("""
    cents pence pounds crowns pesos rand shillings cedis zloty
""")

_BLANK = r"[\s·⋅-]"
_LONGEST_FIRST = sorted(_NAME_OF, key=len, reverse=True)
#: Not the acres of «acre-feet», nor the metres of «metre-tonnes».
_ANOTHER_UNIT = (
    r"-(?:hour|feet|foot|pound|mile|year|day|second|met|ton|peak|equivalent|Stunde|"
    r"Meter|Tonne|Sekunde)"
)
#: «30 mile-long», «15 dollars-per-hour»; not the seconds of «12 second-hand cars».
_SAYS_MORE = (
    r"(?<=%)|(?<=cent)|(?<=zent)|-(?:(?:long|high|tall|wide|deep|thick|strong|plus|olds?)"
    r"\b|(?:an?|per|and|to|und|bis)-|lang|ho[ch]h?|breit|tief|dick|groß|stark)"
)
_AFTER = make_regex(
    r"(?:(?P<tied>-)|[\s\u00a0\u202f])?(?P<unit>"
    + "|".join(re.escape(w).replace(r"\ ", _BLANK) for w in _LONGEST_FIRST)
    + rf")(?![^\W_]|[·⋅]\w|\.\w\.)(?!{_ANOTHER_UNIT})"
    rf"(?(tied)|(?:(?!-[^\W\d_])|(?={_SAYS_MORE})))"
    r"(?P<old>[-\s]olds?\b)?"
)
_BEFORE = make_regex(
    r"(?:(?:\b(?:US|AU|A|CA|C|HK|NZ|S|R))?\$|[£€¥₹₩₽₪₺₦]|\bRs\.?|\bKSh|\bGH¢|\b(?:"
    + "|".join(_CODES)
    + r"))[\s\u00a0]?$|\bN$"
)
#: «kW-a», «N·cm»; not «A-list».
_UNKNOWN = make_regex(
    r"[\s-]?(?:[kMGTmµcd]?[WVAJNgltm]|Hz|ft|lbs?|oz)[·⋅*-]"
    r"(?:h|hrs?|d|a|s|sec|min|[kcm]?m|k?g|k?N|ft|in|lbs?|sq)(?![^\W_])"
)
#: «80p»; not «3 p.m.», «p. 12».
_PENCE = make_regex(r"p(?!\w|\.\s?m\b|\.\w)")
_LONGEST_SIGN = 6


@frozen
class FigureUnit:
    """A unit's plain name, and the span of the figure with its unit."""

    name: str
    start: int
    end: int


def find_unit(text: str, start: int, end: int) -> FigureUnit | None:
    """The unit of the number `text[start:end]`, or None where it has none."""
    money = _BEFORE.search(text[max(0, start - _LONGEST_SIGN) : start])
    if money:
        sign = money.group().strip()
        begin = start - len(money.group())
        return FigureUnit(name=_SIGNS.get(sign, sign), start=begin, end=end)
    pence = _PENCE.match(text, end)
    if pence:
        return FigureUnit(name="pence", start=start, end=pence.end())
    m = _AFTER.match(text, end)
    if m is None:
        return None
    name = _NAME_OF.get(re.sub(_BLANK, " ", m["unit"])) or _NAME_OF.get(m["unit"], "")
    return FigureUnit(name=name, start=start, end=m.end())


def has_unknown_unit(text: str, end: int) -> bool:
    """Whether a number is followed by signs of units that are not listed together.

    The number alone would be false: the 12 of «12 kW-a».
    """
    return _UNKNOWN.match(text, end) is not None


def classify_unit(unit: str) -> UnitSort:
    """Classify what a unit measures, by its plain name; "" is a count."""
    if unit in MONEY_UNITS:
        return "money"
    if unit in TIME_UNITS:
        return "time"
    if unit in ("percent", "percentage points", "basis points"):
        return "share"
    return "measure" if unit in _WRITTEN else "count"
