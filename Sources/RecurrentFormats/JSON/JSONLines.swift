/// Files with a JSON object on every line (JSON Lines), plain or gzip-compressed.
public enum JSONLines {
  /// The objects of a file with the numbers of their lines, from 1; blank lines are passed over.
  ///
  /// - Throws: `TextFileError`, or `JSONError` with file, line and column.
  public static func objects(ofFile path: String) throws -> [(line: Int, object: JSONObject)] {
    var objects: [(line: Int, object: JSONObject)] = []
    for (index, text) in try TextFile.lines(ofFile: path).enumerated() {
      let bytes = Array(text.utf8)
      if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
      let value: JSONValue
      do throws(JSONError) { value = try JSONValue(parsing: bytes, file: path) } catch { throw error.onLine(index + 1) }
      guard let object = value.object else {
        let kind = JSONError.Kind.unexpectedByte(bytes[0], expected: "'{'")
        throw JSONError(kind, file: path, at: 0, in: bytes[...]).onLine(index + 1)
      }
      objects.append((index + 1, object))
    }
    return objects
  }
}
