"""What the rows say: geometric means, the Markdown tables, and what has become slower since the last record."""
import math

from .recording import row_key
from .shapes import STANDARD, operations, shape_name

# A difference that counts, in comparisons with the last record.
NOTABLE = 0.05


def geometric_mean(values):
    values = list(values)
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def rounded(value, digits=3):
    return None if value is None else round(value, digits)


def summaries(rows):
    """For each mode and number of threads: geometric means of the ratios to the best peer, and the slowest row."""
    result = []
    layers = [row for row in rows if "cell" in row and "ratio" in row]
    for threads, mode in sorted({(row["threads"], row["mode"]) for row in layers}):
        chosen = [row for row in layers if (row["threads"], row["mode"]) == (threads, mode)]
        slowest = min(chosen, key=lambda row: row["ratio"])
        standard = [row["ratio"] for row in chosen if tuple(row["shape"]) in STANDARD]
        result.append({
            "threads": threads, "mode": mode, "rows": len(chosen),
            "geometric_mean": rounded(geometric_mean(row["ratio"] for row in chosen)),
            "geometric_mean_standard": rounded(geometric_mean(standard)), "standard_rows": len(standard),
            "slowest": slowest["ratio"], "slowest_row": f"{slowest['cell']} {shape_name(slowest['shape'])}"})
    return result


def threads_text(threads):
    return "1 thread" if threads == 1 else f"{threads} threads"


def time_text(milliseconds):
    for scale, unit in ((1e3, "us"), (1, "ms")):
        if milliseconds * scale < 1000:
            return f"{milliseconds * scale:.3g} {unit}"
    return f"{milliseconds / 1e3:.3g} s"


def layer_line(row):
    ours = row["contenders"].get("recurrent")
    best = row["contenders"].get(row.get("best_peer"))
    if not ours:
        return f"| {shape_name(row['shape'])} | {row['cell']} | {row['failed'].get('recurrent', '-')} | | | | | |"
    rate = operations(row["cell"], row["shape"], row["mode"]) / ours["ms"] / 1e6
    others = [f"{name} {time_text(c['ms'])}" for name, c in row["contenders"].items()
              if name not in ("recurrent", row.get("best_peer")) and name not in row["dropped"]]
    others += [f"{name} {factor:.1f}x slower" for name, factor in row["dropped"].items()]
    best_text = f"{row['best_peer']} {time_text(best['ms'])}" if best else "-"
    ratio = f"**{row['ratio']:.2f}**" if best else "-"
    spread = f"{ours['spread']:.1%} / {best['spread']:.1%}" if best else f"{ours['spread']:.1%}"
    return (f"| {shape_name(row['shape'])} | {row['cell']} | {time_text(ours['ms'])} | {rate:.1f} | {best_text} | {ratio} | "
            f"{spread} | {', '.join(others)} |")


def step_line(row):
    ours, theirs = row["contenders"].get("recurrent"), row["contenders"].get("torch")

    def cell(contender, text):
        return text(contender) if contender else "-"

    def memory(contender):
        return f"{contender['memory_mb']:.1f} MB" if "memory_mb" in contender else "-"
    ratio = f"**{row['ratio']:.2f}**" if "ratio" in row else "-"
    return (f"| {row['step']} | {row['threads']} | {cell(ours, lambda c: time_text(c['ms']))} | "
            f"{cell(theirs, lambda c: time_text(c['ms']))} | {ratio} | {cell(ours, memory)} | {cell(theirs, memory)} |")


def markdown(record):
    """The whole comparison."""
    versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
    lines = ["# Recurrent layers against other frameworks", "",
             f"{record['processor']}. Commit {record['commit']}, {record['date']}. {versions}.", ""]
    for machine in record["machines"]:
        reading = ", ".join(f"{name} {speed['all_threads']}" for name, speed in machine["read_gb_per_s"].items())
        lines.append(f"- {threads_text(machine['threads'])}: peak {machine['peak_gflops_per_core']} GFLOP/s a core "
                     f"({machine['instruction_set']}); reading, GB/s: {reading}.")
    if record["absent"]:
        lines.append("- Left out: " + "; ".join(f"{name} ({reason})" for name, reason in record["absent"].items()) + ".")
    lines += ["", "Times are medians of alternating rounds. A ratio above 1 means that this library is faster than the best "
              "peer. The spread, ours / theirs, is the distance of the slowest and the fastest round. Peers more than 1.6 "
              "times slower than the best one in the first round, or twice in an earlier run, are left out of the others.", ""]
    lines += ["| threads | mode | geometric mean, 12 shapes | all | slowest |", "|---:|---|---:|---:|---|"]
    for s in summaries(record["rows"]):
        standard = f"{s['geometric_mean_standard']:.2f}" if s["standard_rows"] else "-"
        lines.append(f"| {s['threads']} | {s['mode']} | {standard} ({s['standard_rows']} rows) | {s['geometric_mean']:.2f} "
                     f"({s['rows']} rows) | {s['slowest']:.2f} ({s['slowest_row']}) |")
    layers = [row for row in record["rows"] if "cell" in row]
    for threads, mode in sorted({(row["threads"], row["mode"]) for row in layers}):
        title = "forward" if mode == "infer" else "forward and backward"
        lines += ["", f"## {title}, {threads_text(threads)}", "",
                  "| shape | cell | recurrent | GFLOP/s | best peer | ratio | spread | others |",
                  "|---|---|---:|---:|---:|---:|---:|---|"]
        lines += [layer_line(row) for row in layers if (row["threads"], row["mode"]) == (threads, mode)]
    steps = [row for row in record["rows"] if "step" in row]
    if steps:
        lines += ["", "## Whole training steps", "", "Memory is what is resident beyond weights, gradients and moments.", "",
                  "| step | threads | recurrent | PyTorch | ratio | memory | PyTorch's |", "|---|---:|---:|---:|---:|---:|---:|"]
        lines += [step_line(row) for row in steps]
    return "\n".join(lines) + "\n"


def row_name(row):
    problem = row["step"] if "step" in row else f"{row['cell']} {shape_name(row['shape'])} {row['mode']}"
    return f"{problem}, {threads_text(row['threads'])}"


def compared(record, last):
    """Lines that say which rows have become slower, or faster, than in the last record."""
    if not last:
        return ["no earlier record to compare with"]
    lines = []
    if last["processor"] != record["processor"]:
        lines.append(f"the last record is of another machine ({last['processor']})")
    before = {row_key(row): row for row in last["rows"]}
    changes = []
    for row in record["rows"]:
        known = before.get(row_key(row), {}).get("contenders", {}).get("recurrent")
        ours = row["contenders"].get("recurrent")
        if known and ours:
            changes.append((ours["ms"] / known["ms"] - 1, row))
    slower = sorted((c for c in changes if c[0] > NOTABLE), key=lambda c: -c[0])
    faster = sum(change < -NOTABLE for change, _ in changes)
    lines.append(f"against the record of {last['commit']}: of {len(changes)} rows, {len(slower)} slower and {faster} faster by "
                 f"more than {NOTABLE:.0%}")
    lines += [f"  {change:+.1%}  {row_name(row)}" for change, row in slower]
    return lines
