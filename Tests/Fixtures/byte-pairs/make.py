"""Writes the golden files of byte-pair encoding with the `tokenizers` library of Hugging Face.

`trained.json` and `small.json` are what the library's own trainer learns. `learned.json`, `few.json` and `repeats.json` are learned here
by counting all pairs anew for every merge, with special symbols, characters too rare to keep, and words that repeat themselves;
the library reads them and says how they encode.

Made with Python 3.11, tokenizers 0.23.3. Run it in this folder: python make.py
"""

import json
import random
from collections import Counter

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

MARK = "▁"
# Unicode's property White_Space.
SPACES = ("\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029"
          "\u202f\u205f\u3000")
NO_SPACES = "\x1c\x1d\x1e\x1f\u180e\u200b\u2060\ufeff"

generator = random.Random(6)


def invented_words(count):
    """Words of a language that does not exist, with a few signs beyond ASCII."""
    syllables = [a + b + c for a in ["", "t", "k", "st", "br", "ñ"] for b in "aeiouä" for c in ["", "n", "r", "ss", "e\u0301"]]
    return ["".join(generator.choices(syllables, k=generator.choice([1, 1, 2, 2, 3]))) for _ in range(count)]


def invented_corpus():
    words = invented_words(150)
    weights = [1 / (rank + 1) for rank in range(len(words))]
    lines = []
    for _ in range(250):
        line = " ".join(generator.choices(words, weights, k=generator.randint(3, 9))) + generator.choice([" .", "!", ""])
        lines += [line]
    hanzi = "你好世界我们他她在的是了不水火山人大小天地上下中国学生书"
    weights = [1 / (rank + 1) for rank in range(len(hanzi))]
    for _ in range(100):
        lines.append("".join(generator.choices(hanzi, weights, k=generator.randint(3, 14))) + generator.choice("。？"))
    return lines + lines[:20]  # No character occurs once only.


CORPUS = invented_corpus()
SPECIAL_CORPUS = CORPUS[:150] + [
    "<unk> taste<unk>kan <s>stan ti <unk>", "q only once, and Q", "<s> <s> tan", "aaaa aaaa aaa aaaaaaa", "x<unk", "水<s>水",
]
# Pairs that overlap, and ties.
REPEATS = (["a" * count for count in range(1, 12)] + ["ab" * count for count in range(1, 7)] + ["xabcxabc"] * 4 + ["aabcabcbc"] * 2
           + ["cabcab"] * 5 + ["bcabca"] * 5 + ["baaab"] * 7 + ["abaabaaab"] * 3)


def tokenizer_of(model):
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Replace(Regex(r"\s+"), " ")
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=MARK, prepend_scheme="first", split=True)
    tokenizer.decoder = decoders.Metaspace(replacement=MARK, prepend_scheme="first", split=True)
    return tokenizer


def train(corpus, **options):
    tokenizer = tokenizer_of(models.BPE(unk_token="<unk>", fuse_unk=False, byte_fallback=False))
    tokenizer.train_from_iterator(corpus, trainers.BpeTrainer(show_progress=False, **options))
    return tokenizer


def marked_words(text):
    """Words with the mark of the white space before them."""
    for space in SPACES:
        text = text.replace(space, " ")
    while "  " in text:
        text = text.replace("  ", " ")
    text = text.replace(" ", MARK)
    if text and not text.startswith(MARK):
        text = MARK + text
    return [MARK + part for part in text.split(MARK)[1:]]


def cut_at(parts, special):
    return [piece for part in parts for piece in part.split(special) if piece]


