"""The environment in which no library calls home; imported before any of them.

Importing this module is enough. A value that the environment already has is left alone, so a
person can still decide otherwise. What each library would contact stands in `docs/SETTINGS.md`.
"""

import os
import sys

GUARDS = {
    "ANONYMIZED_TELEMETRY": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "LANGGRAPH_STRICT_MSGPACK": "true",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "OMP_NUM_THREADS": "1",
    "ORT_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_OFFLINE": "1",
}

# jsonschema would load this grammar only to check formats that nobody here uses.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

TRACING = ("LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING", "LANGSMITH_TRACING_V2")
"""Switches that would send every turn's text to a vendor: off whatever the environment says."""

for _name, _value in GUARDS.items():
    os.environ.setdefault(_name, _value)
for _name in TRACING:
    os.environ[_name] = "false"
