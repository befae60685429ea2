import Recurrent

/// The symbols of stories, questions and answers.
enum Symbol {
  static let names = [
    "anna", "boris", "clara", "david", "emma", "felix",
    "attic", "beach", "cellar", "garden", "harbour", "kitchen", "library", "market",
    "went", "now", "to", ".", "where", "?", "tell", "|",
  ]
  static let people = 0..<6
  static let places = 6..<14
  static let went: Int32 = 14, now: Int32 = 15, to: Int32 = 16, stop: Int32 = 17
  static let whereIs: Int32 = 18, question: Int32 = 19, tell: Int32 = 20, bar: Int32 = 21
  /// Stands before what is written and ends it.
  static let end: Int32 = 22
  static let count = 23
}

/// Who went where, in sentences, with what is asked about it and the answer.
struct Story {
  /// Question and passage, joined: `where clara ? | anna went to attic . …`, or `tell | …`, which asks for a summary.
  let source: [Int32]
  /// Where someone is at the end; or where everybody is, in the order in which they came up.
  let answer: [Int32]

  /// A story of 3 to 7 sentences.
  init(key: RandomKey) {
    var passage: [Int32] = []
    var order: [Int] = []
    var places: [Int: Int32] = [:]
    for sentence in 0..<3 + key.integer(at: 0, below: 5) {
      let draws = key.folding(sentence)
      let person = draws.integer(at: 0, below: Symbol.people.count)
      let place = Int32(Symbol.places.lowerBound + draws.integer(at: 1, below: Symbol.places.count))
      if places.updateValue(place, forKey: person) == nil { order.append(person) }
      passage += [Int32(person), Symbol.went] + (draws.integer(at: 2, below: 2) == 0 ? [Symbol.now] : [])
      passage += [Symbol.to, place, Symbol.stop]
    }
    if key.integer(at: 1, below: 4) > 0 {
      let person = order[key.integer(at: 2, below: order.count)]
      source = [Symbol.whereIs, Int32(person), Symbol.question, Symbol.bar] + passage
      answer = places[person].map { [$0] } ?? []
    } else {
      source = [Symbol.tell, Symbol.bar] + passage
      answer = order.flatMap { person in [Int32(person)] + (places[person].map { [$0] } ?? []) }
    }
  }

  static func text(_ symbols: [Int32]) -> String {
    symbols.map { Int($0) < Symbol.names.count ? Symbol.names[Int($0)] : "·" }.joined(separator: " ")
  }
}
