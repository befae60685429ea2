"""An attention model of translation in PyTorch as people write it: bidirectional nn.LSTM over packed sentences, a decoder that
takes one step after the other and looks back after each, a batched loop over beams. Prints one JSON line.

  translation_torch.py train SOURCE TARGET [--steps N] [--batches FILE] [sizes]
  translation_torch.py translate SOURCE TARGET --input FILE [--beam N] [--batch N] [--steps-per-sentence N] [sizes]

SOURCE and TARGET are aligned files of words between blanks, as they are or packed by gzip. A line of the file of batches holds
the numbers (from 0) of the pairs of one batch; they are gone through again when there are fewer than steps. Translation uses
random weights; with --steps-per-sentence every sentence takes so many steps.
"""
import argparse
import gzip
import json
import random
import time
from collections import Counter

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

PADDING, UNKNOWN, START, END = range(4)


def lines(path):
    opened = gzip.open(path, "rt", encoding="utf-8") if path.endswith(".gz") else open(path, encoding="utf-8")
    with opened as file:
        return [line.split() for line in file.read().split("\n")[:-1]]


def vocabulary(sentences, least):
    counts = Counter(word for sentence in sentences for word in sentence)
    words = sorted((word for word in counts if counts[word] >= least), key=lambda word: (-counts[word], word))
    return {word: number for number, word in enumerate(words, start=4)}


def numbers(sentence, words):
    return torch.tensor([words.get(word, UNKNOWN) for word in sentence] + [END])


class Encoder(nn.Module):
    def __init__(self, words, sizes):
        super().__init__()
        self.embedding = nn.Embedding(words, sizes.embedding, padding_idx=PADDING)
        self.dropout = nn.Dropout(sizes.dropout)
        self.lstm = nn.LSTM(sizes.embedding, sizes.hidden, sizes.layers, batch_first=True, bidirectional=True,
                            dropout=sizes.dropout if sizes.layers > 1 else 0)

    def forward(self, source, lengths):
        packed = pack_padded_sequence(self.dropout(self.embedding(source)), lengths, batch_first=True, enforce_sorted=False)
        outputs, (hidden, _) = self.lstm(packed)
        outputs, _ = pad_packed_sequence(outputs, batch_first=True)
        layers, batch = hidden.shape[0] // 2, hidden.shape[1]
        # Both directions of each layer side by side.
        hidden = hidden.view(layers, 2, batch, -1).transpose(1, 2).reshape(layers, batch, -1)
        return outputs, hidden


class Attention(nn.Module):
    """General attention: score = h W s (Luong et al., 2015)."""

    def __init__(self, sizes):
        super().__init__()
        self.project = nn.Linear(2 * sizes.hidden, sizes.hidden, bias=False)
        self.combine = nn.Linear(3 * sizes.hidden, sizes.hidden)

    def forward(self, output, states, keys, mask):
        scores = torch.bmm(keys, output.unsqueeze(2)).squeeze(2).masked_fill(mask, float("-inf"))
        weights = scores.softmax(dim=1)
        context = torch.bmm(weights.unsqueeze(1), states).squeeze(1)
        return torch.tanh(self.combine(torch.cat([context, output], dim=1))), weights


class Decoder(nn.Module):
    def __init__(self, words, sizes):
        super().__init__()
        self.embedding = nn.Embedding(words, sizes.embedding, padding_idx=PADDING)
        self.dropout = nn.Dropout(sizes.dropout)
        self.feeds = sizes.input_feeding
        self.lstm = nn.LSTM(sizes.embedding + (sizes.hidden if self.feeds else 0), sizes.hidden, sizes.layers, batch_first=True,
                            dropout=sizes.dropout if sizes.layers > 1 else 0)
        self.attention = Attention(sizes)
        self.head = nn.Linear(sizes.hidden, words)

    def step(self, previous, state, attentional, states, keys, mask):
        inputs = self.dropout(self.embedding(previous))
        if self.feeds:
            inputs = torch.cat([inputs, attentional], dim=1)
        output, state = self.lstm(inputs.unsqueeze(1), state)
        attentional, _ = self.attention(output.squeeze(1), states, keys, mask)
        return attentional, state


class Model(nn.Module):
    def __init__(self, source_words, target_words, sizes):
        super().__init__()
        self.encoder = Encoder(source_words, sizes)
        self.bridge = nn.Linear(2 * sizes.hidden, sizes.hidden)
        self.decoder = Decoder(target_words, sizes)

    def read(self, source, lengths):
        states, hidden = self.encoder(source, lengths)
        hidden = torch.tanh(self.bridge(hidden))
        mask = torch.arange(states.shape[1])[None, :] >= lengths[:, None]
        return states, self.decoder.attention.project(states), mask, (hidden, torch.zeros_like(hidden))

    def forward(self, source, lengths, target):
        """The logits of the target's symbols, each after the right ones before it."""
        states, keys, mask, state = self.read(source, lengths)
        attentional = states.new_zeros(states.shape[0], keys.shape[2])
        outputs = []
        for step in range(target.shape[1]):
            previous = target[:, step - 1] if step else torch.full_like(target[:, 0], START)
            attentional, state = self.decoder.step(previous, state, attentional, states, keys, mask)
            outputs.append(attentional)
        return self.decoder.head(self.decoder.dropout(torch.stack(outputs, dim=1)))


