#!/usr/bin/env python3
"""Golden values of structures: networks assembled from modules of torch.nn, and a Keras layer with a step mask.

    .peers/bin/python Tests/Fixtures/structures/make.py

Made with PyTorch 2.13.0, Keras 3 on TensorFlow, NumPy and safetensors as the metadata of the file says. Inputs and
weights are exact in float32; results are computed in double and rounded to float32 once.

Keys: `case/x` and `case/<path of a parameter in our model>` are the arguments, `case/y` the result, `case/upstream/y`
the gradient that flows into it, `case/grad/…` the gradients. Other results of a case have names of their own.
"""

import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import torch  # noqa: E402
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence  # noqa: E402

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from fixtures import Fixture, Values  # noqa: E402

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


class Case:
    """One network: its arguments by the path that they have in our model, and the values drawn for them."""

    def __init__(self, fixture: Fixture, name: str):
        self.fixture = fixture
        self.name = name
        self.values = Values(name)
        self.arguments: dict[str, torch.Tensor] = {}

    def argument(self, path: str, *shape: int, scale: float = 0.6) -> torch.Tensor:
        value = self.values.normal(*shape, scale=scale).requires_grad_()
        self.arguments[path] = value
        return value

    def linear(self, path: str, inputs: int, outputs: int, bias: bool = True):
        weight = self.argument(f"{path}.weight", outputs, inputs)
        offset = self.argument(f"{path}.bias", outputs) if bias else None
        return lambda x: torch.nn.functional.linear(x, weight, offset)

    def recurrent(self, kind: str, path: str, inputs: int, hidden: int, directions: int = 1, suffix: str = ""):
        """A torch.nn layer whose weights are arguments; gives a function (x, lengths, state) -> (outputs, state)."""
        gates = {"LSTM": 4, "GRU": 3}[kind]
        module = getattr(torch.nn, kind)(inputs, hidden, bidirectional=directions == 2)
        weights = {}
        for direction in ["", "_reverse"][:directions]:
            shapes = {"weight_ih": (gates * hidden, inputs), "weight_hh": (gates * hidden, hidden)}
            shapes |= {"bias_ih": (gates * hidden,), "bias_hh": (gates * hidden,)}
            for name, shape in shapes.items():
                weights[f"{name}_l0{direction}"] = self.argument(f"{path}{name}{suffix}{direction}", *shape)

        def run(x, lengths=None, state=None):
            arguments = (x,) if state is None else (x, state)
            if lengths is None:
                return torch.func.functional_call(module, weights, arguments)
            packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
            outputs, last = torch.func.functional_call(module, weights, (packed, *arguments[1:]))
            return pad_packed_sequence(outputs, total_length=x.shape[0])[0], last

        return run

    def add(self, name: str, value: torch.Tensor) -> None:
        self.fixture.add(f"{self.name}/{name}", value)

    def finish(self, y: torch.Tensor) -> None:
        upstream = self.values.normal(*y.shape)
        gradients = torch.autograd.grad((y * upstream).sum(), list(self.arguments.values()))
        for (path, value), gradient in zip(self.arguments.items(), gradients):
            self.add(path, value)
            self.add(f"grad/{path}", gradient)
        self.add("y", y)
        self.add("upstream/y", upstream)


def padding_mask(lengths: torch.Tensor, steps: int) -> torch.Tensor:
    return (torch.arange(steps)[:, None] < lengths[None])[..., None]


def skips(fixture: Fixture) -> None:
    """Residual with projection, residual, highway: three layers of different kinds."""
    case = Case(fixture, "skips")
    lengths = torch.tensor([5, 2, 4])
    x = case.argument("x", 5, 3, 3)
    mask = padding_mask(lengths, 5)
    first = case.recurrent("GRU", "layers.0.layer.", 3, 4)
    project = case.linear("layers.0.projection", 3, 4, bias=False)
    second = case.recurrent("LSTM", "layers.1.layer.", 4, 4)
    third = case.recurrent("GRU", "layers.2.layer.", 4, 4)
    gate = case.linear("layers.2.gate", 4, 4)
    a = first(x, lengths)[0] + project(x * mask)
    b = second(a, lengths)[0] + a
    t = torch.sigmoid(gate(b))
    case.add("lengths", lengths)
    case.finish(t * third(b, lengths)[0] + (1 - t) * b)


