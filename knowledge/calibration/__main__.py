"""Fits and reports: `python -m knowledge.calibration` writes `knowledge/ranking.json`."""

import tempfile
from pathlib import Path

from knowledge.calibration.dataset import FITTED, HELD_OUT, read_cases
from knowledge.calibration.fit import fit_ranking
from knowledge.calibration.measure import measure
from knowledge.encoder import load_encoder
from knowledge.practice import DEFAULT_THRESHOLD
from knowledge.ranking import WEIGHTS


def main() -> None:
    encoder = load_encoder()
    with tempfile.TemporaryDirectory() as work:
        fitted = read_cases(FITTED, encoder, Path(work))
        held_out = read_cases(HELD_OUT, encoder, Path(work))
    ranking = fit_ranking(fitted)
    WEIGHTS.write_text(ranking.model_dump_json(indent=2) + "\n")
    for name, cases in (("fitted", fitted), ("held out", held_out)):
        for each in measure(cases, ranking, DEFAULT_THRESHOLD):
            print(f"{name} {each}")


if __name__ == "__main__":
    main()
