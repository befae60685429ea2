extension String {
  /// This text fit for one line of a message: control, format and other invisible characters are escaped, and what is longer than
  /// `limit` characters is cut. Names that come from files go through here, so that they cannot move a terminal's cursor.
  package func printable(limit: Int = 80) -> String {
    var result = ""
    var count = 0
    for scalar in unicodeScalars {
      guard count < limit else { return result + "…" }
      count += 1
      switch scalar.properties.generalCategory {
      case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
        result += "\\u{" + String(scalar.value, radix: 16) + "}"
      default:
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
