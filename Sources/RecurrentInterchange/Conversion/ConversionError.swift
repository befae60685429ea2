import RecurrentFormats
public import RecurrentTraining

/// A conversion that cannot be made, or whose result is not what it was made from.
public enum ConversionError: DescribedFailure, Hashable {
  /// The input is of no known format.
  case unrecognized(path: String, isFolder: Bool, known: [String])
  /// A word names no format.
  case unknownFormat(String, known: [String])
  /// The name of the output tells no format.
  case unnamed(path: String, suffixes: [String])
  /// Something stands where the output is to be.
  case exists(path: String, isReplaceable: Bool)
  /// Input and output are one.
  case ontoItself(path: String)
  /// A layout was given for a format that needs none.
  case needlessLayout(format: String)
  /// Tensors of the input are left over, missing, or of another shape.
  case unexplained(path: String, audit: ConversionAudit)
  /// The network has no input that could be tried.
  case untested(path: String, reason: String)
  /// Input and output compute different things.
  case differs(path: String, OutputDifference)

  /// One line: what, where, and the mend.
  public var description: String {
    switch self {
    case .unrecognized(let path, let isFolder, let known):
      "\(path.printable(limit: 400)): this \(isFolder ? "folder" : "file") is none of those known: \(known.joined(separator: ", ")); "
        + "name its format with --from if it is one"
    case .unknownFormat(let name, let known):
      "there is no format '\(name.printable())'; choose one of \(known.joined(separator: ", "))"
        + Suggestion.clause(for: name, among: known)
    case .unnamed(let path, let suffixes):
      "\(path.printable(limit: 400)): the name does not tell a format; let it end in \(suffixes.joined(separator: ", ")) or name a "
        + "folder, or choose with --to"
    case .exists(let path, let isReplaceable):
      "\(path.printable(limit: 400)): it is there already; "
        + (isReplaceable ? "choose another name, or add --overwrite" : "it is no model, so choose another name")
    case .ontoItself(let path):
      "\(path.printable(limit: 400)): input and output are one; choose another name for the output"
    case .needlessLayout(let format): "files of the format \(format) tell their layers themselves; leave --layout out"
    case .unexplained(let path, let audit): Self.text(path, audit.unexplained)
    case .untested(let path, let reason): "\(path.printable(limit: 400)): the network cannot be tried: \(reason)"
    case .differs(let path, let difference):
      "\(path.printable(limit: 400)): it would compute other numbers than what it was made from: \(difference); nothing was written, "
        + "please report this with the input"
    }
  }

  /// The exit code.
  public var exitStatus: ExitStatus {
    switch self {
    case .unknownFormat, .unnamed, .needlessLayout, .ontoItself: .usage
    case .exists: .cannotCreate
    case .unrecognized, .unexplained, .untested: .badData
    case .differs: .failure
    }
  }

  private static func text(_ path: String, _ entries: [ConversionAudit.Entry]) -> String {
    let shown = entries.prefix(8).map { entry in
      let name = (entry.sources.first ?? entry.target ?? "").printable()
      return switch entry.verdict {
      case .missing: "'\(name)' is missing" + (entry.shape.isEmpty ? "" : ", \(entry.shape) is needed")
      case .wrongShape(let expected): "'\(name)' is \(entry.shape) where \(expected) is needed"
      default: "'\(name)' \(entry.shape) has no place"
      }
    }
    let onlyUnused = entries.allSatisfy { $0.verdict == .unused }
    return "\(path.printable(limit: 400)): \(shown.joined(separator: "; "))"
      + (entries.count > shown.count ? "; … (\(entries.count) in all)" : "")
      + (onlyUnused
        ? "; name a layer for it in --layout, or leave it behind with --allow-unused" : "; check --layout and the file")
  }
}
