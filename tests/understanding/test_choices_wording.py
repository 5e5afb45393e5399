"""Choices as patients word them: with reasons, refusals, corrections, slips and half a name."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from agent.understanding.choices import Ambiguous, choose
from agent.understanding.places import Order, Place, places_within, whole_place

ZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 6, 1, 9, tzinfo=ZONE)


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


SLOTS = [
    "Tue Jun 2, 9:30 AM with Dr. Amara Okafor",
    "Tue Jun 2, 2:15 PM with Dr. Amara Okafor",
    "Fri Jun 5, 11:00 AM with Daniel Ortiz, LCSW",
]
SLOT_STARTS = [at(6, 2, 9, 30), at(6, 2, 14, 15), at(6, 5, 11)]
DAYS = [
    "Tuesday, June 2 at 9:30 AM",
    "Wednesday, June 3 at 1:00 PM",
    "Monday, June 8 at 4:45 PM",
    "Thursday, June 11 at 8:00 AM",
]
DAY_STARTS = [at(6, 2, 9, 30), at(6, 3, 13), at(6, 8, 16, 45), at(6, 11, 8)]
HORAS = [
    "martes 2 de junio a las 9:30",
    "miércoles 3 de junio a las 14:15",
    "viernes 5 de junio a las 16:00",
]
HORA_STARTS = [at(6, 2, 9, 30), at(6, 3, 14, 15), at(6, 5, 16)]
TWO = ["Thu Jun 4, 10:00 AM with Dr. Helen Brandt", "Thu Jun 4, 3:30 PM with Dr. Helen Brandt"]
TWO_STARTS = [at(6, 4, 10), at(6, 4, 15, 30)]
BOOKED = [
    "Mon, Jun 8, 10:00 AM with Dr. Susan Meyer",
    "Thu, Jun 18, 3:00 PM with Grace Lin, LMFT",
    "Tue, Jul 7, 9:15 AM with Dr. Susan Meyer",
]
BOOKED_STARTS = [at(6, 8, 10), at(6, 18, 15), at(7, 7, 9, 15)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("9:30, my kids are at school then", 0), ("friday's better for me", 2),
        ("quarter past two", 1), ("tmrw at 930", 0), ("tuesday at half nine", 0),
        ("nine-thirty", 0), ("9.30 is good", 0), ("i'd rather see Dan", 2),
        ("my ride can only bring me friday", 2),
        ("i have a dentist appointment at 9 so the 2:15", 1),
        ("put me down 4 the frist one plz", 0), ("teh secnod", 1),
        ("do the second. wait no the first", 0),
        ("tomorrow works but only in the morning", 0), ("not tomorrow, friday", 2),
        ("the 9:30 or the 11, whichever dr okafor has", 0),
        ("give me the earliest tuesday slot", 0),
        ("Is it possible to do the Friday one?", 2), ("2️⃣ 🙏", 1), ("the second 1", 1),
        ("the 2nd", None), ("ill take 915", None), ("2:15 or 11", None), ("tuesday 230?", None),
        ("is the second one with dr okafor too?", None), ("friday afternoon", None),
        ("if i take the second one can my husband come", None),
        ("hold on let me check with my wife", None), ("my phone number is 555-0102", None),
        ("the friday one, but i work", None), ("tuesday, but a bit later", None),
    ],
)  # fmt: skip
def test_of_slots_with_names(text: str, place: int | None) -> None:
    assert _one(choose(text, SLOTS, starts=SLOT_STARTS, now=NOW)) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("second to last", 2), ("i'm off wednesdays so wednesday", 1), ("option D", 3),
        ("letter b", 1), ("the one at quarter to five", 2), ("the first no wait the third", 2),
        ("3. that one works with my lunch break", 2), ("445 pm works", 2),
        ("after work, so the 4:45", 2),
        ("I can't do mornings. 4:45 on Monday then.", 2), ("number 2 - wednesday", 1),
        ("tuesdays are crazy for me so maybe wednesday?", 1), ("2nd choice", 1),
        ("the third option would be best because my mom is watching the kids", 2),
        ("anything but monday", None), ("not tuesday or wednesday", None),
        ("number 2, thursday", None),
        ("is 8 am the earliest you have that week?", None), ("the 2 oclock one", None),
        ("the earliest you have that's not tomorrow", None), ("the first or second", None),
    ],
)  # fmt: skip
def test_of_days(text: str, place: int | None) -> None:
    assert _one(choose(text, DAYS, starts=DAY_STARTS, now=NOW)) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("la de las nueve y media", 0), ("a las 2 y cuarto", 1), ("las 14:15", 1),
        ("la del viernes porfa que salgo temprano del trabajo", 2), ("a las nuebe y media", 0),
        ("la primera, no, espera, la segunda", 1), ("no puedo el martes, el miércoles sí", 1),
        ("dos y quince", 1), ("la de en medio", 1), ("como sea, la que tenga mas pronto", 0),
        ("la de las dos y cuarto pq salgo a la 1", 1), ("friday a las 4 please", 2),
        ("¿la del martes es con la doctora?", None), ("a que hora es la segunda", None),
        ("el martes pero más tarde", None), ("todas me quedan mal", None),
    ],
)  # fmt: skip
def test_of_horas(text: str, place: int | None) -> None:
    assert _one(choose(text, HORAS, starts=HORA_STARTS, now=NOW)) == place
    assert _one(choose(text, HORAS, now=NOW)) == place, "read from the labels"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("not the morning one", 1), ("half three", 1), ("half past", 1), ("you pick", 0),
        ("the afternoon one, I work mornings", 1), ("early one", 0), ("thursday, the late one", 1),
        ("thursday but not the morning", 1), ("10 is too early, 3:30", 1),
        ("3:30 is too late", None),
        ("can you do 3pm instead of 3:30", None),
    ],
)  # fmt: skip
def test_of_two(text: str, place: int | None) -> None:
    assert _one(choose(text, TWO, starts=TWO_STARTS, now=NOW)) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("the july one", 2), ("Grace's", 1), ("the second dr meyer appointment", 2),
        ("meyer, the june one", 0), ("the next one", 0), ("cancel the june 18 one", 1),
        ("the one with meyer", None), ("both", None),
    ],
)  # fmt: skip
def test_of_booked_visits(text: str, place: int | None) -> None:
    assert _one(choose(text, BOOKED, starts=BOOKED_STARTS, now=NOW)) == place


_PEOPLE = ["Dr. James Okonkwo", "Katherine Wu, PMHNP", "Ben Sato, LPC", "Dr. Wei Osei"]
_DRUGS = ["sertraline 50 mg", "bupropion XL 150 mg", "bupropion XL 300 mg", "Another medication"]
_PLACES = ["Oak Street office", "Downtown", "Riverside clinic"]
_BILLS = ["May 12 visit: $40.00", "April 3 visit: $125.50", "Eyeglasses order: $212.00"]


@pytest.mark.parametrize(
    ("text", "labels", "place"),
    [
        ("Dr. Jim", _PEOPLE, 0), ("katie", _PEOPLE, 1), ("Benjamin please", _PEOPLE, 2),
        ("dr osie", _PEOPLE, 3), ("whoever is available first", _PEOPLE, 0),
        ("#2 dr osei", _PEOPLE, None), ("anyone but katherine", _PEOPLE, None),
        ("the lady doctor", _PEOPLE, None), ("sato or wu", _PEOPLE, None),
        ("is okonkwo accepting new patients", _PEOPLE, None),
        ("the stronger wellbutrin", _DRUGS, 2), ("the buproprion, the lower dose", _DRUGS, 1),
        ("its not on there", _DRUGS, 3), ("bupropion", _DRUGS, None),
        ("is sertraline safe with beer", _DRUGS, None),
        ("down town", _PLACES, 1), ("Riverside is right by my work!", _PLACES, 2),
        ("oak st", _PLACES, 0), ("which one has parking", _PLACES, None),
        ("the 125 one", _BILLS, 1), ("the glasses", _BILLS, 2), ("the cheapest", _BILLS, 0),
        ("what is the 212 for", _BILLS, None),
    ],
)  # fmt: skip
def test_of_names_and_things(text: str, labels: list[str], place: int | None) -> None:
    assert _one(choose(text, labels, now=NOW)) == place


_FORMATS = ["06/02 9:30 AM · Dr. Okafor", "06/02 10:00 AM · Dr. Lindqvist", "06/10 9:30 AM (video)"]
_FORMAT_STARTS = [at(6, 2, 9, 30), at(6, 2, 10), at(6, 10, 9, 30)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("lindquist at 10", 1), ("the 10th", 2), ("10 on tuesday", 1), ("the video one", 2),
        ("can the second be by video?", None), ("anything later today?", None),
        ("my second choice is the video one", None), ("9:30", None),
    ],
)  # fmt: skip
def test_of_labels_in_short(text: str, place: int | None) -> None:
    assert _one(choose(text, _FORMATS, starts=_FORMAT_STARTS, now=NOW)) == place


@pytest.mark.parametrize(
    "text",
    [
        "i have an appointment on friday with another clinic", "tuesday or friday",
        "i was there last friday", "whats ortiz's specialty", "the second opinion thing",
        "can i do the first but by phone", "second one looks good but what about parking",
        "my friend daniel recommended you", "the first one is with who", "the first is taken",
        "i had a bad experience with daniel", "could you move the friday one to 11",
    ],
)  # fmt: skip
def test_what_is_only_told_or_asked_chooses_nothing(text: str) -> None:
    assert _one(choose(text, SLOTS, starts=SLOT_STARTS, now=NOW)) is None


def test_a_dose_not_listed_is_no_choice() -> None:
    assert choose("sertraline 100", _DRUGS) is None
    assert choose("sertraline 50", _DRUGS) == 0


def test_a_label_as_it_is_written_takes_it() -> None:
    for place, label in enumerate(SLOTS):
        assert choose(label, SLOTS, starts=SLOT_STARTS, now=NOW) == place
        assert choose(label, SLOTS) == place


def test_noon_is_not_no_and_on() -> None:
    starts = [at(6, 4, 12), at(6, 4, 16), at(6, 12, 9)]
    assert choose("noon thursday", ["12", "4", "9"], starts=starts, now=NOW) == 0


def test_a_place_may_be_counted_among_those_described() -> None:
    assert choose("the later tuesday", SLOTS, starts=SLOT_STARTS, now=NOW) == 1
    assert choose("the third tuesday", SLOTS, starts=SLOT_STARTS, now=NOW) is None


def test_a_day_of_the_month_may_be_a_place() -> None:
    assert choose("the 2nd", DAYS, starts=DAY_STARTS, now=NOW) == Ambiguous((0, 1))
    assert choose("the 2nd one", DAYS, starts=DAY_STARTS, now=NOW) == 1
    assert choose("june 2nd", DAYS, starts=DAY_STARTS, now=NOW) == 0


@pytest.mark.parametrize(
    "text",
    ["the first time i came", "my first visit", "the last week", "primera vez", "the 2nd of june"],
)
def test_not_every_ordinal_is_a_place(text: str) -> None:
    assert places_within(text) == ((), text)


def test_places_are_found_inside_a_sentence() -> None:
    found, rest = places_within("my mom says the second one is nicer")
    assert found == (Place(1),)
    assert rest.split() == "my mom says is nicer".split()
    assert whole_place("the later", 3, asked=False) == Place(-1, Order.TIME)
    assert whole_place("sooner", 3, asked=True) is None


def _one(found: int | Ambiguous | None) -> int | None:
    return found if isinstance(found, int) else None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("not the morning one, the other", 1),
        ("cant do the morning so the other one", 1),
        ("la de las 10 no, la otra", 1),
        ("the other one", None),
        ("not that doctor, the other one", None),
        ("is the afternoon taken? then the other", None),
    ],
)
def test_the_other_is_what_is_left(text: str, place: int | None) -> None:
    assert choose(text, TWO, starts=TWO_STARTS, now=NOW) == place


_TEAM = [
    "Tue Jun 2, 9:30 AM with Dr. Amara Okafor",
    "Wed Jun 3, 2:15 PM with Lena Voss, PMHNP",
    "Fri Jun 5, 11:00 AM with Daniel Ortiz, LCSW",
]
_TEAM_STARTS = [at(6, 2, 9, 30), at(6, 3, 14, 15), at(6, 5, 11)]
_EQUIPO = [
    "martes 2 de junio, 9:30 a. m. con el Dr. Hugo Salas",
    "miércoles 3 de junio, 2:15 p. m. con la Dra. Irma Paz",
    "viernes 5 de junio, 11:00 a. m. con el Lic. Raúl Mora",
]
_PAIR = ["Thu Jun 4, 10:00 AM with Dr. Neil Grant", "Thu Jun 4, 3:30 PM with Paula Ruiz, LPC"]
_PAREJA = [
    "jueves 4 de junio, 10:00 a. m. con el Dr. Óscar Luna",
    "jueves 4 de junio, 3:30 p. m. con la Dra. Mei Chu",
]
_HELD = [
    "Tue Jun 2, 7:30 AM by video with Dr. Ana Gil",
    "Wed Jun 3, 1:00 PM in person with Dr. Ana Gil",
    "Fri Jun 5, 4:00 PM by video with Dr. Ana Gil",
    "Tue Jun 9, 9:00 AM in person with Dr. Ana Gil",
]
_HELD_STARTS = [at(6, 2, 7, 30), at(6, 3, 13), at(6, 5, 16), at(6, 9, 9)]
_CALLED = [
    "Mon Jun 8, 6:00 PM by phone with Ben Sato, LPC",
    "Sat Jun 13, 9:00 AM at Cedar Hill with Ben Sato, LPC",
]
_CALLED_STARTS = [at(6, 8, 18), at(6, 13, 9)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("the nurse practitioner please", 1), ("I'd like the NP", 1), ("the actual doctor", 0),
        ("with the social worker", 2), ("the therapist, if I can", 2), ("the LCSW", 2),
        ("la enfermera por favor", 1), ("my therapist said friday is fine", 2),
        ("la enfermera me trató feo", None), ("the nurse was rude", None),
        ("the psychiatrist", None), ("i need a lady doctor", None), ("prefiero una mujer", None),
    ],
)  # fmt: skip
def test_a_profession_is_told_by_title_or_letters(text: str, place: int | None) -> None:
    assert _one(choose(text, _TEAM, starts=_TEAM_STARTS, now=NOW)) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("con la doctora", 1), ("con el doctor", 0), ("el licenciado por favor", 2),
        ("la doctora, prefiero mujer", 1), ("con el doctor Perez", None),
        ("que me vea una mujer", None), ("con un hombre mejor", None), ("con la psiquiatra", None),
    ],
)  # fmt: skip
def test_a_profession_in_spanish(text: str, place: int | None) -> None:
    """The licenciado's title does not tell who is a woman or a man: asked again."""
    assert _one(choose(text, _EQUIPO, starts=_TEAM_STARTS, now=NOW)) == place


