import RecurrentFormats
import RecurrentInterchange
import RecurrentTraining

/// What `info FILE` tells of a file of another system.
struct ExplanationText {
  private let explanation: FileExplanation

  init(_ explanation: FileExplanation) { self.explanation = explanation }

  /// Products of sizes from files may be too large for any number.
  private var elementCount: Int? {
    explanation.tensors.reduce(0) { (sum: Int?, tensor) in
      var product = 1
      for size in tensor.shape {
        let (next, overflow) = product.multipliedReportingOverflow(by: size)
        if overflow { return nil }
        product = next
      }
      guard let sum else { return nil }
      let (total, overflow) = sum.addingReportingOverflow(product)
      return overflow ? nil : total
    }
  }

  /// The text for people.
  func text(on terminal: Terminal) -> String {
    var text = "\(explanation.path.printable(limit: 400)): \(explanation.title)\n"
    if !explanation.facts.isEmpty {
      var table = TextTable(["file", ""], alignments: [.left, .left])
      for (key, value) in explanation.facts { table.append([key.titled.printable(), value.plainText]) }
      text += "\n" + table.text(on: terminal)
    }
    if !explanation.layers.isEmpty {
      text += "\nlayers\n" + explanation.layers.map { "  \($0.printable(limit: 400))\n" }.joined()
    }
    var table = TextTable(["tensor", "type", "shape"], alignments: [.left, .left, .left])
    for tensor in explanation.tensors { table.append([tensor.name.printable(), tensor.type, "\(tensor.shape)"]) }
    table.append(["all", "", elementCount.map { "\($0) numbers" } ?? ""])
    return text + "\n" + table.text(on: terminal)
  }

  /// The same as one object.
  var json: JSONValue {
    var object: JSONObject = [
      "format": .string(explanation.format), "path": .string(explanation.path),
      "file": .object(explanation.facts), "layers": .array(explanation.layers.map { .string($0) }),
    ]
    object["numbers"] = elementCount.map { .integer($0) }
    object["tensors"] = .array(
      explanation.tensors.map { tensor in
        [
          "name": .string(tensor.name), "type": .string(tensor.type),
          "shape": .array(tensor.shape.map { .integer($0) }),
        ]
      })
    return .object(object)
  }
}
