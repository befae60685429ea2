#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the stream at the other end can show.
public struct Terminal: Hashable, Sendable {
  /// When colours are used.
  public enum ColorChoice: String, CaseIterable, Hashable, Sendable {
    /// On a terminal, unless the environment says no.
    case auto
    /// Always.
    case always
    /// Never.
    case never
  }

  /// Whether lines can be written over: a terminal that is not dumb, and that no launcher of MPI stands before.
  public let isInteractive: Bool
  /// Whether colours are wanted.
  public let hasColors: Bool
  /// Whether it shows characters beyond ASCII.
  public let isUnicode: Bool

  private let descriptor: Int32

  /// What the terminal can do that is open as `descriptor`: 1 for standard output, 2 for standard error.
  public init(descriptor: Int32, colors: ColorChoice = .auto) {
    self.init(descriptor: descriptor, isTerminal: isatty(descriptor) != 0, colors: colors) { name in
      getenv(name).map { String(cString: $0) }
    }
  }

  init(descriptor: Int32, isTerminal: Bool, colors: ColorChoice, environment: (String) -> String?) {
    self.descriptor = descriptor
    // Open MPI gives each process a terminal of its own, also where all that they write goes to a file.
    let isForwarded = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"].contains { environment($0) != nil }
    isInteractive = isTerminal && !isForwarded && environment("TERM") != "dumb"
    hasColors =
      switch colors {
      case .always: true
      case .never: false
      // https://no-color.org: set and not empty.
      case .auto: isInteractive && (environment("NO_COLOR") ?? "").isEmpty
      }
    // The first of these that is set decides, as in POSIX.
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(environment).first { !$0.isEmpty } ?? ""
    isUnicode = locale.uppercased().contains("UTF-8") || locale.uppercased().contains("UTF8")
  }

  /// The columns of the window, now.
  public var width: Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// The text in a style, where colours are wanted.
  public func styled(_ text: String, _ style: ANSIStyle) -> String { hasColors ? style(text) : text }
}
