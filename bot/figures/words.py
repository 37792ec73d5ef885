"""The words around figures that Babel's data does not hold, in Indonesian and in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Approximation(StrEnum):
    """How near a figure is to what it tells of."""

    ABOUT = "about"
    ALMOST = "almost"
    MORE_THAN = "more than"
    LESS_THAN = "less than"
    AT_LEAST = "at least"
    AT_MOST = "at most"
    UP_TO = "up to"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What one language says around its figures; every text is a regular expression without groups of its own."""

    counts: Mapping[str, int]
    """Words that are added up: "three", "twenty"."""
    multipliers: Mapping[str, int]
    """Words that multiply the count before them: "hundred"."""
    scales: Mapping[str, int]
    """Powers of ten beside those that Babel knows, in other spellings; the key is the word, the value the power."""
    letter_scales: Mapping[str, int]
    """The short ones, which only amounts of money take: "$1.3bn"."""
    approximations: Mapping[Approximation, str]
    """Before the figure; of the alternatives the first is the one to write."""
    approximations_after: Mapping[Approximation, str]
    between: str
    """Opens a range whose ends are joined by `between_and`."""
    between_and: str
    to: str
    """Joins the ends of any range; the first alternative is the one to write."""
    currencies: Mapping[str, str]
    """Names to ISO 4217 codes, or to a plain word where several countries share the name."""
    units: Mapping[str, str]
    """Names to Babel's."""
    percent: str
    naming: str
    """Words after which a number is a name: "section 5"."""
    not_a_count: str
    """Phrases whose number word counts nothing: "one another"."""
    year: str
    """Words after which four digits are a year."""
    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    """Spellings that Babel does not know; Monday is 0."""
    not_that_weekday: str
    """What stands before a weekday that is not one certain day: "every Sunday"."""
    days: Mapping[str, int]
    """Words for a day by its distance from today."""
    currency_names: Mapping[str, str] = field(default_factory=dict)
    """How to write a currency after a number, where Babel's name is not what newspapers print."""


def _numbered(words: str, start: int = 0, step: int = 1) -> dict[str, int]:
    return {word: start + step * place for place, word in enumerate(words.split())}


