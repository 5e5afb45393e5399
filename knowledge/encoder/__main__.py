"""Runs the export at set-up: `python -m knowledge.encoder export`."""

import sys

from knowledge.encoder import models_dir
from knowledge.encoder.export import export_encoder
from knowledge.errors import InputError


def main(arguments: list[str]) -> int:
    if arguments != ["export"]:
        print("usage: python -m knowledge.encoder export", file=sys.stderr)
        return 2
    try:
        manifest = export_encoder(models_dir() / "encoder")
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"sentence encoder {manifest.id} written to {models_dir() / 'encoder'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