def learn(corpus, size, specials, minimum):
    """Byte-pair encoding, counted anew for every merge."""
    counts = Counter(word for text in corpus for word in marked_words(text))
    pieces = Counter()
    for word, count in counts.items():
        parts = [word]
        for special in sorted(specials, key=len, reverse=True):
            parts = cut_at(parts, special)
        for part in parts:
            pieces[part] += count
    characters = Counter()
    for piece, count in pieces.items():
        for character in piece:
            characters[character] += count
    kept = sorted((c for c in characters if characters[c] >= minimum), key=lambda c: (-characters[c], c))
    symbols = specials + sorted(kept[:max(size - len(specials), 0)])
    ids = {symbol: id for id, symbol in enumerate(symbols)}
    chains = Counter()
    for piece, count in pieces.items():
        chain = []
        for character in list(piece) + [None]:
            if character in ids:
                chain.append(ids[character])
            elif chain:
                chains[tuple(chain)] += count
                chain = []
    merges = []
    while len(symbols) < size:
        pairs = Counter()
        for chain, count in chains.items():
            place = 0
            while place + 1 < len(chain):
                pairs[chain[place], chain[place + 1]] += count
                place += 1
        if not pairs:
            break
        left, right = min(pairs, key=lambda pair: (-pairs[pair], pair))
        if pairs[left, right] < minimum:
            break
        text = symbols[left] + symbols[right]
        assert text not in ids, text
        ids[text] = len(symbols)
        symbols.append(text)
        merges.append((symbols[left], symbols[right]))
        merged = Counter()
        for chain, count in chains.items():
            result, place = [], 0
            while place < len(chain):
                if chain[place:place + 2] == (left, right):
                    result.append(ids[text])
                    place += 2
                else:
                    result.append(chain[place])
                    place += 1
            merged[tuple(result)] += count
        chains = merged
    tokenizer = tokenizer_of(models.BPE(ids, merges, unk_token="<unk>", fuse_unk=False, byte_fallback=False))
    tokenizer.add_special_tokens(specials)
    return tokenizer


def random_text():
    pieces = ["ta", "kan", "ste\u0301", "stan", "你好", "世界的", "aaa", "abc", "bc", "ab", "q", "é", "e\u0301", "ä", "a\u0308",
              "👩‍👩‍👧", "👍🏽", "🙂", "<unk>", "<s>", "<unk", "</s>", MARK, ".", "。", "ﬁ", "Å", "\u0301", "\U00020000"]
    blanks = [" ", " ", " ", "  ", "", "", "\t", "\u3000", "\xa0 ", " \n"]
    return "".join(generator.choice(pieces) + generator.choice(blanks) for _ in range(generator.randint(1, 12)))


TEXTS = [
    "", " ", "  ", "a", " a", "a ", "  a  b  ", MARK, MARK + "a", " " + MARK + "a", "a" + MARK + MARK + "b", "<unk>", "<s>a", "<s> a",
    "a<s>", "a <s>", "a<unk>b", "a <unk> b", " <unk> ", "<unk><unk>", "<s> <s>", "你好 世界", "你好世界的水", "aaaaaaa", "abcabcabc", "xabcxabce", "abaaaaab", "aaaaaaaaaaaaa",
] + ["a" + space + "b" for space in SPACES + NO_SPACES] + CORPUS[:12] + CORPUS[-120:-100] + [random_text() for _ in range(150)]

TOKENIZERS = {
    "trained": train(CORPUS, vocab_size=400, min_frequency=2, special_tokens=["<unk>", "<s>"]),
    "small": train(CORPUS, vocab_size=100, min_frequency=2, special_tokens=["<unk>"]),
    "learned": learn(SPECIAL_CORPUS, 300, ["<unk>", "<s>", "</s>"], 2),
    "few": learn(SPECIAL_CORPUS, 30, ["<unk>"], 3),
    "repeats": learn(REPEATS, 40, ["<unk>"], 1),
}

cases = []
for name, tokenizer in TOKENIZERS.items():
    tokenizer.save(f"{name}.json")
    tokenizer = Tokenizer.from_file(f"{name}.json")
    for text in TEXTS:
        encoding = tokenizer.encode(text)
        cases.append({
            "tokenizer": name, "text": text, "ids": encoding.ids,
            "decoded": tokenizer.decode(encoding.ids, skip_special_tokens=False),
        })
with open("cases.json", "w") as file:
    json.dump({"corpus": CORPUS, "special_corpus": SPECIAL_CORPUS, "repeats": REPEATS, "cases": cases}, file,
              ensure_ascii=False, indent=1)
    file.write("\n")