INDONESIAN = Vocabulary(
    counts=_numbered("nol satu dua tiga empat lima enam tujuh delapan sembilan") | {"se": 1},
    multipliers={"puluh": 10, "lusin": 12, "ratus": 100},
    scales={"rb": 3, "jt": 6, "milyar": 9, "milliar": 9, "trilyun": 12, "trilliun": 12},
    letter_scales={"M": 9, "T": 12},
    approximations={
        Approximation.ABOUT: r"sekitar|kurang[ -]lebih|kira-kira|lebih kurang|kisaran|berkisar|diperkirakan",
        Approximation.ALMOST: "hampir|nyaris|mendekati",
        Approximation.MORE_THAN: "lebih dari|lebih daripada|di atas|melebihi|melampaui",
        Approximation.LESS_THAN: "kurang dari|di bawah|tidak sampai|tak sampai",
        Approximation.AT_LEAST: "sedikitnya|setidaknya|setidak-tidaknya|sekurang-kurangnya|sekurangnya|paling sedikit"
        "|paling tidak|minimal|tidak kurang dari|tak kurang dari",
        Approximation.AT_MOST: "paling banyak|maksimal|maksimum|sebanyak-banyaknya|tidak lebih dari|tak lebih dari",
        Approximation.UP_TO: "hingga|sampai|sampai dengan",
    },
    approximations_after={Approximation.MORE_THAN: "lebih(?! (?:dari|besar|kecil|tinggi|rendah|banyak|sedikit))"},
    between="antara",
    between_and="dan",
    to=r"hingga|sampai dengan|sampai|s\.d\.|s/d|sd",
    currencies={
        "rupiah": "IDR", "dolar AS": "USD", "dolar Amerika": "USD", "dolar Amerika Serikat": "USD",
        "dolar Singapura": "SGD", "dolar Australia": "AUD", "dolar Hong Kong": "HKD", "dolar Kanada": "CAD",
        "dolar Taiwan": "TWD", "dolar Selandia Baru": "NZD", "euro": "EUR", "yen": "JPY", "yuan": "CNY",
        "renminbi": "CNY", "ringgit": "MYR", "baht": "THB", "rubel": "RUB", "poundsterling": "GBP",
        "pound sterling": "GBP", "won Korea Selatan": "KRW", "rupee India": "INR", "franc Swiss": "CHF",
        "dong": "VND", "riyal Arab Saudi": "SAR", "real Brasil": "BRL", "peso Filipina": "PHP",
        "dolar": "dollar", "won": "won", "peso": "peso", "rupee": "rupee",
    },
    units={
        "detik": "duration-second", "menit": "duration-minute", "jam": "duration-hour", "hari": "duration-day",
        "pekan": "duration-week", "minggu": "duration-week", "bulan": "duration-month", "tahun": "duration-year",
        "dekade": "duration-decade", "dasawarsa": "duration-decade", "abad": "duration-century",
        "kilo": "mass-kilogram", "ton": "mass-tonne", "kuintal": "quintal", "hektar": "area-hectare",
        "kilometer per segi": "area-square-kilometer", "km persegi": "area-square-kilometer",
        "m persegi": "area-square-meter", "centimeter": "length-centimeter", "mil": "length-mile",
        "kaki": "length-foot", "inci": "length-inch", "mil laut": "length-nautical-mile",
        "barel": "volume-barrel", "derajat": "degree", "derajat celsius": "temperature-celsius",
        "derajat celcius": "temperature-celsius", "derajat fahrenheit": "temperature-fahrenheit",
        "km per jam": "speed-kilometer-per-hour", "km/jam": "speed-kilometer-per-hour", "liter": "volume-liter",
    },
    percent="persen|prosen",
    naming=r"pasal|ayat|nomor|nomer|no\.?|bab|halaman|hlm\.?|hal\.?|kelas|versi|seri|edisi|jilid|volume|blok|lantai"
    "|kamar|terminal|gerbang|jalur|rute|peron|grup|kanal|tipe|rt|rw|kav|kode pos|uu|sma|smp|sd|sman|smpn|sdn|smkn",
    not_a_count=r"salah satu|satu sama lain|satu per satu|satu demi satu|satu pun|satu lagi|nomor satu|bersatu",
    year="tahun|th|thn|medio",
    months={"nopember": 11, "pebruari": 2, "sept": 9, "agt": 8, "agst": 8, "ags": 8, "agust": 8, "nop": 11, "peb": 2},
    weekdays={"Jum'at": 4, "Jum’at": 4, "Ahad": 6},
    not_that_weekday="setiap|tiap|malam|tiap-tiap|saban|per",
    days={"kemarin lusa": -2, "kemarin dulu": -2, "kemarin": -1, "hari ini": 0, "besok": 1, "lusa": 2},
    currency_names={"USD": "dolar AS", "EUR": "euro", "JPY": "yen", "dollar": "dolar", "won": "won",
                    "peso": "peso", "rupee": "rupee"},
)  # fmt: skip

