#!/usr/bin/env python3
"""Golden values of recurrent layers: outputs, last states and gradients.

    .peers/bin/python Tests/Fixtures/layers/make.py

Inputs are exact in float32. Results are computed in double and rounded to float32 once, so our float32 is compared with
the true value. lstm, gru and rnn come from torch.nn; equations holds what torch.nn lacks (GRU with reset before, Elman
with leaky ReLU, sigmoid and identity, rows of length 0), from the equations written out in equations.py, which must
agree with torch.nn on every case of the other files before anything is written.

Keys are described in ../README.md.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

import equations  # noqa: E402
from fixtures import Fixture, Values, tolerance_used  # noqa: E402

GATES = {"lstm": 4, "gru": 3, "gru_before": 3}
FORWARD = ("output", "h_n", "c_n")


@dataclass(frozen=True)
class Case:
    cell: str
    layers: int
    directions: int
    biases: int
    inputs: int
    hidden: int
    batch: int
    steps: int
    lengths: str  # full, ragged (1...T) or empty (ragged, the first row of length 0)
    states: str  # zero (none given) or given

    @property
    def name(self) -> str:
        direction = "bi" if self.directions == 2 else "uni"
        return (
            f"{self.cell}-l{self.layers}-{direction}-bias{self.biases}-i{self.inputs}-h{self.hidden}"
            f"-n{self.batch}-t{self.steps}-{self.lengths}-{self.states}"
        )


# layers, directions, biases, I, H, N, T, lengths, states
TORCH_SHAPES = [
    (1, 1, 2, 3, 5, 1, 1, "full", "zero"),
    (1, 1, 2, 1, 1, 1, 12, "full", "given"),
    (1, 1, 2, 3, 6, 1, 12, "full", "zero"),
    (1, 1, 0, 3, 5, 4, 7, "ragged", "zero"),
    (1, 1, 1, 5, 16, 2, 5, "full", "given"),
    (1, 1, 2, 8, 16, 5, 12, "ragged", "given"),
    (1, 1, 2, 5, 33, 3, 9, "ragged", "given"),
    (1, 2, 2, 1, 1, 3, 1, "full", "given"),
    (1, 2, 2, 3, 5, 4, 7, "ragged", "given"),
    (1, 2, 0, 8, 16, 2, 10, "full", "zero"),
    (1, 2, 1, 3, 5, 3, 6, "ragged", "zero"),
    (2, 1, 2, 3, 6, 1, 12, "full", "zero"),
    (2, 1, 2, 8, 16, 5, 8, "ragged", "given"),
    (2, 2, 2, 3, 5, 4, 7, "ragged", "given"),
    (3, 1, 0, 1, 2, 2, 11, "ragged", "given"),
    (3, 1, 2, 3, 5, 5, 12, "ragged", "zero"),
    (3, 2, 2, 5, 7, 3, 10, "ragged", "given"),
]
BEFORE_SHAPES = [shape for shape in TORCH_SHAPES if shape[4] != 6]
ELMAN_SHAPES = [
    (1, 1, 2, 3, 5, 4, 7, "ragged", "given"),
    (1, 1, 0, 5, 33, 2, 6, "full", "zero"),
    (1, 2, 1, 8, 16, 3, 5, "ragged", "given"),
    (2, 2, 2, 3, 5, 4, 9, "ragged", "given"),
]
EMPTY_SHAPES = [
    (1, 1, 2, 3, 5, 3, 4, "empty", "zero"),
    (2, 2, 2, 3, 5, 4, 7, "empty", "given"),
]

FILES = {
    "lstm": (["lstm"], TORCH_SHAPES),
    "gru": (["gru"], TORCH_SHAPES),
    "rnn": (["rnn_tanh", "rnn_relu"], TORCH_SHAPES),
}
EQUATION_CASES = (
    [Case("gru_before", *shape) for shape in BEFORE_SHAPES]
    + [Case(cell, *shape) for cell in ("rnn_leaky", "rnn_sigmoid", "rnn_identity") for shape in ELMAN_SHAPES]
    + [Case(cell, *shape) for cell in ("lstm", "gru", "gru_before", "rnn_tanh") for shape in EMPTY_SHAPES]
)


def draw(case: Case):
    """Arguments (what is differentiated), lengths and upstream gradients of a case."""
    values = Values(case.name)
    rows = case.layers * case.directions
    outputs = case.directions * case.hidden
    bound = 1.2 / case.hidden**0.5
    arguments = {"x": values.normal(case.steps, case.batch, case.inputs)}
    upstream = {"output": values.normal(case.steps, case.batch, outputs)}
    for state in "hc" if case.cell == "lstm" else "h":
        upstream[f"{state}_n"] = values.normal(rows, case.batch, case.hidden)
        if case.states == "given":
            arguments[f"{state}0"] = values.normal(rows, case.batch, case.hidden, scale=0.7)
    width = GATES.get(case.cell, 1) * case.hidden
    for row in range(rows):
        layer, reverse = divmod(row, case.directions)
        suffix = f"l{layer}" + ("_reverse" if reverse else "")
        fan_in = case.inputs if layer == 0 else outputs
        arguments[f"weight_ih_{suffix}"] = values.uniform(-bound, bound, width, fan_in)
        arguments[f"weight_hh_{suffix}"] = values.uniform(-bound, bound, width, case.hidden)
        for bias in ("bias_ih", "bias_hh")[: case.biases]:
            arguments[f"{bias}_{suffix}"] = values.uniform(-0.6, 0.6, width)
    lengths = torch.full((case.batch,), case.steps)
    if case.lengths != "full":
        lengths = values.integers(1, case.steps + 1, case.batch)
    if case.lengths == "empty":
        lengths[0] = 0
    return arguments, lengths, upstream


def initial_states(case: Case, arguments):
    zero = torch.zeros(case.layers * case.directions, case.batch, case.hidden, dtype=arguments["x"].dtype)
    return arguments.get("h0", zero), arguments.get("c0", zero)


def run_torch(case: Case, arguments, lengths):
    options = {"nonlinearity": case.cell.removeprefix("rnn_")} if case.cell.startswith("rnn") else {}
    kind = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}.get(case.cell, torch.nn.RNN)
    module = kind(
        case.inputs,
        case.hidden,
        case.layers,
        bias=case.biases > 0,
        bidirectional=case.directions == 2,
        dtype=arguments["x"].dtype,
        **options,
    )
    # With one bias, the recurrent one is 0. The cell differentiates through the given tensors, not through its own.
    parameters = {
        name: arguments.get(name, torch.zeros_like(parameter)) for name, parameter in module.named_parameters()
    }
    packed = case.lengths != "full"
    x = arguments["x"]
    states = None
    if case.states == "given":
        states = (arguments["h0"], arguments["c0"]) if case.cell == "lstm" else arguments["h0"]
    inputs = pack_padded_sequence(x, lengths, enforce_sorted=False) if packed else x
    output, last = torch.func.functional_call(module, parameters, (inputs, states))
    if packed:
        output, _ = pad_packed_sequence(output, total_length=case.steps)
    return (output, *last) if case.cell == "lstm" else (output, last)


def run_equations(case: Case, arguments, lengths):
    h0, c0 = initial_states(case, arguments)
    output, h_n, c_n, closest = equations.stack(
        case.cell, case.layers, case.directions, arguments, arguments["x"], lengths, h0, c0
    )
    # Nearer to the kink, a rounding of float32 could take the other branch.
    assert closest > 2e-6, f"{case.name}: {closest} from the kink; reshape the case"
    return (output, h_n, c_n) if case.cell == "lstm" else (output, h_n)


def evaluate(run, case: Case, element=torch.float64):
    """Results by name: the outputs, and under grad/ the gradients of the sum of every output times its upstream."""
    arguments, lengths, upstream = draw(case)
    arguments = {name: value.to(element).requires_grad_() for name, value in arguments.items()}
    outputs = dict(zip(FORWARD, run(case, arguments, lengths)))
    objective = sum((outputs[name] * weight.to(element)).sum() for name, weight in upstream.items())
    gradients = torch.autograd.grad(objective, list(arguments.values()))
    for name, gradient in zip(arguments, gradients):
        unused = name.startswith("weight_hh") and case.steps == 1 and case.states == "zero"
        assert gradient.any() != unused, f"{case.name}: the gradient of {name} tests nothing; reshape the case"
    return outputs | {f"grad/{name}": gradient for name, gradient in zip(arguments, gradients)}


def compare(case: Case, measured, truth, forward, gradient) -> float:
    assert measured.keys() == truth.keys(), case.name
    return max(
        tolerance_used(measured[name], truth[name], *(gradient if name.startswith("grad/") else forward))
        for name in truth
    )


def add(fixture: Fixture, case: Case, results) -> None:
    arguments, lengths, upstream = draw(case)
    fixture.add(f"{case.name}/lengths", lengths)
    for name, value in arguments.items():
        fixture.add(f"{case.name}/{name}", value)
    for name, value in upstream.items():
        fixture.add(f"{case.name}/upstream/{name}", value)
    for name, value in results.items():
        fixture.add(f"{case.name}/{name}", value)


def check_reset_before() -> None:
    """With a diagonal R_n and no d_n the two kinds of GRU are the same function, and otherwise they are not."""
    case = Case("gru", 1, 1, 2, 3, 5, 4, 7, "ragged", "given")
    arguments, lengths, _ = draw(case)
    before = Case("gru_before", *list(vars(case).values())[1:])
    different = (run_torch(case, arguments, lengths)[0] - run_equations(before, arguments, lengths)[0]).abs().max()
    arguments["weight_hh_l0"][10:] = torch.diag(arguments["weight_hh_l0"][10:].diagonal())
    arguments["bias_hh_l0"][10:] = 0
    same = (run_torch(case, arguments, lengths)[0] - run_equations(before, arguments, lengths)[0]).abs().max()
    assert different > 1e-2 and same < 1e-14, (different, same)


def check_single(run, case: Case, truth) -> float:
    """PyTorch's own float32 must keep to the tolerance that is asked of ours."""
    used = compare(case, evaluate(run, case, torch.float32), truth, (1e-6, 1e-5), (1e-5, 1e-4))
    assert used < 1, f"{case.name}: float32 uses {used:.2g} of the tolerance"
    return used