def train(arguments, model, pairs):
    if arguments.batches:
        with open(arguments.batches, encoding="utf-8") as file:
            batches = [[int(row) for row in line.split()] for line in file if line.strip()]
    else:
        rows = list(range(len(pairs)))
        random.Random(arguments.seed).shuffle(rows)
        batches = [rows[start:start + arguments.batch] for start in range(0, len(rows), arguments.batch)]
    optimizer = torch.optim.Adam(model.parameters(), lr=arguments.rate)
    tokens, loss, start = 0, None, None
    for step in range(-arguments.warmup, arguments.steps):
        if step == 0:
            start = time.perf_counter()
        chosen = [pairs[row] for row in batches[step % len(batches)]]
        source = pad_sequence([pair[0] for pair in chosen], batch_first=True)
        target = pad_sequence([pair[1] for pair in chosen], batch_first=True)
        optimizer.zero_grad()
        logits = model(source, torch.tensor([len(pair[0]) for pair in chosen]), target)
        loss = cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=PADDING,
                             label_smoothing=arguments.label_smoothing)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), arguments.clip)
        optimizer.step()
        if step >= 0:
            tokens += sum(len(pair[1]) for pair in chosen)
    seconds = time.perf_counter() - start
    return {"steps": arguments.steps, "target_tokens": tokens, "seconds": seconds, "target_tokens_per_second": tokens / seconds,
            "loss": loss.item()}


@torch.inference_mode()
def search(model, sentences, beam, forced):
    """The best sequences of a batch. Rows are sentence-major; a beam that has ended stays as it is at no cost."""
    count = len(sentences)
    source = pad_sequence(sentences, batch_first=True)
    lengths = torch.tensor([len(sentence) for sentence in sentences])
    states, keys, mask, (hidden, cell) = model.read(source, lengths)
    states, keys, mask = (part.repeat_interleave(beam, dim=0) for part in (states, keys, mask))
    state = (hidden.repeat_interleave(beam, dim=1), cell.repeat_interleave(beam, dim=1))
    attentional = states.new_zeros(count * beam, keys.shape[2])
    scores = torch.full((count, beam), float("-inf"))
    scores[:, 0] = 0
    sequences = torch.full((count * beam, 1), START)
    ended = torch.zeros(count * beam, dtype=torch.bool)
    for _ in range(forced or 2 * source.shape[1] + 10):
        attentional, state = model.decoder.step(sequences[:, -1], state, attentional, states, keys, mask)
        logarithms = model.decoder.head(attentional).log_softmax(dim=1)
        if forced:
            logarithms[:, END] = float("-inf")
        else:
            logarithms[ended] = float("-inf")
            logarithms[ended, END] = 0
        words = logarithms.shape[1]
        totals = (scores[:, :, None] + logarithms.view(count, beam, words)).view(count, beam * words)
        scores, places = totals.topk(beam, dim=1)
        rows = (places // words + torch.arange(count)[:, None] * beam).flatten()
        symbols = (places % words).flatten()
        sequences = torch.cat([sequences[rows], symbols[:, None]], dim=1)
        state = tuple(part.index_select(1, rows) for part in state)
        attentional = attentional.index_select(0, rows)
        ended = ended[rows] | (symbols == END)
        if not forced and ended.all():
            break
    symbols = (sequences[:, 1:] != END).sum(dim=1).view(count, beam) + 1
    best = (scores / symbols).argmax(dim=1)
    return sequences.view(count, beam, -1)[torch.arange(count), best, 1:].tolist()


def translate(arguments, model, words):
    model.eval()
    sentences = [numbers(line, words) for line in lines(arguments.input)]
    batches = [sentences[start:start + arguments.batch] for start in range(0, len(sentences), arguments.batch)]
    search(model, batches[0], arguments.beam, 2)
    start = time.perf_counter()
    found = [sequence for batch in batches for sequence in search(model, batch, arguments.beam, arguments.steps_per_sentence)]
    seconds = time.perf_counter() - start
    return {"sentences": len(found), "seconds": seconds, "sentences_per_second": len(found) / seconds,
            "beam": arguments.beam, "batch": arguments.batch}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=["train", "translate"])
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--min-count", type=int, default=2)
    parser.add_argument("--embedding", type=int, default=256)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--layers", type=int, default=1)
    parser.add_argument("--dropout", type=float, default=0.3)
    parser.add_argument("--input-feeding", action="store_true")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--batches", help="the numbers of the pairs of each batch, a line for each")
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--warmup", type=int, default=3, help="steps before those that are timed")
    parser.add_argument("--rate", type=float, default=0.002)
    parser.add_argument("--clip", type=float, default=1.0)
    parser.add_argument("--label-smoothing", type=float, default=0.1)
    parser.add_argument("--input", help="the sentences to translate")
    parser.add_argument("--beam", type=int, default=5)
    parser.add_argument("--steps-per-sentence", type=int)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=42)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(arguments.seed)

    sources, targets = lines(arguments.source), lines(arguments.target)
    if len(sources) != len(targets):
        parser.error(f"{arguments.source} has {len(sources)} lines and {arguments.target} {len(targets)}")
    source_words, target_words = vocabulary(sources, arguments.min_count), vocabulary(targets, arguments.min_count)
    model = Model(len(source_words) + 4, len(target_words) + 4, arguments)
    if arguments.mode == "train":
        pairs = [(numbers(source, source_words), numbers(target, target_words)) for source, target in zip(sources, targets)]
        result = train(arguments, model, pairs)
    else:
        result = translate(arguments, model, source_words)
    print(json.dumps({
        "peer": "torch", "version": torch.__version__, **result, "source_words": len(source_words) + 4,
        "target_words": len(target_words) + 4, "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "threads": arguments.threads,
    }))


if __name__ == "__main__":
    main()
