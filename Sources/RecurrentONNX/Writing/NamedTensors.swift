import RecurrentLayers
import RecurrentTensor

/// The tensors of one part of a network under the names that they have in the network's own files.
struct NamedTensors {
  private let tensors: [(path: String, value: Tensor)]
  private let prefix: String

  /// - Parameters:
  ///   - part: A layer of a network.
  ///   - index: Its number there.
  init(_ part: NetworkPart, index: Int) {
    tensors = part.tensors
    prefix = "layers.\(index)."
  }

  /// The full names of all.
  var names: [String] { tensors.map { prefix + $0.path } }

  /// The full name of a tensor.
  func name(_ name: String) -> String { prefix + name }

  /// For each layer of a stack, which visits its layers in order, the full names of its tensors.
  func names(of stack: RecurrentStack<AnySequenceLayer>) -> [[String]] {
    var rest = tensors[...]
    return stack.layers.map { layer in
      let count = layer.tensors.count
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count).map { prefix + $0.path }
    }
  }
}

extension [String] {
  /// The names of recurrent weights whose last part begins with one of the given words.
  func beginning(with words: String...) -> [String] {
    filter { name in words.contains { name.split(separator: ".").last?.hasPrefix($0) == true } }
  }
}
