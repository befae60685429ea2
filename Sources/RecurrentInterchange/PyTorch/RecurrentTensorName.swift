/// The name of a tensor of a recurrent module of PyTorch: `encoder.weight_ih_l0_reverse`.
struct RecurrentTensorName: Hashable {
  /// What a tensor is.
  enum Field: String, CaseIterable {
    case inputHidden = "weight_ih"
    case hiddenHidden = "weight_hh"
    case inputBias = "bias_ih"
    case hiddenBias = "bias_hh"
    case projection = "weight_hr"
  }

  /// What stands before the tensor's own name, with the dot at its end; empty for a module that stands alone.
  var prefix: String
  var field: Field
  var layer: Int
  var isReverse = false

  var text: String { "\(prefix)\(field.rawValue)_l\(layer)\(isReverse ? "_reverse" : "")" }

  /// A name from its parts.
  init(_ prefix: String, _ field: Field, layer: Int, isReverse: Bool = false) {
    (self.prefix, self.field, self.layer, self.isReverse) = (prefix, field, layer, isReverse)
  }

  /// Takes a name apart; nil for names of other modules.
  init?(_ text: String) {
    let start = text.utf8.lastIndex(of: UInt8(ascii: ".")).map { text.utf8.index(after: $0) } ?? text.startIndex
    var rest = text[start...]
    isReverse = rest.hasSuffix("_reverse")
    if isReverse { rest = rest.dropLast("_reverse".count) }
    guard let field = Field.allCases.first(where: { rest.hasPrefix($0.rawValue + "_l") }) else { return nil }
    let digits = rest.dropFirst(field.rawValue.count + 2)
    // Longer numbers, and those with a zero in front, are no layers of PyTorch's.
    guard (1...4).contains(digits.utf8.count), let layer = Int(digits), String(layer) == digits else { return nil }
    (prefix, self.field, self.layer) = (String(text[..<start]), field, layer)
  }
}