@pytest.mark.parametrize(
    ("text", "labels", "place"),
    [
        ("not grant, we didn't get along", _PAIR, 1), ("Not with Grant please", _PAIR, 1),
        ("anyone but ruiz", _PAIR, 0), ("not in the morning", _PAIR, 1),
        ("not the therapist", _PAIR, 0), ("I don't want Grant", _PAIR, 1),
        ("not at 10, I'm at work", _PAIR, 1), ("Grant is fine, not Ruiz", _PAIR, 0),
        ("con Luna no", _PAREJA, 1), ("no con luna", _PAREJA, 1), ("no en la tarde", _PAREJA, 0),
        ("la de la mañana no, estoy en clase", _PAREJA, 1),
        ("con la doctora no, con el otro", _PAREJA, 0),
        ("not today", _PAIR, None), ("not sure", _PAIR, None), ("not those", _PAIR, None),
        ("not thursday", _PAIR, None), ("not grant or ruiz", _PAIR, None), ("not bad", _PAIR, None),
        ("I can't do 10", _PAIR, None), ("not grant, is there anyone else?", _PAIR, None),
        ("con ninguno", _PAREJA, None), ("hoy no", _PAREJA, None), ("todavía no", _PAREJA, None),
    ],
)  # fmt: skip
def test_turning_one_of_two_down_takes_the_other(
    text: str, labels: list[str], place: int | None
) -> None:
    assert _one(choose(text, labels, starts=TWO_STARTS, now=NOW)) == place


