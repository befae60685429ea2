import Foundation
import RecurrentFormats

extension JSONValue {
  /// The JSON form of a value, with keys in alphabetical order.
  init(encoding value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try self.init(parsing: Array(encoder.encode(value)))
  }

  /// The value that this JSON describes.
  func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
    try JSONDecoder().decode(type, from: Data(text(.oneLine).utf8))
  }
}

extension Optional<JSONValue> {
  /// The value that this JSON describes; absent JSON is an error.
  func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
    try (self ?? .null).decoded(as: type)
  }
}
