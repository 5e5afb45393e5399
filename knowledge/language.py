"""Tells English from Spanish by function words and letters that only one of them has."""

import re
import unicodedata

_WORD = re.compile(r"[^\W\d_]+")
_SPANISH = frozenset(
    """a al algo algun alguna algunos ante antes aqui asi aun bien buenas buenos cada cerca como con
    cual cuales cuando cuanta cuantas cuanto cuantos cita citas consulta de debe debo del dias desde
    donde dos el ella ellos en entre era es esa ese eso esta estan estas este esto estos estoy
    fue gracias ha hacer hago hasta hay hola horas la las le les lo los mas me mi mis mucho muy
    necesito ni no nos nuestra nuestro o otra otro para pago pero por porque puede pueden puedo
    que quien quiero se ser si sin sobre son soy su sus tambien tengo tiene tienen todo todos tres
    tu un una unas uno unos usted ustedes y ya yo""".split()
)
_ENGLISH = frozenset(
    """a about after all am an and any appointment are as at be been before but by can could did do
    does for from get had has have he hello her here hi his how i if in is it its just like may me
    my need no not of on one or our out please she so some thank thanks that the their them there
    they this to too up us want was we were what when where which who why will with would you
    your""".split()
)
_ONLY_SPANISH = re.compile("[ñ¿¡áéíóú]", re.IGNORECASE)


def detect_language(text: str, default: str = "en") -> str:
    """`en` or `es`; `default` when the text gives no sign of either."""
    words = [_plain(word) for word in _WORD.findall(text.lower())]
    spanish = sum(word in _SPANISH for word in words) + 2 * len(_ONLY_SPANISH.findall(text))
    english = sum(word in _ENGLISH for word in words)
    if spanish == english:
        return default
    return "es" if spanish > english else "en"


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(c for c in decomposed if not unicodedata.combining(c))