_ENGLISH_TENS = "ten twenty thirty forty fifty sixty seventy eighty ninety"
ENGLISH = Vocabulary(
    counts=_numbered("zero one two three four five six seven eight nine ten eleven twelve")
    | _numbered("thirteen fourteen fifteen sixteen seventeen eighteen nineteen", start=13)
    | _numbered(_ENGLISH_TENS, start=10, step=10)
    | {"a": 1, "an": 1},
    multipliers={"dozen": 12, "hundred": 100},
    scales={"thousands": 3, "millions": 6, "billions": 9, "trillions": 12, "mln": 6, "bln": 9},
    letter_scales={"k": 3, "K": 3, "m": 6, "M": 6, "bn": 9, "b": 9, "B": 9, "tn": 12, "T": 12},
    approximations={
        Approximation.ABOUT: r"about|around|approximately|roughly|some|circa|an estimated|estimated|ca\.|c\.",
        Approximation.ALMOST: "almost|nearly|close to|just under",
        Approximation.MORE_THAN: "more than|over|above|in excess of|upwards of|exceeding|just over",
        Approximation.LESS_THAN: "less than|fewer than|under|below",
        Approximation.AT_LEAST: "at least|a minimum of|no fewer than|no less than|not less than",
        Approximation.AT_MOST: "at most|a maximum of|no more than|not more than",
        Approximation.UP_TO: "up to|as many as|as much as",
    },
    approximations_after={Approximation.ABOUT: "or so", Approximation.MORE_THAN: "or more|plus"},
    between="between",
    between_and="and",
    to="to|until|till|through",
    currencies={
        "U.S. dollars": "USD", "US dollars": "USD", "American dollars": "USD", "Singapore dollars": "SGD",
        "Australian dollars": "AUD", "Canadian dollars": "CAD", "euros": "EUR", "euro": "EUR", "yen": "JPY",
        "yuan": "CNY", "renminbi": "CNY", "rupiah": "IDR", "rupiahs": "IDR", "ringgit": "MYR", "baht": "THB",
        "rubles": "RUB", "roubles": "RUB", "ruble": "RUB", "rouble": "RUB", "pounds sterling": "GBP",
        "British pounds": "GBP", "South Korean won": "KRW", "Indian rupees": "INR", "Swiss francs": "CHF",
        "Vietnamese dong": "VND", "dong": "VND", "dollars": "dollar", "dollar": "dollar", "won": "won",
        "pesos": "peso", "peso": "peso", "rupees": "rupee", "rupee": "rupee",
    },
    units={
        "second": "duration-second", "minute": "duration-minute", "hour": "duration-hour", "day": "duration-day",
        "week": "duration-week", "month": "duration-month", "year": "duration-year", "decade": "duration-decade",
        "century": "duration-century", "kilometre": "length-kilometer", "kilometres": "length-kilometer",
        "metre": "length-meter", "metres": "length-meter", "centimetres": "length-centimeter",
        "millimetres": "length-millimeter", "square kilometres": "area-square-kilometer",
        "square metres": "area-square-meter", "cubic metres": "volume-cubic-meter", "sq km": "area-square-kilometer",
        "litre": "volume-liter", "litres": "volume-liter", "tonne": "mass-tonne", "tonnes": "mass-tonne",
        "metric tons": "mass-tonne", "tons": "ton", "ton": "ton", "kilos": "mass-kilogram", "pounds": "pound",
        "degrees": "degree", "kilometres per hour": "speed-kilometer-per-hour", "mph": "speed-mile-per-hour",
        "kph": "speed-kilometer-per-hour", "barrels": "volume-barrel",
    },
    percent="percent|per cent|pct",
    naming=r"section|article|chapter|page|p\.|number|no\.?|route|flight|highway|version|room|terminal|gate|phase|level"
    "|platform|channel|type|grade|volume|vol\\.?|edition|clause|paragraph|figure|table|group",
    not_a_count=r"one of|one another|one by one|no one|any ?one|every ?one|some ?one|each one|the one|this one|that one"
    "|which one|one day|one's|one’s|number one",
    year="year|in|since|until|by|during|before|after",
    months={"sept": 9},
    weekdays={"Tues": 1, "Weds": 2, "Thur": 3, "Thurs": 3},
    not_that_weekday="every|each|most|any|many|usual|per|a|one|some",
    days={"the day before yesterday": -2, "the day after tomorrow": 2, "yesterday": -1, "today": 0, "tomorrow": 1},
    currency_names={"IDR": "rupiah", "dollar": "dollars", "won": "won", "peso": "pesos", "rupee": "rupees"},
)  # fmt: skip

