"""Hears yes, no and "never mind" in many words, English and Spanish."""

import re
from dataclasses import dataclass
from enum import StrEnum

from agent.understanding.spelling import squeezed


class Answered(StrEnum):
    YES = "yes"
    NO = "no"
    YES_BUT = "yes_but"
    NO_BUT = "no_but"


@dataclass(frozen=True, slots=True)
class YesNo:
    """`rest`: what was said besides (only for `YES_BUT` and `NO_BUT`), folded."""

    answered: Answered
    rest: str = ""


def _phrases(listed: str) -> str:
    phrases = {" ".join(line.split()) for line in listed.replace("\n", "|").split("|")} - {""}
    ordered = sorted(phrases, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(p) for p in ordered) + ")"


_YES = _phrases("""
yes|yess|yea|yeah|yeh|yep|yepp|yup|yah|ya|ye|y|yas|ys|yse|yes sir|yes ma'am|yessir|uh huh|uhuh|mhm|mm hmm
sure|sure thing|for sure|ok|okay|oki|okey|okie|k|kk|okey dokey|alright|all right|aight|right|correct
that's correct|thats correct|that is correct|that's right|thats right|that is right|exactly
sounds good|sounds great|sounds right|sounds perfect|looks good|looks right|looks correct|lgtm
that's good|thats good|that's great|thats great|that's perfect|thats perfect|good|great|perfect
perfect thanks|awesome|cool|wonderful|excellent|fine|fine by me|fine with me|that's fine|thats fine
that is fine|it's fine|its fine|good with me|i'm good with that|im good with that|ok with me
works for me|that works|that works for me|that'll work|thatll work|it works|works|that will work
go ahead|please go ahead|go for it|do it|do that|please do|please do it|please do that|let's do it
lets do it|let's do that|lets do that|let's go|lets go|make it so|proceed|please proceed|continue
absolutely|definitely|of course|certainly|indeed|totally|agreed|i agree|you bet|why not|affirmative
i do|i would|i am|i will|i want to|i want that|i'd like that|id like that|i would like that
yes i do|i confirm|confirmed|confirm|confirm it|i guess so|i guess|i think so|i suppose so|i suppose
no problem|no problem at all|not a problem|no worries|no objection|no objections|no issue|no issues
book it|send it|submit it|lock it in|i'll take it|ill take it|take it|count me in|i'm in
si|sii|sip|simon|sep|claro|claro que si|por supuesto|desde luego|dale|dale pues|va|vale|venga|sale
sale pues|orale|andale|ok si|esta bien|ta bien|esta perfecto|muy bien|bien|bueno|perfecto|perfecta
correcto|correcta|es correcto|asi es|exacto|exactamente|eso es|eso mismo|de acuerdo|conforme|listo
adelante|siga adelante|sigue|siga|hagalo|hazlo|hagale|proceda|confirmo|confirmado|confirmar|lo confirmo
confirmelo|me parece bien|me parece perfecto|me parece|suena bien|me sirve|me funciona|me va bien
me queda bien|me viene bien|esa esta bien|ese esta bien|como no|por que no|con gusto|encantada
encantado|seguro|afirmativo|lo acepto|acepto|eso quiero|si quiero|si por favor|no hay problema
sin problema|ningun problema|reservalo|reserva|reservela|mandalo|mandela|envielo|apuntame
👍|👌|✅|✔️|✔|🙌|💯
""")
_NO = _phrases("""
no|noo|nope|nop|nah|naw|na|n|nay|negative|no thanks|no thank you|no thx|no ty|no sir|no ma'am|no way
not really|not now|not right now|not yet|not today|not at all|not that one|not that|not this|never
don't|dont|do not|please don't|please dont|don't do it|dont do it|don't do that|dont do that
don't send it|dont send it|don't book it|dont book it|don't cancel it|dont cancel it|don't cancel
dont cancel|don't move it|dont move it|don't change it|dont change it
i don't want to|i dont want to|i don't want that|i dont want that|i don't think so|i dont think so
i do not|i'd rather not|id rather not|i would rather not|rather not|better not|maybe not|maybe later
hold off|hold on that|absolutely not|definitely not|of course not|certainly not|hell no|nuh uh
that's wrong|thats wrong|that is wrong|wrong|incorrect|that's not right|thats not right
that is not right|that's incorrect|thats incorrect|not correct|not right|that's not it|thats not it
that doesn't work|that doesnt work|doesn't work|doesnt work|doesn't work for me|doesnt work for me
that doesn't work for me|that doesnt work for me|that won't work|that wont work
leave it|leave it as it is|leave it as is|leave it like that|leave it alone|leave as is|leave things as they are
keep it|keep it as it is|keep it as is|keep my appointment|keep the appointment|keep the original
keep it the way it is|i'll keep it|ill keep it|i'll think about it|ill think about it
let me think about it|i changed my mind|changed my mind|i've changed my mind|no gracias|mejor no
todavia no|aun no|ahora no|ahorita no|por ahora no|para nada|nel|nones|nunca|de ninguna manera
claro que no|por supuesto que no|no quiero|no lo haga|no lo hagas|no lo mande|no lo envie
no la cancele|no la canceles|no cancele|no la cambie|no lo cambie|no la mueva|no creo|creo que no
no me sirve|no me funciona|no me conviene|no me va bien|no me queda bien|no puedo|no es correcto
incorrecto|no esta bien|eso no|esa no|ese no|tampoco|dejalo asi|dejelo asi|dejala asi|dejela asi
dejalo como esta|dejela como esta|dejala como esta|dejelo|cambie de opinion|cambie de idea|lo voy a pensar|lo pienso|dejame pensarlo
👎|❌|🚫
""")
_FILLER = _phrases("""
please|pls|plz|thanks|thank you|thank u|thx|ty|tysm|thank you so much|thanks so much|thanks a lot
thank you very much|many thanks|um|umm|uh|hmm|hm|oh|ah|well|so|actually|hi|hello|hey|lol|haha|then
now|for me|i said|i mean|with that|at all|today|again|just|ma'am|sir|dear|love it|and thanks|to that
por favor|porfa|porfavor|gracias|muchas gracias|mil gracias|pues|entonces|este|eh|ay|hola|ya|asi
senorita|senor|amigo|amiga|en realidad|la verdad|ahora|bye|adios|great|awesome|perfect|perfecto|🙏|😊|🙂|😀|❤️
""")
_ECHO = _phrases("""
cancel it|cancel that|cancel them|cancel the appointment|cancel my appointment|cancel|cancel please
and cancel it|and book it|and do it|and move it|and send it|and confirm it|move it|move the appointment
move my appointment|change it|switch it|reschedule it|book that|book me|book me in|book that one|book the appointment|schedule it
send that|send the request|send it to them|request it|refill it|put me on it|put me on the list|add me
sign me up|put me down|i will be there|i'll be there|ill be there|see you then|i am sure|i'm sure
im sure|that one|that time|that day|it is|it's correct|its correct|you can|you may|i'm coming|im coming
cancelala|cancelela|cancele|cancelalo|cancelar|la cancele|cancelela por favor|muevala|muevela|cambiela
cambiala|cambielo|reservela|agendela|agendala|agende|mandela|envie|enviela|ahi estare|alli estare|pongame en la lista|apunteme
i'd like to do that|id like to do that|i would like to do that|i want to do that|i'd love to|i'd like that one
estoy segura|estoy seguro|esa|ese|esa hora|ese dia|quiero cancelarla|quiero cancelar|quiero moverla
""")
_YES_NEXT = re.compile(rf"(?:{_YES}|{_ECHO})(?![\w'])")
_NO_NEXT = re.compile(rf"{_NO}(?![\w'])")
_FILLER_NEXT = re.compile(rf"{_FILLER}(?![\w'])")
_JOIN = re.compile(r"[\s,.;:!…\-–—\"()¡]+")
_NEITHER = re.compile(
    r"(?:no (?:lo )?se\b(?! )|no se\b|no lo se\b|no estoy segur|no idea|no entiendo|no comprendo"
    r"|no recuerdo|no tengo|no hay(?! problema)|no me acuerdo|no one|no es para|no sooner|no earlier"
    r"|no later|no longer"
    r"|not sure|not certain|no clue|si (?:es posible|puede|pueden|pudiera|hay|me|no|fuera|tiene|tengo"
    r"|quiere|cancelo|la|lo|llego|voy)\b"
    r"|right (?:now|away|after|before)|good (?:morning|afternoon|evening|night|day|question)"
    r"|fine,? but what|i do(?:n't| not) (?:know|understand|remember|see|have|get)|i dont"
    r" (?:know|understand|remember|see|have|get)|i am (?:not|having|in|out|feeling|a|so)"
    r"|i will (?:not|need|have)|bien(?:venid| gracias)|buen[oa]s|seguro (?:medico|de|social)"
    r"|sure,? (?:what|how|when|why)|take it (?:to|with|before|after)"
    r"|continue (?:my|with|taking)|never (?:mind|got|received|had|been)|na(?:da|me))"
)
_BUT = re.compile(
    r"(?:but|except|however|though|although|only|pero|solo que|excepto|nomas que|aunque)\b"
)
_TRAILING_YES = re.compile(
    r"(?:works(?: for me)?|is (?:fine|good|great|perfect|ok|okay)"
    r"|(?:sounds|looks) (?:good|great|fine|perfect|right)|esta (?:bien|perfecto))$"
)


