import pytest

from knowledge.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("where do i park", "en"),
        ("Hi, can I move my appointment?", "en"),
        ("cuanto debo", "es"),
        ("¿Aceptan Medicare?", "es"),
        ("necesito cambiar mi cita", "es"),
        ("hola", "es"),
        ("my doctor is Dr. Núñez, when is he in", "en"),
    ],
)
def test_english_and_spanish_are_told_apart(text, language):
    assert detect_language(text) == language


def test_no_sign_of_either_gives_the_default():
    assert detect_language("Medicare", default="es") == "es"