def test_turning_one_of_three_down_takes_none() -> None:
    assert _one(choose("not okafor", _TEAM, starts=_TEAM_STARTS, now=NOW)) is None
    assert _one(choose("con la doctora no", _EQUIPO, starts=_TEAM_STARTS, now=NOW)) is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("in person, just not this week", 3), ("come in, but next week", 3),
        ("video, not at the crack of dawn", 2), ("video and not too early", 2),
        ("on zoom, friday", 2), ("face to face this week", 1), ("no video, and this week", 1),
        ("i can't come in, so friday", 2), ("presencial la otra semana", 3),
        ("por video pero no tan temprano", 2), ("videollamada el viernes", 2),
        ("video", None), ("by phone", None), ("in person friday", None), ("por teléfono", None),
        ("presencial", None),
    ],
)  # fmt: skip
def test_how_a_visit_is_held_and_a_second_wish(text: str, place: int | None) -> None:
    assert _one(choose(text, _HELD, starts=_HELD_STARTS, now=NOW)) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("i'd rather come in", 1), ("over the phone", 0), ("not by phone", 1), ("in person", 1),
        ("the weekend", 1), ("el finde", 1), ("six in the p.m.", 0), ("en persona", 1),
        ("by video", None), ("can you call me at my phone number", None),
    ],
)  # fmt: skip
def test_what_is_not_by_phone_is_in_person(text: str, place: int | None) -> None:
    assert _one(choose(text, _CALLED, starts=_CALLED_STARTS, now=NOW)) == place


