import RecurrentFormats
import RecurrentInterchange
import RecurrentTraining

/// What became of every tensor of a conversion, a row for each.
struct AuditTable {
  private let audit: ConversionAudit

  init(_ audit: ConversionAudit) { self.audit = audit }

  /// The table, each line ending in a newline.
  func text(on terminal: Terminal) -> String {
    var table = TextTable(["from", "to", "shape", ""], alignments: [.left, .left, .left, .left])
    for entry in audit.entries {
      table.append([
        entry.sources.map { $0.printable() }.joined(separator: " + "), entry.target?.printable() ?? "",
        "\(entry.shape)", entry.verdict.text,
      ])
    }
    return table.text(on: terminal)
  }

  /// The same as a list of objects.
  var json: JSONValue {
    .array(
      audit.entries.map { entry in
        var object: JSONObject = [
          "from": .array(entry.sources.map { .string($0) }), "to": entry.target.map { .string($0) } ?? .null,
          "shape": .array(entry.shape.map { .integer($0) }), "verdict": .string(entry.verdict.word),
        ]
        switch entry.verdict {
        case .taken(let actions): object["actions"] = .array(actions.map { .string($0.text) })
        case .wrongShape(let expected): object["expected"] = .array(expected.map { .integer($0) })
        case .skipped(let reason): object["reason"] = .string(reason)
        case .unused, .missing: break
        }
        return .object(object)
      })
  }
}

extension ConversionAudit.Verdict {
  fileprivate var word: String {
    switch self {
    case .taken: "taken"
    case .unused: "unused"
    case .missing: "missing"
    case .wrongShape: "wrong shape"
    case .skipped: "skipped"
    }
  }

  fileprivate var text: String {
    switch self {
    case .taken(let actions): actions.isEmpty ? "as it is" : actions.map(\.text).joined(separator: ", ")
    case .unused, .missing: word
    case .wrongShape(let expected): "wrong shape, \(expected) is needed"
    case .skipped(let reason): "skipped: \(reason)"
    }
  }
}

extension ConversionAudit.Action {
  fileprivate var text: String {
    switch self {
    case .permuted: "permuted"
    case .split: "split"
    case .joined: "joined"
    case .summed: "summed"
    case .negated: "signs changed"
    case .converted(let type): "converted from \(type)"
    case .filled: "filled with zeros"
    }
  }
}