VOCABULARIES = {"id": INDONESIAN, "en": ENGLISH}

SYMBOLS = {
    "Rp": "IDR", "Rp.": "IDR", "IDR": "IDR", "US$": "USD", "USD": "USD", "$": "USD", "€": "EUR", "EUR": "EUR",
    "£": "GBP", "GBP": "GBP", "S$": "SGD", "SGD": "SGD", "A$": "AUD", "AU$": "AUD", "AUD": "AUD", "HK$": "HKD",
    "NZ$": "NZD", "C$": "CAD", "CA$": "CAD", "NT$": "TWD", "R$": "BRL", "RM": "MYR", "MYR": "MYR", "¥": "yen or yuan",
    "JP¥": "JPY", "JPY": "JPY", "CN¥": "CNY", "CNY": "CNY", "₩": "KRW", "KRW": "KRW", "₹": "INR", "INR": "INR",
    "₽": "RUB", "RUB": "RUB", "฿": "THB", "THB": "THB", "₱": "PHP", "₫": "VND", "₺": "TRY", "₴": "UAH", "CHF": "CHF",
}  # fmt: skip
"""Signs of money that mean the same everywhere, or nearly: a plain "$" is taken for the United States' dollar, as in
English newspapers, while the word "dollar" alone is left open."""

ABBREVIATIONS = {
    "km": "length-kilometer", "cm": "length-centimeter", "mm": "length-millimeter", "m": "length-meter",
    "km2": "area-square-kilometer", "km²": "area-square-kilometer", "m2": "area-square-meter",
    "m²": "area-square-meter", "ha": "area-hectare", "m3": "volume-cubic-meter", "m³": "volume-cubic-meter",
    "kg": "mass-kilogram", "g": "mass-gram", "mg": "mass-milligram", "l": "volume-liter",
    "km/h": "speed-kilometer-per-hour", "°C": "temperature-celsius", "°F": "temperature-fahrenheit",
    "MW": "power-megawatt", "GW": "power-gigawatt", "kW": "power-kilowatt", "kWh": "energy-kilowatt-hour",
    "GB": "digital-gigabyte", "MB": "digital-megabyte", "TB": "digital-terabyte",
}  # fmt: skip

UNITS = tuple(
    """duration-second duration-minute duration-hour duration-day duration-week duration-month duration-year
    duration-decade duration-century length-kilometer length-meter length-centimeter length-millimeter length-mile
    length-foot length-inch length-nautical-mile area-square-kilometer area-square-meter area-hectare area-acre
    mass-kilogram mass-gram mass-milligram mass-tonne volume-liter volume-milliliter volume-cubic-meter volume-barrel
    volume-gallon speed-kilometer-per-hour speed-mile-per-hour speed-meter-per-second speed-knot temperature-celsius
    temperature-fahrenheit power-watt power-kilowatt power-megawatt power-gigawatt energy-kilowatt-hour
    digital-megabyte digital-gigabyte digital-terabyte""".split()
)
"""Babel's names of the units that news measure by."""

WRITTEN_APPROXIMATIONS = {
    "es": ("alrededor de", "casi", "más de", "menos de", "al menos", "como máximo", "hasta"),
    "de": ("etwa", "fast", "mehr als", "weniger als", "mindestens", "höchstens", "bis zu"),
    "fr": ("environ", "presque", "plus de", "moins de", "au moins", "au plus", "jusqu’à"),
    "vi": ("khoảng", "gần", "hơn", "dưới", "ít nhất", "nhiều nhất", "lên tới"),
}
"""For languages that are only written and not read, in the order of `Approximation`."""


def written_approximation(approximation: Approximation, language: str) -> str | None:
    """The word for it in that language, if it is known here."""
    vocabulary = VOCABULARIES.get(language)
    if vocabulary:
        return vocabulary.approximations[approximation].split("|")[0]
    words = WRITTEN_APPROXIMATIONS.get(language)
    return words[list(Approximation).index(approximation)] if words else None
