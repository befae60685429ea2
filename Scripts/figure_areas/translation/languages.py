"""Sentences of Multi30k in both directions with and without attention, and everyday sentences of Tatoeba into Chinese characters."""
import random
import tempfile
from pathlib import Path

from ..figure import ROOT, execute, last_json
from ..tasks.runs import TOOL, data_folder, train

OUTPUTS = ROOT / "Documentation" / "Tatoeba.md"
# How the context reaches a decoder that does not look back.
ROUTES = [("initial_state", "initial-state"), ("every_step", "every-step")]


def multi30k(folder, source, target):
    """The flags that name the files of a direction."""
    def file(part, language):
        name = {"train": f"train.lc.norm.tok.{language}.gz", "val": f"val.lc.norm.tok.{language}",
                "test": f"test_2016_flickr.lc.norm.tok.{language}"}[part]
        return folder / name
    flags = ["--preset", "multi30k", "--source", file("train", source), "--target", file("train", target)]
    for part, name in [("val", "validation"), ("test", "test")]:
        flags += [f"--{name}-source", file(part, source), f"--{name}-target", file(part, target)]
    return flags


def add(figures, name, result, bar):
    if result is None:
        unit = "BLEU of test 2016, beam 5"
        return figures.add(name, None, unit, "stated", None) if bar is None else figures.at_least(name, None, unit, bar)
    test, dev = result["metrics"]["test"], result["metrics"]["validation"]
    unit = (f"BLEU of test 2016, beam 5; chrF {test['chrf']:.1f}, perplexity {test['perplexity']:.2f}; validation "
            f"{dev['bleu']:.1f}; {result['parameters']:,} parameters, {result['seconds']:.0f} s")
    value = round(test["bleu"], 2)
    return figures.add(name, value, unit, "stated", True) if bar is None else figures.at_least(name, value, unit, bar)


def run(figures, is_long):
    """Minutes to train, so only in long runs."""
    folder = data_folder("multi30k") if is_long else None
    german = multi30k(folder, "de", "en") if folder else None
    add(figures, "multi30k_de_en", train("translate", *german) if german else None, 37)
    for name, route in ROUTES:
        plain = train("translate", *german, "--attention", "none", "--context-route", route) if german else None
        add(figures, f"multi30k_de_en_{name}", plain, None)
    add(figures, "multi30k_en_de", train("translate", *multi30k(folder, "en", "de")) if folder else None, 35)
    tatoeba(figures, data_folder("tatoeba-en-zh") if is_long else None)


def tatoeba(figures, folder):
    """`tatoeba_en_zh`: character BLEU, and twenty sentences drawn at random as they come, in Documentation/Tatoeba.md."""
    if folder is None:
        figures.add("tatoeba_en_zh", None, "BLEU of characters, beam 5", "stated", None)
        return
    def file(part):
        return next(folder.glob(f"en-zh-{part}.tsv*"))
    with tempfile.TemporaryDirectory() as name:
        model = Path(name) / "run"
        result = last_json(execute([
            TOOL, "train", "translate", "--preset", "tatoeba", "--data", file("train"), "--validation", file("dev"), "--test",
            file("test"), "--output", model, "--quiet", "--json"]))
        pairs = [line.split("\t") for line in file("test").read_text().splitlines()]
        drawn = random.Random(0).sample(pairs, 20)
        (Path(name) / "source.txt").write_text("".join(source + "\n" for source, _ in drawn))
        written = execute([TOOL, "translate", model, "--data", Path(name) / "source.txt", "--quiet"]).splitlines()
    test = result["metrics"]["test"]
    figures.add("tatoeba_en_zh", round(test["bleu"], 2),
                f"BLEU of characters, beam 5; chrF {test['chrf']:.1f}, {100 * test['exact_match']:.1f} % exact; "
                f"{result['parameters']:,} parameters, {result['seconds']:.0f} s", "stated", True)
    rows = "\n".join(f"| {source} | {text} |" for (source, _), text in zip(drawn, written))
    OUTPUTS.write_text(f"""# English to Chinese, as it comes

Twenty sentences of Tatoeba's test part, drawn at random (seed 0), in the words of the model that `Scripts/figures translation languages
--long` trains (preset `tatoeba`; {test['bleu']:.1f} BLEU of characters on all {len(pairs):,} pairs). Nothing was picked or mended. Sentences
are from tatoeba.org, CC BY 2.0 FR.

| English | written by the model |
| --- | --- |
{rows}
""")
