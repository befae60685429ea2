"""The whole training steps that are compared: the same sizes as in `recurrent bench --steps`."""
import random
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Step:
    vocabulary: int
    embedding: int
    hidden: int
    layers: int
    classes: int
    steps: int
    batch: int
    bidirectional: bool = False
    ragged: bool = False

    def tiny(self):
        """The same step with next to nothing to do, which brings code and threads into memory."""
        return replace(self, vocabulary=8, embedding=8, hidden=8, classes=8, steps=4, batch=2)

    def lengths(self):
        """The words of each row, spread over 1 to T, the first row full: the lengths that `recurrent bench` has as well."""
        if not self.ragged:
            return [self.steps] * self.batch
        return [1 + (31 * row + self.steps - 1) % self.steps for row in range(self.batch)]


STEPS = {
    "character": Step(65, 64, 512, 2, 65, 100, 64),
    "tagger": Step(5000, 64, 64, 1, 17, 50, 16, bidirectional=True, ragged=True),
    "word-200": Step(10_000, 200, 200, 2, 10_000, 35, 20),
    "word-650": Step(10_000, 650, 650, 2, 10_000, 35, 20),
}


def tokens(step, lengths, bound, padding):
    """Random symbols below `bound`, time-major, `padding` behind the end of each row."""
    source = random.Random(17 + bound)
    rows = [[source.randrange(bound) if t < length else padding for t in range(step.steps)] for length in lengths]
    return [list(column) for column in zip(*rows)]