_DROPS = [
    "Timolol 0.5% eye drops – morning",
    "Latanoprost 0.005% eye drops – bedtime",
    "Prednisolone 1% eye drops – after surgery",
]
_RECETAS = [
    "Sertralina 50 mg, tabletas",
    "Travoprost 0.004 %, gotas para los ojos",
    "Trazodona 100 mg, tabletas, al acostarse",
]
_FORMS = ["escitalopram 10 mg", "erythromycin eye ointment", "timolol 0.5% eye drops"]


@pytest.mark.parametrize(
    ("text", "labels", "place"),
    [
        ("the one before bed", _DROPS, 1), ("the morning one", _DROPS, 0),
        ("the night drops", _DROPS, 1), ("from when they operated on me", _DROPS, 2),
        ("las de la operación", _DROPS, 2), ("las que me pongo al levantarme", _DROPS, 0),
        ("las goticas", _RECETAS, 1), ("la de dormir", _RECETAS, 2), ("el frasquito", _RECETAS, 1),
        ("the pills", _FORMS, 0), ("my cream", _FORMS, 1), ("the bottle", _FORMS, 2),
        ("pastillas", _FORMS, 0), ("la pomadita", _FORMS, 1),
        ("the drops", _DROPS, None), ("las tabletas", _RECETAS, None),
        ("good morning", _DROPS, None), ("thank you good night", _DROPS, None),
        ("let me sleep on it", _DROPS, None), ("yes i am sure", _DROPS, None),
        ("my mom has surgery that day", _DROPS, None),
        ("what time do i take it at night?", _DROPS, None),
        ("not necessary, I found two bottles", _FORMS, None),
        ("latanoprost drops", _RECETAS, None), ("took my pill twice today", _FORMS, None),
        ("se me acabaron las pastillas para la ansiedad", _FORMS, None),
    ],
)  # fmt: skip
def test_the_form_of_a_medicine_and_when_it_is_taken(
    text: str, labels: list[str], place: int | None
) -> None:
    assert _one(choose(text, labels, now=NOW)) == place