def yes_or_no(text: str) -> YesNo | None:
    """What the answer to a yes/no question is; None when it is neither (a question, another wish).

    The last of several counts: "yeah no" is a no.
    """
    left = _JOIN.sub(" ", squeezed(text)).strip()
    said: Answered | None = None
    while left:
        if _NEITHER.match(left):
            break
        if negative := _NO_NEXT.match(left):
            positive = _YES_NEXT.match(left)
            if positive is None or positive.end() < negative.end():
                said, left = Answered.NO, left[negative.end() :].strip()
                continue
        if (positive := _YES_NEXT.match(left)) and _may_say_yes(said, left):
            said, left = Answered.YES, left[positive.end() :].strip()
            continue
        if filler := _FILLER_NEXT.match(left):
            left = left[filler.end() :].strip()
            continue
        break
    left = left.strip(" ?").removeprefix("and ").removeprefix("y ")
    if said is None:
        return YesNo(Answered.YES) if _approves(left) else None
    if not left:
        return YesNo(said)
    if "?" in text and not _BUT.match(left) and len(left.split()) > 6 and said is Answered.YES:
        return YesNo(Answered.YES_BUT, left)
    return YesNo(Answered.YES_BUT if said is Answered.YES else Answered.NO_BUT, left)


def _may_say_yes(said: Answered | None, left: str) -> bool:
    """An order ("cancel it") only echoes a yes; by itself or after a no it is a wish of its own."""
    echo = re.match(rf"{_ECHO}(?![\w'])", left)
    plain = re.match(rf"{_YES}(?![\w'])", left)
    if echo and (plain is None or plain.end() < echo.end()):
        return said is Answered.YES
    return said is not Answered.NO or plain is not None


