#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import CMPIRuntime
import RecurrentFormats

/// An MPI library of this machine, opened while the program runs.
///
/// Building needs no MPI, and one program works with Open MPI, with MPICH and those that share its binary interface, and
/// with the standard interface of MPI 5.
public struct MPILibrary: @unchecked Sendable {
  // Unchecked: the table of functions behind `runtime` is filled before there is a value, and one thread makes all calls
  // of MPI.

  /// The name or path by which it was opened.
  public let path: String
  /// The form of its handles.
  public let family: Launcher.Family
  /// What it calls itself, on one line.
  public let version: String

  /// Lives as long as the process: what MPI has set up cannot be taken away below it.
  let runtime: OpaquePointer

  /// Opens the library at a path, or one that the loader finds by its name.
  private init(opening path: String) throws(Unusable) {
    let text = UnsafeMutablePointer<CChar>.allocate(capacity: Int(mpi_runtime_largest_text))
    defer { text.deallocate() }
    guard let runtime = mpi_runtime_open(path, text) else {
      let problem = String(cString: text)
      throw Unusable(problem: problem.hasPrefix(path + ": ") ? String(problem.dropFirst(path.count + 2)) : problem)
    }
    self.path = path
    self.runtime = runtime
    family = Launcher.Family(mpi_runtime_family(runtime))
    mpi_runtime_version(runtime, text)
    version = MPILibrary.firstLine(of: String(cString: text))
  }

  /// Why a library cannot be opened.
  private struct Unusable: Error {
    let problem: String
  }

  /// Opens the library that fits a launcher.
  ///
  /// - Parameters:
  ///   - launcher: What has started this process.
  ///   - environment: The variables of the process, among which `RECURRENT_MPI_LIBRARY` may name the library.
  /// - Throws: `CommunicationError.libraryNotFound`, `unusableLibrary`.
  public static func open(
    for launcher: Launcher, environment: [String: String]
  ) throws(CommunicationError) -> MPILibrary {
    if let path = environment[DistributionVariables.library], !path.isEmpty {
      do {
        return try MPILibrary(opening: path)
      } catch {
        throw .unusableLibrary(path: path, problem: error.problem)
      }
    }
    var problems: [String] = []
    for family in launcher.families {
      for name in family.libraryNames where !problems.contains(where: { $0.hasPrefix(name + ":") }) {
        do {
          let library = try MPILibrary(opening: name)
          if launcher.families.contains(library.family) { return library }
          problems.append("\(name): it is \(library.version)")
          mpi_runtime_close(library.runtime)
        } catch {
          problems.append("\(name): \(error.problem)")
        }
      }
    }
    throw .libraryNotFound(launcher, problems: problems)
  }

  /// The first library of each kind that this machine has, for whoever wants to know.
  public static func installed() -> [MPILibrary] {
    var found: [MPILibrary] = []
    for family in [Launcher.Family.openMPI, .mpich, .standard] {
      for name in family.libraryNames {
        guard let library = try? MPILibrary(opening: name) else { continue }
        if library.family == family {
          found.append(library)
          break
        }
        mpi_runtime_close(library.runtime)
      }
    }
    return found
  }

  /// `Open MPI v4.1.4` of a text with a comma after it, `MPICH Version: 4.0.2` of one that has many lines.
  static func firstLine(of text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).first ?? ""
    let words = line.prefix { $0 != "," }.split(whereSeparator: \.isWhitespace)
    return words.joined(separator: " ").replacing("Version: ", with: "").printable(limit: 100)
  }
}

extension Launcher.Family {
  init(_ family: mpi_family) {
    switch family {
    case mpi_family_open_mpi: self = .openMPI
    case mpi_family_mpich: self = .mpich
    default: self = .standard
    }
  }

  /// The names under which libraries of this kind are installed, the most particular first.
  var libraryNames: [String] {
    #if canImport(Darwin)
      let names =
        switch self {
        case .openMPI: ["libmpi.40.dylib", "libmpi.dylib"]
        case .mpich: ["libmpi.12.dylib", "libmpich.12.dylib", "libmpi.dylib"]
        case .standard: ["libmpi_abi.1.dylib", "libmpi_abi.0.dylib", "libmpi_abi.dylib"]
        }
      // Homebrew and MacPorts, in whose folders the loader does not look.
      return names
        + ["/opt/homebrew/lib", "/usr/local/lib", "/opt/local/lib"].flatMap { folder in
          names.map { "\(folder)/\($0)" }
        }
    #else
      switch self {
      case .openMPI: ["libmpi.so.40", "libmpi.so"]
      // Debian, upstream and Intel, Cray.
      case .mpich: ["libmpich.so.12", "libmpi.so.12", "libmpi_cray.so.12", "libmpich.so", "libmpi.so"]
      case .standard: ["libmpi_abi.so.1", "libmpi_abi.so.0", "libmpi_abi.so"]
      }
    #endif
  }
}
