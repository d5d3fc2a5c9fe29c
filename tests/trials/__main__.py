"""The promises about messages, each tried with figures and with a control that must fail.

python3 run.py trials [R1 R2 ...] [--short] [--database sqlite|postgres|ADDRESS] [--json]

Without --database each runs on SQLite and on a PostgreSQL server of its own. The exit code is 0 when every promise held and every
control failed.
"""

import argparse
import importlib
import json
import sys
import time
from dataclasses import asdict

from tests.trials.figures import Found

TRIALS = ("R1", "R2", "R3", "R4", "R5", "R6", "R7", "S2", "P4", "P6", "THROUGHPUT", "SWEEP")
ANY_DATABASE = frozenset({"R4", "R5", "P6"})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(TRIALS)}; all where none is named")
    parser.add_argument("--short", action="store_true", help="small counts, for every change")
    parser.add_argument("--database", help="sqlite, postgres (a server of its own), or the address of a server")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    good = True
    for name in told.names or TRIALS:
        for database in [told.database] if told.database else ["sqlite"] if name in ANY_DATABASE else ["sqlite", "postgres"]:
            began = time.monotonic()
            trial = importlib.import_module(f"tests.trials.{name.lower()}")
            found: Found = trial.run(database, told.short, told.seed)
            good = good and found.good
            took = round(time.monotonic() - began)
            sys.stdout.write((json.dumps(asdict(found)) if told.json else f"{found.told()} [{took} s]") + "\n")
            sys.stdout.flush()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