def _approves(left: str) -> bool:
    """ "tuesday works", "3 pm is fine" about what was read back."""
    return len(left.split()) <= 6 and bool(_TRAILING_YES.search(left)) and not _negated(left)


def _negated(left: str) -> bool:
    return bool(re.search(r"\b(?:not|no|doesn't|doesnt|never|nothing|none|neither)\b", left))


_OUT = re.compile(
    "(?:"
    + _phrases("""
never mind|nevermind|nvm|nvmd|never mind that|never mind it|forget it|forget about it|forget that
forget i asked|cancel that|cancel this|cancel the request|cancel that request|scratch that|drop it
skip it|skip this|skip that|stop|stop this|stop it|quit|exit|start over|leave it|leave it be|let it go
leave it for now|don't worry about it|dont worry about it|no worries|don't bother|dont bother
i changed my mind|changed my mind|i've changed my mind|not anymore|i don't need it anymore
i dont need it anymore|i don't need that anymore|i don't want to anymore|i dont want to anymore|no longer needed|nothing|nothing thanks
i don't want this|maybe later|another time|some other time|i'll do it later|ill do it later|i'll call instead|i'll just call|ill just call
i'll think about it|ill think about it
olvidalo|olvidelo|olvidalo mejor|mejor olvidalo|olvidate|dejalo|dejelo|dejalo asi|dejelo asi|mejor no
mejor dejalo|ya no|ya no quiero|ya no lo necesito|ya no hace falta|no importa|no te preocupes
no se preocupe|da igual|nada|nada gracias|cambie de opinion|cambie de idea|salir|parar|detente|alto
luego lo hago|otro dia|en otro momento|despues lo hago|no hace falta|lo dejamos asi
""")
    + r")(?![\w'])"
)
_OUT_FILLER = re.compile(
    rf"(?:{_FILLER}|ok|okay|no|nah|you know what|sorry|my bad|it's fine|its fine|it's ok|its ok"
    r"|all good|for now|sabes que|perdon|disculpa|disculpe|esta bien|mejor|i guess|about it|today"
    r"|anymore|por ahora)(?![\w'])"
)


def wants_out(text: str) -> bool:
    """Whether the message says nothing but that the patient drops the matter."""
    left = _JOIN.sub(" ", squeezed(text)).strip()
    dropped = False
    while left:
        if out := _OUT.match(left):
            dropped, left = True, left[out.end() :].strip()
        elif filler := _OUT_FILLER.match(left):
            left = left[filler.end() :].strip()
        else:
            return False
    return dropped