def pooling(fixture: Fixture, kind: str) -> None:
    """A bidirectional LSTM whose outputs are pooled over the real steps."""
    case = Case(fixture, f"pooled-{kind}")
    lengths = torch.tensor([5, 1, 3, 4])
    x = case.argument("x", 5, 4, 3)
    layer = case.recurrent("LSTM", "layer.", 3, 4, directions=2, suffix="_l0")
    head = case.linear("head", 8, 2)
    outputs, (hidden, _) = layer(x, lengths)
    mask = padding_mask(lengths, 5)
    if kind == "last":
        pooled = torch.cat([hidden[0], hidden[1]], dim=1)
    elif kind == "mean":
        pooled = (outputs * mask).sum(0) / lengths[:, None]
    else:
        pooled = outputs.masked_fill(~mask, -torch.inf).max(0).values
    case.add("lengths", lengths)
    case.finish(head(pooled))


def look(scores: torch.Tensor, states: torch.Tensor, lengths: torch.Tensor):
    """Scores [N, T] of one query for each row; the mean of the real states [T, N, C] and the weights."""
    real = torch.arange(states.shape[0])[None] < lengths[:, None]
    weights = torch.softmax(scores.masked_fill(~real, -torch.inf), dim=1)
    return torch.einsum("nt,tnc->nc", weights, states), weights


def attention_pooling(fixture: Fixture) -> None:
    """A bidirectional LSTM whose outputs are matched with a learned query."""
    case = Case(fixture, "pooled-attention")
    lengths = torch.tensor([5, 1, 3, 4])
    x = case.argument("x", 5, 4, 3)
    layer = case.recurrent("LSTM", "layer.", 3, 4, directions=2, suffix="_l0")
    query_map = case.linear("pooling.attention.query_projection", 3, 5, bias=False)
    key_map = case.linear("pooling.attention.key_projection", 8, 5)
    weight = case.argument("pooling.attention.weight", 5)
    query = case.argument("pooling.query", 3)
    head = case.linear("head", 8, 2)
    outputs, _ = layer(x, lengths)
    scores = (torch.tanh(query_map(query) + key_map(outputs)) @ weight).T
    context, weights = look(scores, outputs, lengths)
    case.add("lengths", lengths)
    case.add("weights", weights)
    case.finish(head(context))