_OWED = ["$38.50 – visit on Feb 11", "$212.00 – progressive lenses, Mar 2", "$15.25 – fee, Mar 19"]
_CUENTAS = ["$27.40 – consulta del 8 de enero", "$189.00 – lentes, 3 de marzo", "$20.00 – cargo"]


@pytest.mark.parametrize(
    ("text", "labels", "place"),
    [
        ("thirty eight fifty", _OWED, 0), ("the two twelve", _OWED, 1),
        ("two hundred and twelve", _OWED, 1), ("fifteen and change", _OWED, 2),
        ("i'll pay the fifteen twenty five", _OWED, 2), ("the oldest bill", _OWED, 0),
        ("the most recent one", _OWED, 2), ("the february one", _OWED, 0),
        ("smaller one for now", _OWED, 2),
        ("los 27 con 40", _CUENTAS, 0), ("veintisiete cuarenta", _CUENTAS, 0),
        ("la de ciento ochenta y nueve", _CUENTAS, 1), ("27 y pico", _CUENTAS, 0),
        ("veinte dólares", _CUENTAS, 2), ("la más grande", _CUENTAS, 1),
        ("cien miligramos", _RECETAS, 2), ("la de cincuenta", _RECETAS, 0),
        ("the ten milligram", _FORMS, 0),
        ("fifty", _OWED, None), ("212 is wrong", _OWED, None), ("el de marzo", _OWED, None),
        ("can i pay fifteen now", _OWED, None), ("i can pay 20 a month", _OWED, None),
        ("la más vieja", _CUENTAS, None), ("la de doscientos", _CUENTAS, None),
        ("mil gracias", _RECETAS, None), ("the ten of us", _FORMS, None),
    ],
)  # fmt: skip
def test_sums_and_doses_in_words(text: str, labels: list[str], place: int | None) -> None:
    assert _one(choose(text, labels, now=NOW)) == place


