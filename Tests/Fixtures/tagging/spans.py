#!/usr/bin/env python3
"""Golden spans and scores, as seqeval 1.2.2 counts them in its default mode, which is that of conlleval.

    .peers/bin/pip install seqeval==1.2.2
    .peers/bin/python Tests/Fixtures/tagging/spans.py

Labels are drawn at random from three schemes, well formed or not: what counts is how broken ones are read.
"""

import json
import random
from pathlib import Path

from seqeval.metrics import classification_report, f1_score
from seqeval.metrics.sequence_labeling import get_entities

random.seed(7)
POSITIONS = {"iob1": "IIB", "bio": "BI", "bioes": "BIES"}


def labels(scheme: str, count: int) -> list[str]:
    kinds = ["PER", "LOC", "X-Y"]
    return [
        "O" if random.random() < 0.3 else f"{random.choice(POSITIONS[scheme])}-{random.choice(kinds)}"
        for _ in range(count)
    ]


cases = []
for number in range(24):
    scheme = list(POSITIONS)[number % 3]
    expected = [labels(scheme, random.randint(1, 12)) for _ in range(3)]
    # Half of the answers are the right ones.
    found = [
        [right if random.random() < 0.8 else other for right, other in zip(row, labels(scheme, len(row)))]
        for row in expected
    ]
    report = classification_report(expected, found, output_dict=True, zero_division=0)
    cases.append({
        "expected": expected,
        "found": found,
        "spans": [[[kind, first, last] for kind, first, last in get_entities(row)] for row in expected],
        "f1": f1_score(expected, found, zero_division=0),
        "kinds": {
            kind: {key: float(values[key]) for key in ("precision", "recall", "f1-score")}
            for kind, values in report.items()
            if not kind.endswith(" avg")
        },
    })
path = Path(__file__).resolve().parent / "spans.json"
path.write_text(json.dumps(cases, indent=None, separators=(",", ":")) + "\n")
print(path, path.stat().st_size)
