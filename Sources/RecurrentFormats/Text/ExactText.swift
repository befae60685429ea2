/// A text as a key that is equal only to the very same code points.
///
/// `String` takes two texts for equal that mean the same characters (`Å` as one code point, as `A` with a ring, or as the
/// Ångström sign). Files and vocabularies tell them apart.
struct ExactText: Hashable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (a: ExactText, b: ExactText) -> Bool { a.text.hasSameCodePoints(as: b.text) }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

extension String {
  /// Whether both are the same code points, not only the same characters.
  func hasSameCodePoints(as other: String) -> Bool {
    utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
  }

  /// Whether this text comes before another one by code points, whatever the language.
  func precedesByCodePoints(_ other: String) -> Bool {
    // UTF-8 sorts as code points do.
    utf8.lexicographicallyPrecedes(other.utf8)
  }
}
