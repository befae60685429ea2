/// The members of a JSON object in the order in which they were written; no key stands twice. Keys are compared by code
/// points, as RFC 8259 advises.
public struct JSONObject: Sendable {
  /// The keys, in order.
  public private(set) var keys: [String] = []
  /// The values, in the order of the keys.
  public private(set) var values: [JSONValue] = []

  private var places: [ExactText: Int] = [:]

  /// An object without members.
  public init() {}

  /// The value of a key, or nil where it is absent. Setting a new key adds it at the end, setting nil removes the member.
  public subscript(key: String) -> JSONValue? {
    get { places[ExactText(key)].map { values[$0] } }
    set {
      switch (newValue, places[ExactText(key)]) {
      case (let value?, let place?): values[place] = value
      case (let value?, nil): append(key, value)
      case (nil, let place?): remove(at: place)
      case (nil, nil): break
      }
    }
  }

  /// Adds a member at the end, unless the key is there already.
  /// - Returns: whether it was added.
  @discardableResult
  mutating func append(_ key: String, _ value: JSONValue) -> Bool {
    guard places[ExactText(key)] == nil else { return false }
    places[ExactText(key)] = keys.count
    keys.append(key)
    values.append(value)
    return true
  }

  private mutating func remove(at place: Int) {
    keys.remove(at: place)
    values.remove(at: place)
    places = [:]
    for (place, key) in keys.enumerated() { places[ExactText(key)] = place }
  }
}

extension JSONObject: RandomAccessCollection {
  /// The place of the first member.
  public var startIndex: Int { 0 }
  /// The place after the last member.
  public var endIndex: Int { keys.count }
  /// The member at a place.
  public subscript(place: Int) -> (key: String, value: JSONValue) { (keys[place], values[place]) }
}

extension JSONObject: Hashable {
  /// Whether both have the same members in the same order.
  public static func == (a: JSONObject, b: JSONObject) -> Bool {
    a.keys.elementsEqual(b.keys) { $0.hasSameCodePoints(as: $1) } && a.values == b.values
  }

  /// Feeds keys and values to the hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(keys)
    hasher.combine(values)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// Makes an object from a literal, in which no key may stand twice.
  public init(dictionaryLiteral members: (String, JSONValue)...) {
    for (key, value) in members {
      let isNew = append(key, value)
      precondition(isNew, "the key '\(key)' stands twice")
    }
  }
}
