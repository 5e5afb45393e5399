"""What the lexicon hears and what it lets pass: tables, its own examples, and its written form."""

import json
import time
from pathlib import Path

import pytest

from agent.domain.terms import Category, Level
from agent.safety.lexicon import Lexicon
from agent.safety.normalise import normalise
from agent.safety.rules import LEXICON_DIR, read_rules
from agent.safety.screen import Screen
from knowledge.errors import InputError

BOOK = read_rules()
LEXICON = Lexicon(BOOK)
SCREEN = Screen(LEXICON)
TABLE = Path(__file__).parent / "tables" / "explicit.jsonl"
LONGEST_PATTERN = 121

DANGER = [
    ("self_harm", 4, "I'm going to kill myself tonight"),
    ("self_harm", 4, "I have the gun in my hand"),
    ("self_harm", 4, "me voy a matar esta noche"),
    ("self_harm", 4, "I took all my pills, I want to die"),
    ("self_harm", 3, "I want to kill myself"),
    ("self_harm", 3, "wrote my suicide note already"),
    ("self_harm", 3, "what's the least painful way to die"),
    ("self_harm", 3, "my son says he wants to die"),
    ("self_harm", 3, "quiero suicidarme"),
    ("self_harm", 2, "I wish I were dead already"),
    ("self_harm", 2, "everyone would be better off without me"),
    ("self_harm", 2, "I started cutting my arms"),
    ("self_harm", 2, "ya no quiero vivir"),
    ("self_harm", 2, "estarían mejor sin mí"),
    ("harm_to_others", 3, "I want to kill my boss"),
    ("harm_to_others", 4, "I'm outside his house with a loaded gun"),
    ("harm_to_others", 3, "voy a matar a mi vecino"),
    ("psychosis", 3, "the voices are telling me to jump"),
    ("psychosis", 3, "oigo voces que me dicen que me corte"),
    ("abuse", 3, "my stepdad touches me"),
    ("abuse", 3, "my mother's caregiver is hitting her"),
    ("abuse", 3, "I was raped"),
    ("abuse", 3, "la cuidadora golpea a mi abuela"),
    ("domestic_violence", 3, "my husband hits me"),
    ("domestic_violence", 3, "he reads my texts and won't let me leave"),
    ("domestic_violence", 4, "he says he's going to kill me"),
    ("domestic_violence", 3, "mi novio me golpea"),
    ("domestic_violence", 3, "no tengo a nadie, mi marido me pega"),
    ("self_harm", 3, "a mí no me quiere nadie, me voy a matar"),
    ("overdose", 4, "my toddler swallowed my pills"),
    ("overdose", 4, "I took a whole bottle of Tylenol"),
    ("overdose", 3, "I accidentally took a double dose"),
    ("overdose", 4, "mi hijo tomó cloro"),
    ("medical", 4, "I have chest pain and my left arm is numb"),
    ("medical", 4, "his face is drooping"),
    ("medical", 4, "I'm pregnant and bleeding"),
    ("medical", 4, "no puedo respirar"),
    ("medical", 4, "no fever, but I can't breathe"),
    ("eye", 4, "bleach splashed in my eye"),
    ("eye", 4, "I suddenly lost vision in my right eye"),
    ("eye", 4, "flashes and floaters with a dark curtain on the side"),
    ("eye", 4, "me cayó ácido en el ojo"),
    ("post_operative", 4, "I had cataract surgery Monday. Now my vision is getting worse"),
    ("post_operative", 4, "después de la operación me sale pus"),
]

