"""What the scripted endpoint answers when it is asked for a reply: readings find nothing."""

import re

from tests.llm.endpoint import Behaviour, Body, Endpoint, Says
from tests.llm.reading import read

SOURCES = re.compile(r'<data name="sources">\n(.*?)\n</data>', re.DOTALL)


def writes(text: str | Says) -> Behaviour:
    """`text` when asked to write."""
    said = text if isinstance(text, Says) else Says(text)
    return lambda body: said if is_writing(body) else read()


def faithful(body: Body) -> Says:
    """The sources as they stand, without their numbers and marks."""
    if not is_writing(body):
        return read()
    sources = sources_of(body)
    return Says(re.sub(r"(?m)^\d\. ", "", sources))


def is_writing(body: Body) -> bool:
    return "response_format" not in body


def sources_of(body: Body) -> str:
    """As the model is shown them."""
    found = SOURCES.search(body["messages"][-1]["content"])
    assert found is not None
    return found[1]


def asked_to_write(endpoint: Endpoint) -> list[Body]:
    return [body for body in endpoint.received if is_writing(body)]
