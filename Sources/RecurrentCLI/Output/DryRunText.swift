import RecurrentTasks
import RecurrentTensor
import RecurrentTraining

/// What a dry run has found, as text for people.
struct DryRunText {
  private let found: DryRun

  init(_ found: DryRun) { self.found = found }

  /// Tables of shapes, parameters and memory, and a line on time.
  func text(on terminal: Terminal) -> String {
    [batch, parameters, memory].map { $0.text(on: terminal) + "\n" }.joined() + time
  }

  private var batch: TextTable {
    var table = TextTable(["largest of \(found.batchCount) batches", "", "shape"], alignments: [.left, .left, .left])
    for (kind, parts) in [
      ("input", found.batch.inputs), ("target", found.batch.targets), ("output", found.batch.outputs),
    ] {
      for part in parts { table.append([kind, part.name, "\(part.shape)"]) }
    }
    return table
  }

  private var parameters: TextTable {
    var table = TextTable(["parameters", ""])
    for (part, count) in found.parameters { table.append([part, String(count)]) }
    table.append(["all", String(found.parameterCount)])
    return table
  }

  private var memory: TextTable {
    var table = TextTable(["memory at its peak, about", ""])
    for part in MemoryEstimate.Part.allCases { table.append([part.rawValue, NumberText.bytes(found.memory[part])]) }
    table.append(["all", NumberText.bytes(found.memory.total)])
    if let limit = found.limit { table.append(["limit", NumberText.bytes(limit.byteCount)]) }
    return table
  }

  private var time: String {
    "loss of this batch \(NumberText.significant(found.loss)); a step on it takes \(seconds(found.batchSeconds)), the steps "
      + "of an epoch about \(seconds(found.epochSeconds))\n"
  }

  private func seconds(_ value: Double) -> String { NumberText.significant(value, digits: 3) + " s" }
}
