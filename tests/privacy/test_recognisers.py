"""What each recogniser finds, and the look-alikes that it leaves alone."""

import pytest

from agent.privacy.pseudonyms import Pseudonymiser
from agent.privacy.recognisers.digits import passes_luhn


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("my name is grace and i am late", "my name is <PERSON_1> and i am late"),
        ("se llama luz, tiene cita", "se llama <PERSON_1>, tiene cita"),
        ("dr okonkwo said so", "<PERSON_1> said so"),
        ("J. R. Smithers was here", "<PERSON_1> was here"),
        ("Olivia's glasses", "<PERSON_1>'s glasses"),
        ("born 3.14.86", "born <DATE_TIME_1>"),
        ("nací el 4 de marzo de 1961", "nací el <DATE_TIME_1>"),
        ("on the 20th of October", "on the <DATE_TIME_1>"),
        ("she is 93 years old", "she is <AGE_1>"),
        ("mrn: 0048213", "mrn: <ID_1>"),
        ("mi póliza es GT-330921", "mi póliza es <ID_1>"),
        ("ssn 078-05-1120", "ssn <US_SSN_1>"),
        ("card 4111 1111 1111 1111", "card <CREDIT_CARD_1>"),
        ("IBAN DE89 3704 0044 0532 0130 00", "IBAN <IBAN_CODE_1>"),
        ("me@example.com", "<EMAIL_ADDRESS_1>"),
        ("jdoe at gmail dot com", "<EMAIL_ADDRESS_1>"),
        ("see www.example.com/x", "see <URL_1>"),
        ("from 192.168.14.77 again", "from <IP_ADDRESS_1> again"),
        ("ship to 22 birch ct apt 4", "ship to <LOCATION_1>"),
        ("Calle Olmo 245, Colonia Jardines", "<LOCATION_1>"),
        ("we live in Tucson, AZ 85701 now", "we live in <LOCATION_1> now"),
        ("call 415 555 0134 ext 12", "call <PHONE_NUMBER_1>"),
        ("i'm priya k raman", "i'm <PERSON_1>"),
        ("Full name? Tarquin", "Full name? <PERSON_1>"),
        ("see doctor park on friday", "see <PERSON_1> on friday"),
        ("Finland was cold", "<LOCATION_1> was cold"),
        ("we moved here from Bad Ischl", "we moved here from <LOCATION_1>"),
        ("9 elm ct, salem or 97301", "<LOCATION_1>"),
        ("Calle Olmo 24, Tonalá, Jal. 45400", "<LOCATION_1>"),
        ("send it to Birkenweg 7", "send it to <LOCATION_1>"),
        ("I waited on Alma Reyes 212", "I waited on <LOCATION_1>"),
        ("I worked for Nordvik as a welder", "I worked for <ORGANIZATION_1> as a <TITLE_1>"),
        (
            "Olivia Reese\nRegional buyer\nFair Winds\n415-555-0173",
            "<PERSON_1>\n<ORGANIZATION_1>\n<ORGANIZATION_2>\n<PHONE_NUMBER_1>",
        ),
    ],
)
def test_finds(pseudonymiser: Pseudonymiser, text: str, hidden: str) -> None:
    assert pseudonymiser.turn().hide(text) == hidden


@pytest.mark.parametrize(
    "text",
    [
        "Will I need a ride in May?",
        "My vision is 20/40 and 20/20",
        "I take 50 mg of Zoloft twice a day",
        "pain is 7/10 and BP 140/90",
        "CPT 90837 costs $185.00, why?",
        "Do you see 8 year olds?",
        "the 2026 deductible resets in January",
        "Do you have Spanish forms?",
        "I'm open Monday to Friday, 9:00-17:30",
        "Does Blue Cross cover EMDR?",
        "¿Aceptan Medi-Cal los lunes?",
        "CAN SOMEONE CALL ME ABOUT MY REFILL",
        "Can the doctor call me? I don't see it",
        "The oral medication, in general, or the north entrance?",
        "Salí tarde y me senté; preguntando otra vez",
        "mi niña quiere lentes",
        "Reunión familiar: ¿me dan otra cita?",
        "I live about 20 minutes away",
        "We are open\nPlease knock\nThe door is blue",
        "My English is not good, can I get it in Russian?",
        "this works for me as well",
    ],
)
def test_leaves_alone(pseudonymiser: Pseudonymiser, text: str) -> None:
    assert pseudonymiser.turn().hide(text) == text


@pytest.mark.parametrize(
    ("digits", "good"),
    [("4111111111111111", True), ("4111111111111112", False), ("378282246310005", True)],
)
def test_luhn(digits: str, good: bool) -> None:
    assert passes_luhn(digits) is good
