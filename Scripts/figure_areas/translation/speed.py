"""Speed of training and of translating beside PyTorch: the same pairs, batches, sizes, beams and numbers of steps, sides in turn."""
import gzip
import os
import random
import statistics
import tempfile
from pathlib import Path

from ..figure import ROOT, execute, last_json
from ..tasks.runs import TOOL, data_folder, train

PEER = ROOT / "Benchmarks" / "peers" / "translation_torch.py"
SIZES = {"embedding": 256, "hidden": 256, "layers": 1}
ROUNDS = 5
THREADS = 2
# Sources of so many words, so many pairs of each: every batch holds pairs of one length, and both sides have the same ones.
LENGTHS = range(7, 19)
BATCH = 64
EPOCHS = 5
# Sentences of so many words, which all take so many steps.
SENTENCE_LENGTH = 12
SENTENCES = {1: 24, 32: 128}
BEAM = 5
# What `recurrent translate` allows beyond the length of the source, its end among it.
LENGTH_ALLOWANCE = 10


def peer(*arguments):
    return last_json(execute([os.environ["PEERS_PYTHON"], PEER, *map(str, arguments)]))


def run(figures, is_long):
    folder = data_folder("multi30k")
    bars = [("translate_train_speed", "times the target tokens a second of PyTorch", 1.5),
            ("translate_speed_1", "times the sentences a second of PyTorch, beam 5, one at a time", 3),
            ("translate_speed_32", "times the sentences a second of PyTorch, beam 5, 32 at a time", 2)]
    if not is_long or folder is None or not os.environ.get("PEERS_PYTHON"):
        for name, unit, bar in bars:
            figures.at_least(name, None, unit, bar)
        return
    with tempfile.TemporaryDirectory() as place:
        sample = Sample(folder, Path(place))
        for (name, unit, bar), rounds in zip(bars, [sample.training, sample.translating(1), sample.translating(32)]):
            ratios = [rounds() for _ in range(ROUNDS)]
            figures.at_least(name, round(statistics.median(ratios), 2),
                             f"{unit}, {min(ratios):.2f} to {max(ratios):.2f} in {ROUNDS} rounds", bar)


def lines(path):
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else open(path, encoding="utf-8")
    with opened as file:
        return file.read().split("\n")[:-1]


class Sample:
    """Part of the training pairs in which every batch is known, with the whole vocabulary."""

    def __init__(self, folder, place):
        self.place = place
        self.source, self.target, self.batches = place / "train.de", place / "train.en", place / "batches"
        pairs = list(zip(*(lines(next(folder.glob(f"train.*.{language}.gz"))) for language in ("de", "en"))))
        groups = []
        for length in LENGTHS:
            group = [pair for pair in pairs if len(pair[0].split()) == length and len(pair[1].split()) <= 30]
            groups.append(group[:BATCH])
        chosen = [pair for group in groups for pair in group]
        # All words of the whole part twice, in a pair that is too long to learn from.
        words = [" ".join(word for word in sorted(set(" ".join(side).split())) for _ in range(2)) for side in zip(*pairs)]
        self.source.write_text("".join(f"{pair[0]}\n" for pair in [*chosen, words]), encoding="utf-8")
        self.target.write_text("".join(f"{pair[1]}\n" for pair in [*chosen, words]), encoding="utf-8")
        self.batches.write_text("".join(" ".join(str(number * BATCH + row) for row in range(BATCH)) + "\n"
                                        for number in range(len(groups))))
        self.steps = EPOCHS * len(groups)
        self.tokens = sum(len(pair[1].split()) + 1 for pair in chosen)
        self.sentences = [pair[0] for pair in pairs if len(pair[0].split()) == SENTENCE_LENGTH]
        random.Random(7).shuffle(self.sentences)
        self.model = None

    def sizes(self):
        return [part for name, value in SIZES.items() for part in (f"--{name}", value)]

    # Training

    def training(self):
        """One round: our target tokens a second in those of PyTorch."""
        ours = EPOCHS * self.tokens / train_ours(self)["seconds"]
        theirs = peer("train", self.source, self.target, "--batches", self.batches, "--steps", self.steps, "--threads", THREADS,
                      *self.sizes())
        if theirs["target_tokens"] != EPOCHS * self.tokens:
            raise SystemExit("the sides of translate_train_speed do not train on the same tokens")
        return ours / theirs["target_tokens_per_second"]

    # Translating

    def translating(self, batch):
        """Rounds in which all sentences take the same number of steps on both sides."""
        def one_round():
            if self.model is None:
                self.model = self.place / "model"
                train_ours(self, "--epochs", 1, "--learning-rate", 1e-9, output=self.model)
            text = self.place / f"input-{batch}"
            text.write_text("".join(f"{sentence}\n" for sentence in self.sentences[:SENTENCES[batch]]), encoding="utf-8")
            ours = translate_ours(self.model, text, batch)
            theirs = peer("translate", self.source, self.target, "--input", text, "--beam", BEAM, "--batch", batch,
                          "--steps-per-sentence", ours["steps"], "--threads", THREADS, *self.sizes())
            return SENTENCES[batch] / ours["seconds"] / theirs["sentences_per_second"]
        return one_round


def train_ours(sample, *arguments, output=None):
    """The same training by the tool; `seconds` are those of training."""
    settings = {
        "embedding": SIZES["embedding"], "encoder_hidden": [SIZES["hidden"]] * SIZES["layers"],
        "decoder_hidden": [SIZES["hidden"]] * SIZES["layers"], "encoder_cell": "lstm", "decoder_cell": "lstm",
        "encoder_bidirectional": "true", "attention": "general", "attention_order": "after-step", "tied": "false",
        "source_minimum_count": 2, "target_minimum_count": 2, "batch_size": BATCH, "batch_tokens": "null", "maximum_length": 60,
        "embedding_dropout": 0.3, "output_dropout": 0.3, "label_smoothing": 0.1, "optimizer": "adam", "learning_rate": 0.002,
        "clip_norm": 1, "epochs": EPOCHS, "validation": "null", "checkpoint_seconds": "none", "threads": THREADS,
    }
    flags = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
    options = ["translate", "--source", sample.source, "--target", sample.target, *flags, *arguments]
    if output is None:
        return train(*options)
    return last_json(execute([TOOL, "train", *map(str, options), "--output", str(output), "--quiet", "--json"]))


def translate_ours(model, text, batch):
    """All sentences by the tool: `seconds` of its result are those of translating, without reading the model. Weights that were
    never trained end no sentence before its limit."""
    result = last_json(execute([TOOL, "translate", str(model), "--data", str(text), "--beam-size", str(BEAM), "--max-length-ratio",
                                "1", "--batch-size", str(batch), "--threads", str(THREADS), "--json"]))
    return {"seconds": result["seconds"], "steps": SENTENCE_LENGTH + 1 + LENGTH_ALLOWANCE}