def check_equations(case: Case, truth) -> float:
    used = compare(case, evaluate(run_equations, case), truth, (1e-12, 1e-12), (1e-12, 1e-12))
    assert used < 1, f"{case.name}: equations.py is {used:.2g} of the tolerance from torch.nn"
    return used


def build(file: str, source: str, run, cases) -> Fixture:
    fixture = Fixture(FOLDER / f"{file}.safetensors", f"{source} in double, rounded to float32")
    single = repeated = 0.0
    for case in cases:
        truth = evaluate(run, case)
        single = max(single, check_single(run, case, truth))
        if run is not run_equations:
            repeated = max(repeated, check_equations(case, truth))
        add(fixture, case, truth)
    print(f"{file}: {len(cases)} cases from {source}")
    print(f"  PyTorch in float32 uses {single:.2g} of 1e-6 + 1e-5 |b| forward, 1e-5 + 1e-4 |b| in gradients")
    if run is not run_equations:
        print(f"  equations.py uses {repeated:.2g} of 1e-12 + 1e-12 |b|")
    return fixture


def main() -> None:
    torch.set_num_threads(1)
    check_reset_before()
    fixtures = [
        build(file, "torch.nn", run_torch, [Case(cell, *shape) for cell in cells for shape in shapes])
        for file, (cells, shapes) in FILES.items()
    ]
    fixtures.append(build("equations", "written-out equations", run_equations, EQUATION_CASES))
    for fixture in fixtures:
        fixture.write()


if __name__ == "__main__":
    main()
