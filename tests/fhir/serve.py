"""A practice moved from the demo EHR to a FHIR server, for tests and for `make bench`.

`python -m tests.fhir.serve PRACTICE NOW FOLDER` starts sekmet, lays PRACTICE's seed down as of NOW,
copies PRACTICE, connected to it, to FOLDER, prints the base URL and ends with its stdin.
"""

import shutil
import sys
import tomllib
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.fhir.servers import own, start_sekmet
from tests.fhir.world import lay_down, seeded


def connect(practice: Path, base_url: str) -> None:
    """The seed goes away: whoever still asks the demo EHR of this practice has a fault."""
    policy = practice / "practice.toml"
    text = policy.read_text(encoding="utf-8")
    assert text.count('adapter = "demo"\n') == 1
    table = f'adapter = "fhir_r4"\n\n[ehr.fhir_r4]\nbase_url = "{base_url}"\nauth = "none"\n'
    policy.write_text(text.replace('adapter = "demo"\n', table), encoding="utf-8")
    (practice / "ehr.json").unlink()


def main() -> None:
    practice, folder = Path(sys.argv[1]), Path(sys.argv[3])
    now = datetime.fromisoformat(sys.argv[2])
    policy = tomllib.loads((practice / "practice.toml").read_text(encoding="utf-8"))
    zone = ZoneInfo(policy["practice"]["timezone"])
    with own(start_sekmet()) as server:
        lay_down(server.base_url, seeded(practice / "ehr.json", now, zone).resources())
        shutil.copytree(practice, folder)
        connect(folder, server.base_url)
        sys.stdout.write(f"{server.base_url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