def attention_decoder(fixture: Fixture, order: str) -> None:
    """A GRU reads; a network that looks back at its outputs writes symbols, step by step."""
    case = Case(fixture, f"attention-{order}")
    lengths = torch.tensor([4, 1, 3])
    target_lengths = torch.tensor([5, 2, 4])
    targets = case.values.integers(1, 6, 5, 3)
    x = case.argument("x", 4, 3, 3)
    encoder = case.recurrent("GRU", "encoder.", 3, 4, suffix="_l0")
    kind, hidden = ("GRU", 4) if order == "before-step" else ("LSTM", 5)
    bridges = [case.linear(f"decoder.bridge.maps.{part}", 4, hidden) for part in range(1 if kind == "GRU" else 2)]
    embedding = case.argument("decoder.feed.embedding.weight", 6, 2)
    path = "decoder.attention."
    if order == "after-step":
        key_map = case.linear(path + "key_projection", 4, hidden, bias=False)
    else:
        query_map = case.linear(path + "query_projection", hidden, 3, bias=False)
        key_map = case.linear(path + "key_projection", 4, 3, bias=False)
        weight = case.argument(path + "weight", 3)
    joined = 4 + hidden
    attentional_size = joined if order == "before-step" else 3
    seen_size = {"before-step": 4, "after-step": 0, "after-step-with-feeding": attentional_size}[order]
    layer = case.recurrent(kind, "decoder.layer.", 2 + seen_size, hidden, suffix="_l0")
    combination = None if order == "before-step" else case.linear("decoder.combination", joined, attentional_size)
    readout = case.linear("decoder.readout", attentional_size, 6)

    states, last = encoder(x, lengths)
    keys = key_map(states)

    def attend(query):
        if order == "after-step":
            scores = torch.einsum("nq,tnq->nt", query, keys)
        else:
            scores = (torch.tanh(query_map(query) + keys) @ weight).T
        return look(scores, states, lengths)

    def first():
        parts = tuple(torch.tanh(bridge(last[0]))[None] for bridge in bridges)
        return parts[0] if kind == "GRU" else parts

    def step(symbols, state, attentional):
        fed = embedding[symbols]
        if order == "before-step":
            context, weights = attend(state[0])
            output, state = layer(torch.cat([fed, context], dim=1)[None], None, state)
        else:
            seen = [attentional] if order == "after-step-with-feeding" else []
            output, state = layer(torch.cat([fed, *seen], dim=1)[None], None, state)
            context, weights = attend(output[0])
        attentional = torch.cat([context, output[0]], dim=1)
        if combination:
            attentional = torch.tanh(combination(attentional))
        return readout(attentional), weights, state, attentional

    start, zeros = torch.zeros(3, dtype=torch.long), torch.zeros(3, attentional_size)
    fed = torch.cat([start[None], targets[:-1]])
    logits, looked, state, attentional = [], [], first(), zeros
    for symbols in fed:
        output, weights, state, attentional = step(symbols, state, attentional)
        logits.append(output)
        looked.append(weights)
    mask = padding_mask(target_lengths, 5)

    symbols, greedy, state, attentional = start, [], first(), zeros
    for _ in range(7):
        output, _, state, attentional = step(symbols, state, attentional)
        best = output.topk(2, dim=1)
        assert (best.values[:, 0] - best.values[:, 1]).min() > 1e-3, "greedy choices too close to compare"
        symbols = best.indices[:, 0]
        greedy.append(symbols)
    case.add("lengths", lengths)
    case.add("targets", targets)
    case.add("target_lengths", target_lengths)
    case.add("weights", torch.stack(looked) * mask)
    case.add("greedy", torch.stack(greedy))
    case.finish(torch.stack(logits) * mask)


def one_to_many(fixture: Fixture) -> None:
    """A vector as first state, through tanh(W c + b), and at the first step; the output is fed back."""
    case = Case(fixture, "one-to-many")
    context = case.argument("x", 3, 2)
    bridge = case.linear("bridge.maps.0", 2, 4)
    layer = case.recurrent("GRU", "layer.", 4, 4, suffix="_l0")
    readout = case.linear("readout", 4, 2)
    hidden = torch.tanh(bridge(context))[None]
    fed, outputs = torch.zeros(3, 2), []
    for step in range(6):
        seen = context if step == 0 else torch.zeros_like(context)
        output, hidden = layer(torch.cat([fed, seen], dim=1)[None], None, hidden)
        fed = readout(output[0])
        outputs.append(fed)
    case.finish(torch.stack(outputs))


