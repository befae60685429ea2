import RecurrentInterchange

/// The formats that `convert` and `info` know.
enum Formats {
  static let table = FormatTable([NativeFormat(), PyTorchFormat()])
}