HARMLESS = [
    "my glucose meter strips 50 count need a refill",
    "they took so much blood for my labs",
    "x-ray of my chest and left arm is uploaded",
    "can't get them to respond about my claim",
    "my son is 2 weeks old, can you add him to my insurance",
    "my contacts hurt a little after eight hours",
    "I started lamictal last week, no rash, all good",
    "en dos semanas tengo examen de sangre",
    "no puedo hablar ahora, estoy manejando",
    "mi mamá no sabe qué día es su cita",
    "se me fue el aire con el precio de esos lentes",
    "voy a hacerme un corte de pelo",
    "this queue is a killer",
    "I'm dying to get in to see you",
    "can I overdose on vitamins lol?",
    "my boss will kill me for being late",
    "I could kill for an earlier slot",
    "I'm dead tired",
    "that photo, I'm dead 💀",
    "shoot me an email",
    "I shoot at the range on weekends",
    "I cut my finger cooking",
    "I hurt myself at the gym",
    "I'd rather die than fill that form out again",
    "cancel all my appointments next week, I'm traveling",
    "I don't need the Friday appointment anymore",
    "thank you for everything, goodbye",
    "I can't see my appointment in the portal",
    "I can't go on Thursday",
    "I took two Advil for a headache",
    "I need a refill of my pills",
    "I'm not suicidal",
    "I have never wanted to hurt myself",
    "no thoughts of self harm this week",
    "I tried to kill myself when I was 16, but I'm doing well now",
    "my grandfather had a stroke in 2015",
    "do you treat people with suicidal thoughts",
    "what are the symptoms of a stroke?",
    "I watched a movie where the hero kills himself",
    "no chest pain, just a cough",
    "denies chest pain or shortness of breath",
    "my eye is a bit dry",
    "my contact lens hurts and my eye is red",
    "new floaters since yesterday, should I come in?",
    "my eye has been red and painful since this morning",
    "I have cataract surgery next week, what should I bring?",
    "how long does pain last after cataract surgery?",
    "my daughter hurt her ankle",
    "my husband hit traffic",
    "my deductible is killing me",
    "do you write letters for emotional support animals",
    "can you write a letter for my daughter's teacher",
    "do you write notes for work",
    "how do i put in my eye drops",
    "do they put dilating drops in your eyes",
    "this ref is blind",
    "I'd rather hear a voice",
    "the airline lost my bags and nobody cares",
    "I'm hopeless with computers",
    "I'm gonna be gone for two weeks so i need my refill early",
    "I've started two pills and one says not to drink grapefruit juice",
    "me muero de hambre",
    "este calor me está matando",
    "no quiero morir, solo quiero dormir mejor",
    "me corté el pelo",
    "hace diez años intenté suicidarme y ya estoy bien",
    "no veo mi cita en el portal",
    "¿cuáles son los síntomas de un derrame?",
    "bueno me despido, cualquier cosa vuelvo a escribir",
    "Se me quemó el arroz",
    "el formulario se tragó todo",
    "my husband has never hit me",
    "mi marido no me ha pegado nunca",
    "mi novio jamás me levanta la mano",
    "nadie me tiene encerrada",
    "mi abuela quiere morir en su casa",
    "¿se pueden tomar todas las pastillas juntas?",
    "quería matar al árbitro",
]

# What stands before the danger and sounds like a denial, a question or a story, and is none.
NOT_LOWERED = [
    "I'm not kidding, I want to kill myself",
    "not gonna lie i want to die",
    "no one cares i want to kill myself",
    "why not kill myself",
    "there's no way I'm not killing myself tonight",
    "I can't promise I won't kill myself",
    "I've never been so suicidal",
    "I am not suicidal but I want to die",
    "after the movie i took all my pills",
    "in class my friend says she wants to kill herself",
    "question for billing: if I kill myself do I still owe the fee",
    "I have no idea why my chest hurts",
    "no insurance, my chest hurts",
    "is it normal that my chest hurts and my arm is numb",
    "no sé qué hacer me quiero morir",
    "no puedo más me quiero matar",
    "nunca pensé decirlo pero me quiero matar",
    "sin dinero y me duele el pecho",
    "no, I am going to kill myself",
    "lo de la cita ya no, me voy a matar",
    "nope, i want to die",
    "question about billing, also i took an overdose",
]


@pytest.mark.parametrize(("category", "level", "text"), DANGER)
def test_danger_is_heard(category, level, text):
    assessment = SCREEN.screen(text)
    assert (assessment.category, assessment.level) == (Category(category), Level(level))


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_words_do_not_alarm(text):
    assessment = SCREEN.screen(text)
    assert assessment.level is Level.NONE, assessment.reasons
    assert assessment.category is None


