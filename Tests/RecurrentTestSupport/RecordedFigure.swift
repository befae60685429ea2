import Foundation

/// Appends a line `name value` to the file that the environment variable RECURRENT_FIGURES names, so that
/// `Scripts/figures` can tell what the tests have measured; does nothing where there is none.
package func recordFigure(_ name: String, _ value: Double) {
  guard let path = ProcessInfo.processInfo.environment["RECURRENT_FIGURES"] else { return }
  if !FileManager.default.fileExists(atPath: path) { _ = FileManager.default.createFile(atPath: path, contents: nil) }
  guard let file = FileHandle(forUpdatingAtPath: path) else { return }
  // Tests run side by side: a line must be written whole, behind what is there.
  flock(file.fileDescriptor, LOCK_EX)
  _ = try? file.seekToEnd()
  try? file.write(contentsOf: Data("\(name) \(value)\n".utf8))
  flock(file.fileDescriptor, LOCK_UN)
  try? file.close()
}
