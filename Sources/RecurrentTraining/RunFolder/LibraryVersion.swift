/// The version of the library, as written into every file that it makes.
public enum LibraryVersion {
  /// By the rules of semantic versioning.
  public static let current = "0.1.0"
}
