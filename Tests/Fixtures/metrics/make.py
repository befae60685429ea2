"""Writes the golden files of the metrics of generated texts with sacreBLEU.

Made with Python 3.11, sacrebleu 2.6.0. Run it in this folder: python make.py
"""

import json
import random

import sacrebleu
from sacrebleu.metrics import BLEU, CHRF

generator = random.Random(13)

LINES = [
    "The cat sat on the mat.", "Hello, world! It's 3,000.50 dollars - or 1.5 million?", "a b c d e f g h", "", " ",
    "\"Quoted\" text (with brackets) [and more] {so} on; e.g. this: 50% & more/less <b>tags</b>",
    "&quot;Escaped&quot; &amp; &lt;more&gt; <skipped>gone</skipped>", "range 1990-1995, -5 and 5- end-", ".start, and end.",
    "..a,,b.1,2.c,.", "1.,2", "$5.00 = 5,00 € @home #tag ~x ^y `z` |p| \\q _r_ *s* +t", "no-break\u00a0space\u3000full\x1cfile\u2028line",
    "你好,世界。我是学生!", "我有3.5个苹果,你有10-20个。", "“引号” — 破折号…… ‘单’ ①②③ ℃ ∀x≥0 → end", "𠀀𪛖𫝀 丂龥龻 ㄅ㈱ ﾊﾝｶｸ Ａ１", "CJK 混合 text with English words和中文。",
    "naïve café cafe\u0301 \u212b \u00c5 A\u030a ﬁ", "👩‍👩‍👧 👍🏽 emoji 🙂🙂", "\ttab\tseparated ", "line\nbreak and hy-\nphen", "don't won't 'tis '90s rock 'n' roll",
    "x", "x y", "x y z", "!", "?!", "a!", "!a", "(a)", "a.b", "a. b", "3.", ".3", "a .",
]


def noisy(line):
    """A line with some of its words changed."""
    words = line.split(" ")
    result = []
    for word in words:
        chance = generator.random()
        if chance < 0.12:
            continue
        if chance < 0.22:
            word = generator.choice(["the", "und", ".", ",", "3.5", "你", "", word + ".", "(" + word, word[::-1]])
        result.append(word)
        if chance > 0.93:
            result.append(word)
    return " ".join(result)


def random_line():
    signs = list("abcdefgh  .,-'\"!?:;()0123456789&<>/%€é你好的世界。,") + [" ", " ", " the ", " cat ", "&amp;", "1,000.5", " -", "- "]
    return "".join(generator.choices(signs, k=generator.randint(0, 60)))


def corpora():
    yield "invented", [noisy(line) for line in LINES], [[line] for line in LINES]
    yield "identical", LINES, [[line] for line in LINES]
    yield "two", [noisy(line) for line in LINES], [[line, noisy(line)] for line in LINES]
    yield "three", [noisy(line) for line in LINES], [[noisy(line), noisy(line), line] for line in LINES]
    lines = [random_line() for _ in range(60)]
    yield "random", [noisy(line) for line in lines], [[line] for line in lines]
    yield "swapped", lines[1:] + lines[:1], [[line] for line in lines]
    yield "nothing right", ["a b c d e"], [["v w x y z"]]
    yield "no pair", ["a x b y c"], [["c b a z"]]
    yield "no quadruple", ["the cat sat", "a dog ran off quickly"], [["the cat sat"], ["a dog ran away quickly"]]
    yield "empty text", ["", ""], [["some words here"], ["and more"]]
    yield "empty reference", ["some words here"], [[""]]
    yield "short", ["the cat"], [["the cat sat on the mat today"]]
    yield "long", ["the the the the the the the cat"], [["the cat", "the cat is on the mat"]]
    yield "nearest length", ["a b c d e"], [["a b c d", "a b c d e f", "a b c d e f g"]]


SMOOTHINGS = [("exp", None), ("none", None), ("floor", None), ("floor", 0.01), ("add-k", None), ("add-k", 0.5)]


def bleu(hypotheses, references, sentences):
    streams = list(map(list, zip(*references)))
    for tokenize in ["none", "13a", "zh", "char"]:
        for smooth, value in SMOOTHINGS if tokenize == "13a" else SMOOTHINGS[:1]:
            for effective in [False, True]:
                metric = BLEU(tokenize=tokenize, smooth_method=smooth, smooth_value=value, effective_order=effective, force=True)
                score = metric.corpus_score(hypotheses, streams)
                entry = {
                    "tokenize": tokenize, "smooth": smooth, "value": value, "effective": effective, "score": score.score,
                    "precisions": score.precisions, "bp": score.bp, "lengths": [score.sys_len, score.ref_len],
                    "signature": str(metric.get_signature()).rsplit("|version", 1)[0],
                }
                if effective and sentences:
                    entry["sentences"] = [metric.sentence_score(h, r).score for h, r in zip(hypotheses, references)]
                yield entry


def chrf(hypotheses, references, sentences):
    streams = list(map(list, zip(*references)))
    for order in [0, 1, 2]:
        metric = CHRF(word_order=order)
        score = metric.corpus_score(hypotheses, streams)
        entry = {"words": order, "score": score.score, "signature": str(metric.get_signature()).rsplit("|version", 1)[0]}
        if sentences:
            entry["sentences"] = [metric.sentence_score(h, r).score for h, r in zip(hypotheses, references)]
        yield entry


result = {"sacrebleu": sacrebleu.__version__, "tokens": [], "corpora": []}
for tokenize in ["none", "13a", "zh", "char"]:
    metric = BLEU(tokenize=tokenize, force=True)
    for line in LINES + [random_line() for _ in range(100)]:
        tokens = metric._preprocess_segment(line).split()
        result["tokens"].append({"tokenize": tokenize, "line": line, "tokens": tokens})
for name, hypotheses, references in corpora():
    result["corpora"].append({
        "name": name, "hypotheses": hypotheses, "references": references,
        "bleu": list(bleu(hypotheses, references, True)), "chrf": list(chrf(hypotheses, references, True)),
    })
with open("scores.json", "w") as file:
    json.dump(result, file, ensure_ascii=False, indent=1)
    file.write("\n")