def encoder_decoder(fixture: Fixture) -> None:
    """A GRU reads, an LSTM of another width writes; the context is its first state and stands at every step."""
    case = Case(fixture, "encoder-decoder")
    lengths = torch.tensor([4, 1, 3])
    target_lengths = [5, 2, 4]
    targets = case.values.integers(1, 6, 5, 3)
    x = case.argument("x", 4, 3, 3)
    encoder = case.recurrent("GRU", "encoder.", 3, 4, suffix="_l0")
    hidden_bridge = case.linear("decoder.bridge.maps.0", 4, 5)
    cell_bridge = case.linear("decoder.bridge.maps.1", 4, 5)
    embedding = case.argument("decoder.feed.embedding.weight", 6, 2)
    decoder = case.recurrent("LSTM", "decoder.layer.", 2 + 4, 5, suffix="_l0")
    readout = case.linear("decoder.readout", 5, 6)
    context = encoder(x, lengths)[1][0]
    first = (torch.tanh(hidden_bridge(context))[None], torch.tanh(cell_bridge(context))[None])

    start = torch.zeros(1, 3, dtype=torch.long)
    fed = torch.cat([start, targets[:-1]])
    inputs = torch.cat([embedding[fed], context.expand(5, -1, -1)], dim=2)
    logits = readout(decoder(inputs, None, first)[0]) * padding_mask(torch.tensor(target_lengths), 5)

    state, symbols, greedy = first, start[0], []
    for _ in range(7):
        output, state = decoder(torch.cat([embedding[symbols], context], dim=1)[None], None, state)
        best = readout(output[0]).topk(2, dim=1)
        assert (best.values[:, 0] - best.values[:, 1]).min() > 1e-3, "greedy choices too close to compare"
        symbols = best.indices[:, 0]
        greedy.append(symbols)
    case.add("lengths", lengths)
    case.add("targets", targets)
    case.add("target_lengths", torch.tensor(target_lengths))
    case.add("greedy", torch.stack(greedy))
    case.finish(logits)


def jordan(fixture: Fixture) -> None:
    """tanh units without a recurrence of their own; the output is joined to the next input."""
    case = Case(fixture, "jordan")
    x = case.argument("x", 6, 3, 2)
    weight = case.argument("cell.weight_ih_l0", 5, 4)
    bias = case.argument("cell.bias_l0", 5)
    out_weight = case.argument("readout.weight_l0", 2, 5)
    out_bias = case.argument("readout.bias_l0", 2)
    teacher = case.values.normal(6, 3, 2)

    def run(taught: bool) -> torch.Tensor:
        fed, outputs = torch.zeros(3, 2), []
        for step in range(6):
            hidden = torch.tanh(torch.cat([x[step], fed], dim=1) @ weight.T + bias)
            outputs.append(hidden @ out_weight.T + out_bias)
            fed = teacher[step] if taught else outputs[-1]
        return torch.stack(outputs)

    case.add("teacher", teacher)
    case.add("taught", run(taught=True))
    case.finish(run(taught=False))


def step_mask(fixture: Fixture) -> None:
    """Keras' LSTM over a batch whose mask has holes, a row masked at its start, and one that is masked throughout."""
    import keras

    keras.backend.set_floatx("float64")
    case = Case(fixture, "step-mask")
    x = case.argument("x", 6, 4, 3)
    mask = torch.tensor(
        [[1, 0, 0, 1], [0, 0, 0, 1], [1, 1, 0, 0], [1, 1, 0, 1], [0, 1, 0, 1], [1, 1, 0, 0]], dtype=torch.bool)
    weights = [case.argument("weight_ih_l0", 16, 3), case.argument("weight_hh_l0", 16, 4)]
    bias = case.argument("bias_ih_l0", 16)
    layer = keras.layers.LSTM(4, return_sequences=True, return_state=True, zero_output_for_mask=True)
    layer.build((4, 6, 3))
    layer.set_weights([w.detach().T.numpy() for w in weights] + [bias.detach().numpy()])
    outputs, hidden, cell = layer(x.detach().transpose(0, 1).numpy(), mask=mask.T.numpy())
    case.add("mask", mask.to(torch.int32))
    for path, value in case.arguments.items():
        case.add(path, value)
    case.add("y", torch.from_numpy(outputs.numpy()).transpose(0, 1))
    case.add("h", torch.from_numpy(hidden.numpy()))
    case.add("c", torch.from_numpy(cell.numpy()))
    fixture.source += f" and keras {keras.__version__}"


def main() -> None:
    fixture = Fixture(FOLDER / "structures.safetensors", "torch.nn")
    skips(fixture)
    for kind in ["last", "mean", "max"]:
        pooling(fixture, kind)
    one_to_many(fixture)
    encoder_decoder(fixture)
    attention_pooling(fixture)
    for order in ["before-step", "after-step", "after-step-with-feeding"]:
        attention_decoder(fixture, order)
    jordan(fixture)
    step_mask(fixture)
    fixture.write()


if __name__ == "__main__":
    main()
