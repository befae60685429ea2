/// Where the parts of a text come from: shares of its end, or files of their own.
struct PartSizes: Sendable {
  /// The shares of the text, of the parts that are cut off its end.
  let shares: [Part: Double]
  /// The files of the parts that have one.
  let files: [Part: String]

  init(_ configuration: GenerationConfiguration) throws(GenerationError) {
    var shares: [Part: Double] = [:]
    var files: [Part: String] = [:]
    for (part, value) in [(Part.validation, configuration.validation), (.test, configuration.test)] {
      guard let value else { continue }
      if let number = Double(value) {
        guard number > 0, number < 1 else { throw .part(part.rawValue, value: value) }
        shares[part] = number
      } else {
        files[part] = value
      }
    }
    guard shares.values.reduce(0, +) < 1 else {
      throw .settings("validation and test take the whole text", mend: "make their shares smaller")
    }
    self.shares = shares
    self.files = files
  }

  /// The parts of `count` things in order: training, validation, test.
  func cut(count: Int) -> [Part: Range<Int>] {
    var end = count
    var ranges: [Part: Range<Int>] = [:]
    for part in [Part.test, .validation] {
      guard let share = shares[part] else { continue }
      let start = end - Int(share * Double(count))
      ranges[part] = start..<end
      end = start
    }
    ranges[.train] = 0..<end
    return ranges
  }
}

extension String {
  /// The parts of a text of characters, cut between any two.
  func cut(byCharacters sizes: PartSizes) -> [Part: Substring] {
    let scalars = unicodeScalars
    return sizes.cut(count: scalars.count).mapValues { range in
      let start = scalars.index(startIndex, offsetBy: range.lowerBound)
      return self[start..<scalars.index(start, offsetBy: range.count)]
    }
  }

  /// The parts of a text of words, cut between lines.
  func cut(byLines sizes: PartSizes) -> [Part: Substring] {
    var starts = [startIndex]
    for index in utf8.indices where utf8[index] == UInt8(ascii: "\n") { starts.append(utf8.index(after: index)) }
    if starts.last != endIndex { starts.append(endIndex) }
    return sizes.cut(count: starts.count - 1).mapValues { self[starts[$0.lowerBound]..<starts[$0.upperBound]] }
  }
}
