"""English or Spanish: the language of the main clause, also for very short messages."""

from collections.abc import Mapping

from agent.understanding.spelling import squeezed, words

SURE = 0.75
_EITHER = frozenset(
    "no ok okay oki k kk lol haha jaja um hmm uh ah oh eh bye chao link online email video zoom fax"
    " medicare medicaid refill balance copay x xx am pm".split()
)
"""Words that both languages write: they say nothing."""

_SPANISH = frozenset(
    "si hola gracias buenas buenos claro dale vale listo adios cita ayuda porfa porfavor bueno sale"
    " cuanto cuando donde como que cual lunes martes miercoles jueves viernes sabado domingo manana"
    " hoy primera segunda tercera ultima cualquiera nada humano persona cancelar confirmo"
    " uno dos tres cuatro".split()
)
_ENGLISH = frozenset(
    "yes hi hey hello thanks thx please help appointment cancel confirm monday tuesday wednesday"
    " thursday friday saturday sunday tomorrow today first second third last any either nothing"
    " human person agent hours yep yeah nope nah one two three four sure".split()
)


def detect(text: str, chances: Mapping[str, float], previous: str | None) -> str:
    """`en` or `es`; a text that fits both keeps the language of the conversation. `chances`: the
    network's, of each."""
    said = [w for w in words(squeezed(text)) if w not in _EITHER and not w.isdigit()]
    if not said or (len(said) == 1 and len(said[0]) < 3 and said[0] not in _SPANISH):
        return previous or "en"
    if len(said) <= 2:
        spanish, english = sum(w in _SPANISH for w in said), sum(w in _ENGLISH for w in said)
        if spanish != english:
            return "es" if spanish > english else "en"
    best = "es" if chances["es"] > chances["en"] else "en"
    if previous is not None and chances[best] < SURE:
        return previous
    return best