_SITES = ["Joliet, 1300 Canal Rd", "Evanston, 12 Lake St", "Schaumburg, 9 Oak Dr"]


@pytest.mark.parametrize(
    ("text", "labels", "place"),
    [
        ("yoliet", _SITES, 0), ("ebanston", _SITES, 1), ("la trasodona", _RECETAS, 2),
        ("zertralina", _RECETAS, 0), ("folow up", ["Eye exam", "Follow-up visit"], 1),
        ("chicago", _SITES, None), ("the closest one", _SITES, None), ("sofia", _SITES, None),
        ("la más cercana", _SITES, None), ("sertralina 100", _RECETAS, None),
    ],
)  # fmt: skip
def test_names_as_they_sound(text: str, labels: list[str], place: int | None) -> None:
    assert _one(choose(text, labels, now=NOW)) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("2, no wait, 3", 2), ("el viernes... no, mejor mañana", 0), ("friday. no, tomorrow", 0),
        ("the first, oh shoot, the last", 2), ("3. forgot i work wednesday", 2), ("wens", 1),
        ("biernes", 2), ("3, i mixed up the days", 2), ("the nearer one", 0),
        ("la más retirada", 2), ("the one furthest out", 2), ("la que caiga más pronto", 0),
        ("eleven in the morning", 2), ("el viernes, hasta el jueves ando fuera", 2),
        ("my wife has the car tuesday and wednesday, which leaves just the friday one", 2),
        ("entre semana trabajo, entonces tendría que ser la del viernes", 2),
        ("I can't make that one, I have jury duty", None), ("friday or tomorrow", None),
    ],
)  # fmt: skip
def test_what_a_longer_answer_comes_down_to(text: str, place: int | None) -> None:
    assert _one(choose(text, _TEAM, starts=_TEAM_STARTS, now=NOW)) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("after the 4th of july", 2), ("after the 4th", None), ("before independence day", None),
        ("the week of july 4", None), ("pasando el 5 de julio", 2),
        ("después del 4 de julio", 2), ("antes del 2 de julio", 0),
    ],
)  # fmt: skip
def test_before_and_after_a_day(text: str, place: int | None) -> None:
    starts = [at(7, 1, 10), at(7, 2, 10), at(8, 20, 10)]
    labels = ["Wed Jul 1, 10:00 AM", "Thu Jul 2, 10:00 AM", "Thu Aug 20, 10:00 AM"]
    assert _one(choose(text, labels, starts=starts, now=NOW)) == place
