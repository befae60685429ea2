"""PyTorch: torch.nn modules; inference under inference_mode; an LSTM through oneDNN or without it, whichever is faster."""
import torch

from resident_memory import Peak
from steps import STEPS, tokens

VERSION = torch.__version__


def start(threads):
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    torch.manual_seed(0)
    torch.set_flush_denormal(True)
    return VERSION


def settings(cell, shape, mode):
    # Only the LSTM has a primitive of oneDNN, which reorders the weights in each call.
    return ["oneDNN", "no oneDNN"] if cell == "LSTM" else ["eager"]


def build(cell, shape, mode, setting):
    call = eager(cell, shape, mode)
    if setting != "no oneDNN":
        return call

    def without():
        with torch.backends.mkldnn.flags(enabled=False):
            call()
    return without


def eager(cell, shape, mode):
    steps, batch, inputs, hidden, layers = shape
    module = getattr(torch.nn, cell)(inputs, hidden, layers)
    x = torch.randn(steps, batch, inputs, requires_grad=mode == "train")
    if mode == "infer":
        module.eval()

        def infer():
            with torch.inference_mode():
                module(x)
        return infer
    gradient = torch.randn(steps, batch, hidden)

    def train():
        module.zero_grad(set_to_none=True)
        x.grad = None
        module(x)[0].backward(gradient)
    return train


class SymbolModel(torch.nn.Module):
    """Symbols in, logits for each step out."""

    def __init__(self, step):
        super().__init__()
        directions = 2 if step.bidirectional else 1
        self.embedding = torch.nn.Embedding(step.vocabulary, step.embedding)
        self.lstm = torch.nn.LSTM(step.embedding, step.hidden, step.layers, bidirectional=step.bidirectional)
        self.head = torch.nn.Linear(directions * step.hidden, step.classes)

    def forward(self, symbols, lengths):
        vectors = self.embedding(symbols)
        if lengths is None:
            return self.head(self.lstm(vectors)[0])
        packed = torch.nn.utils.rnn.pack_padded_sequence(vectors, lengths, enforce_sorted=False)
        return self.head(torch.nn.utils.rnn.pad_packed_sequence(self.lstm(packed)[0])[0])


def make_step(step):
    lengths = step.lengths()
    symbols = torch.tensor(tokens(step, lengths, step.vocabulary, 0))
    targets = torch.tensor(tokens(step, lengths, step.classes, -100)).flatten()
    model = SymbolModel(step)
    # The fastest of Adam's implementations on a CPU.
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    loss_function = torch.nn.CrossEntropyLoss(ignore_index=-100)
    row_lengths = torch.tensor(lengths) if step.ragged else None

    def call():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_function(model(symbols, row_lengths).flatten(0, 1), targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5)
        optimizer.step()
        return loss.item()
    return call, sum(p.numel() for p in model.parameters())


def build_step(name):
    """The call, and a function that gives the megabytes beyond weights, gradients and moments."""
    step = STEPS[name]
    tiny, _ = make_step(step.tiny())
    for _ in range(3):
        tiny()
    peak = Peak()
    call, parameters = make_step(step)
    return call, lambda: peak.megabytes_beyond(4 * 4 * parameters)