@pytest.mark.parametrize("text", NOT_LOWERED)
def test_a_word_of_denial_nearby_does_not_lower(text):
    assert SCREEN.screen(text).level >= Level.PASSIVE


@pytest.mark.parametrize("language", ["en", "es"])
def test_explicit_statements_are_heard(language):
    """The held rows were unseen when docs/SAFETY.md measured them and have been heard since."""
    rows = [json.loads(line) for line in TABLE.read_text(encoding="utf-8").splitlines()]
    texts = [row["text"] for row in rows if row["language"] == language]
    missed = [text for text in texts if SCREEN.screen(text).level < Level.PASSIVE]
    assert len(missed) <= 0.01 * len(texts), missed


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_a_rule_hears_its_examples(rule):
    assert rule.hears.endswith(".")
    for example in rule.examples:
        hits = {hit.rule_id: hit.level for hit in LEXICON.read(normalise(example))}
        assert hits.get(rule.id) is rule.level, example


@pytest.mark.parametrize("path", sorted(LEXICON_DIR.glob("*.toml")), ids=lambda path: path.stem)
def test_a_clinician_can_read_the_file(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert all(len(line) <= LONGEST_PATTERN + len('  "",') for line in lines)
    if not path.stem.endswith("words"):
        patterns = [line for line in lines if "(" in line and "examples" not in line]
        assert not [line for line in patterns if '", "' in line]


def test_what_a_guard_lowered_is_kept_as_a_reason():
    assessment = SCREEN.screen("I'm not suicidal")
    assert assessment.reasons == ("lexicon:self_harm.suicidal:lowered:negation",)


def test_reasons_name_rules_and_never_the_patients_words():
    assessment = SCREEN.screen("Xaviera Quill wants to kill herself")
    assert all("xaviera" not in reason.lower() for reason in assessment.reasons)


def copied(folder):
    for path in LEXICON_DIR.glob("*.toml"):
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def rule(rule_id, pattern):
    return (
        f'[[rule]]\nid = "{rule_id}"\ncategory = "self_harm"\nlevel = 3\n'
        f'hears = "x."\nexamples = []\npatterns = ["{pattern}"]\n'
    )


def test_a_mistake_in_a_rule_file_names_file_and_rule(tmp_path):
    (copied(tmp_path) / "en_extra.toml").write_text(rule("x", "a (b"))
    with pytest.raises(InputError, match=r"en_extra\.toml: x: "):
        read_rules(tmp_path)


def test_a_rule_that_does_not_say_what_it_hears_is_refused(tmp_path):
    text = rule("x", "a b").replace('hears = "x."\n', "")
    (copied(tmp_path) / "en_extra.toml").write_text(text)
    with pytest.raises(InputError, match=r"en_extra\.toml: rule x: 'hears'"):
        read_rules(tmp_path)


def test_two_rules_of_one_name_are_refused(tmp_path):
    (copied(tmp_path) / "en_twin.toml").write_text(rule("medical.heart", "ab"))
    with pytest.raises(InputError, match=r"medical\.heart stands twice"):
        read_rules(tmp_path)


def test_a_split_sentence_counts_once_it_is_whole():
    assert LEXICON.read_with_earlier([normalise("i want to kill")], normalise("myself"))
    assert not LEXICON.read_with_earlier([normalise("i want to")], normalise("move it"))


@pytest.mark.parametrize(
    "words",
    [
        "took ",
        "pills ",
        "i want to kill ",
        "i am not suicidal ",
        "no veo el ojo cloro de mi sin ",
        "not my husband he hit took pills in my eye bleach cannot see chest pain if i ever ",
        "movie about suicide ",
    ],
)
def test_four_thousand_characters_take_a_moment(words):
    text = (words * 4000)[:4000]
    started = time.process_time()
    LEXICON.read(normalise(text))
    assert time.process_time() - started < 0.2
