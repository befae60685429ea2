"""Metrics of translations: ours against sacreBLEU on invented, random and real pairs.

sacreBLEU is found through PEERS_PYTHON, the real pairs through RECURRENT_DATA (Multi30k); without those the pairs are random ones.
"""
import gzip
import json
import os
import random
import tempfile
from pathlib import Path

from ..figure import execute, last_json
from ..tasks.runs import TOOL, data_folder

PAIRS = 10_000
TOKENIZATIONS = ["none", "13a", "zh", "char"]

# Runs in the Python of the peers. Sentences by the functions that users call for them.
SACREBLEU = """
import json, sys
from sacrebleu.metrics import BLEU, CHRF
folder, tokenizations = sys.argv[1], sys.argv[2].split(",")
hypotheses, *references = [open(f"{folder}/{name}", newline="\\n").read().split("\\n")[:-1] for name in ("hypotheses", "first", "second")]
result = {}
for name in tokenizations:
    for count in (1, 2):
        corpus, single = (BLEU(tokenize=name, effective_order=e, force=True) for e in (False, True))
        result[f"bleu {name} {count}"] = [corpus.corpus_score(hypotheses, references[:count]).score] + [
            single.sentence_score(h, r).score for h, *r in zip(hypotheses, *references[:count])]
for name, order in (("chrf", 0), ("chrf++", 2)):
    metric = CHRF(word_order=order)
    result[f"{name} 1"] = [metric.corpus_score(hypotheses, references[:1]).score] + [
        metric.sentence_score(h, [r]).score for h, r in zip(hypotheses, references[0])]
print(json.dumps(result))
"""


def real_lines(generator):
    """Lines of Multi30k, tokenised and raw."""
    folder = data_folder("multi30k")
    if folder is None:
        return []
    lines = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and ("test" in path.name or "val" in path.name or "train" in path.name):
            data = gzip.open(path, "rt", encoding="utf-8").read() if path.suffix == ".gz" else path.read_text(encoding="utf-8")
            lines += generator.sample(data.splitlines(), k=min(1000, len(data.splitlines())))
    return [line for line in lines if line.strip()]


def random_line(generator):
    signs = list("abcdefgh  .,-'\"!?:;()0123456789&<>/%€é你好的世界。、") + [" ", " the ", " cat ", "&amp;", "1,000.5", "\u00a0", "\t", "“x”"]
    return "".join(generator.choices(signs, k=generator.randint(0, 80)))


def noisy(line, generator):
    """A line with words left out, changed, repeated and moved."""
    words = line.split(" ")
    words = [generator.choice(words)[::-1] if generator.random() < 0.08 else word for word in words if generator.random() > 0.1]
    if len(words) > 3 and generator.random() < 0.5:
        place = generator.randrange(len(words))
        words[place:place + 2] = reversed(words[place:place + 2])
    return " ".join(words)


def pairs():
    generator = random.Random(30)
    real = real_lines(generator)
    for index in range(PAIRS):
        line = generator.choice(real) if real and index % 2 == 0 else random_line(generator)
        hypothesis = noisy(line, generator) if generator.random() < 0.95 else line
        yield (hypothesis if generator.random() > 0.01 else ""), line, noisy(line, generator)


def ours(folder, metric, references, *flags):
    """The figure of all lines and then of each."""
    output = execute([TOOL, "score", f"{folder}/hypotheses", "--references", ",".join(f"{folder}/{r}" for r in references),
                      "--metric", metric, "--sentences", "--quiet", "--json", *flags])
    result = last_json(output)
    return [result["metrics"][metric]] + [line[metric] for line in result["sentences"]]


def run(figures, is_long):
    """`bleu_agrees` and `chrf_agrees`: the largest difference over the corpus and over each of its lines."""
    python = os.environ.get("PEERS_PYTHON")
    if not python:
        figures.at_most("bleu_agrees", None, "BLEU points", 0.01)
        figures.at_most("chrf_agrees", None, "chrF points", 0.01)
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in zip(("hypotheses", "first", "second"), zip(*pairs())):
            Path(folder, name).write_text("".join(line + "\n" for line in lines), encoding="utf-8", newline="\n")
        theirs = json.loads(execute([python, "-c", SACREBLEU, folder, ",".join(TOKENIZATIONS)]))

        def difference(name, found):
            assert len(found) == len(theirs[name]) == PAIRS + 1, name
            return max(abs(a - b) for a, b in zip(found, theirs[name]))

        bleu = max(difference(f"bleu {name} {count}", ours(folder, "bleu", ["first", "second"][:count], "--tokenize", name))
                   for name in TOKENIZATIONS for count in (1, 2))
        chrf = max(difference(f"{name} 1", ours(folder, name, ["first"])) for name in ("chrf", "chrf++"))
    words = f"largest difference on {PAIRS} pairs, all together and each"
    figures.at_most("bleu_agrees", float(f"{bleu:.3g}"), f"BLEU points, {words}, {len(TOKENIZATIONS)} tokenisations, 1 and 2 references", 0.01)
    figures.at_most("chrf_agrees", float(f"{chrf:.3g}"), f"points, {words}, chrF and chrF++", 0.01)
