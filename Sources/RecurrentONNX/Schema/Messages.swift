import SwiftProtobuf

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension ONNXModelProto {
  /// The bytes of a file.
  func encoded() throws -> [UInt8] { try serializedBytes() }
}

extension ONNXAttributeProto {
  private init(_ name: String, _ type: AttributeType) {
    self.init()
    self.name = name
    self.type = type
  }

  init(_ name: String, _ value: Int) {
    self.init(name, .int)
    i = Int64(value)
  }

  init(_ name: String, _ values: [Int]) {
    self.init(name, .ints)
    ints = values.map { Int64($0) }
  }

  init(_ name: String, _ value: Float) {
    self.init(name, .float)
    f = value
  }

  init(_ name: String, _ values: [Float]) {
    self.init(name, .floats)
    floats = values
  }

  init(_ name: String, _ value: String) {
    self.init(name, .string)
    s = Data(value.utf8)
  }

  init(_ name: String, _ values: [String]) {
    self.init(name, .strings)
    strings = values.map { Data($0.utf8) }
  }
}
