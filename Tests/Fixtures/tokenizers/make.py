"""Writes the golden files of the tokenizer tests with the `tokenizers` library of Hugging Face.

Made with Python 3.11, tokenizers 0.23.3. Run it in this folder: python make.py
"""

import json
from collections import Counter

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

CORPUS = [
    "the cat sat on the mat\nthe dog sat\n\n naïve  café\tcafe\u0301 \u212b \u00c5 A\u030a\n",
    "水 の 上 を 歩く。 👩‍👩‍👧 👍🏽 e\u0301\r\nthe\u00a0end\u2003of\u3000line\u0085next\u2028last\n",
]
TEXTS = CORPUS + [
    "", " ", "\n", "the", "unknown words here", "a<unk>b", "<unk><eos>", "<eos>\n<eos>", "<un", "<<unk>>", "the cat\nsat",
    "cafe\u0301 caf\u00e9", "\u212b\u00c5A\u030a", "x\u0000y", "🙂 水\n", "<|end|>the<|end|><|endless|>", "\ufeffthe",
    "tab\tand\x0bvertical\x0cform\x1cfile", "zero\u200bwidth \u180e mongolian",
]


def word_tokenizer(normalizer=None):
    tokenizer = Tokenizer(models.WordLevel(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    return tokenizer


def character_tokenizer(unknown="<unk>"):
    tokenizer = Tokenizer(models.WordLevel(unk_token=unknown))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
    tokenizer.decoder = decoders.Fuse()
    return tokenizer


def train(tokenizer, specials, **options):
    trainer = trainers.WordLevelTrainer(special_tokens=specials, show_progress=False, **options)
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def line_tokenizer():
    """Ends of line are words. The trainer would number a special symbol twice that occurs as a word, so not by it."""
    counts = Counter(word for text in CORPUS for word in text.split())
    frequent = sorted(counts, key=lambda word: (-counts[word], word.encode()))[:10]
    symbols = ["<unk>", "<eos>"] + frequent
    tokenizer = word_tokenizer(normalizers.Replace("\n", " <eos> "))
    tokenizer.model = models.WordLevel({symbol: id for id, symbol in enumerate(symbols)}, unk_token="<unk>")
    tokenizer.add_special_tokens(["<unk>", "<eos>"])
    return tokenizer


TOKENIZERS = {
    "words": train(word_tokenizer(), ["<unk>"]),
    "frequent_words": train(word_tokenizer(), ["<unk>", "<|end|>", "<|endless|>"], min_frequency=2),
    "lines": line_tokenizer(),
    "characters": train(character_tokenizer(), ["<unk>"]),
    "few_characters": train(character_tokenizer(), ["<unk>", "<eos>"], vocab_size=10),
}

cases = []
for name, tokenizer in TOKENIZERS.items():
    tokenizer.save(f"{name}.json")
    for text in TEXTS:
        encoding = tokenizer.encode(text)
        cases.append({
            "tokenizer": name, "text": text, "ids": encoding.ids,
            "decoded": tokenizer.decode(encoding.ids, skip_special_tokens=False),
        })
with open("cases.json", "w") as file:
    json.dump({"corpus": CORPUS, "cases": cases}, file, ensure_ascii=False, indent=1)
    file.write("\n")
