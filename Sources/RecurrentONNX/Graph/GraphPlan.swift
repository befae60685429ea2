import RecurrentFormats
import RecurrentTensor

/// How a graph is computed: nodes in order, the places of their values, and what the file holds besides trained numbers.
///
/// It never changes; copies of a graph share it.
final class GraphPlan: Sendable {
  /// A node and the places of its values; nil for one that is left out or that nobody wants.
  struct Step: Sendable {
    let node: ONNXNode
    let function: ONNXOperator.Function
    let inputs: [Int?]
    let outputs: [Int?]
    /// The places of values that no later node reads.
    let finished: [Int]
  }

  /// An input and its place.
  struct Input: Sendable {
    let info: ONNXValueInfo
    let place: Int
    /// Whether the file has a value for it.
    let hasDefault: Bool
  }

  /// Trained or observed numbers and their place.
  struct Numbers: Sendable {
    let name: String
    let place: Int
    let elementType: ONNXElementType
  }

  let path: String
  let placeCount: Int
  let inputs: [Input]
  let parameters: [Numbers]
  let statistics: [Numbers]
  let constants: [(place: Int, value: ONNXValue)]
  let steps: [Step]
  let outputs: [(info: ONNXValueInfo, place: Int)]

  init(
    path: String, placeCount: Int, inputs: [Input], parameters: [Numbers], statistics: [Numbers],
    constants: [(place: Int, value: ONNXValue)], steps: [Step], outputs: [(info: ONNXValueInfo, place: Int)]
  ) {
    self.path = path
    self.placeCount = placeCount
    self.inputs = inputs
    self.parameters = parameters
    self.statistics = statistics
    self.constants = constants
    self.steps = steps
    self.outputs = outputs
  }

  /// Computes all nodes.
  ///
  /// - Parameter values: At the places of inputs, parameters, statistics and constants their values.
  func run(_ values: inout [ONNXValue?], elementType: ElementType) throws(ONNXError) {
    for step in steps {
      let inputs = step.inputs.map { place in place.flatMap { values[$0] } }
      let call = NodeCall(node: step.node, inputs: inputs, elementType: elementType)
      let results = try step.function(call)
      for (number, place) in step.outputs.enumerated() {
        guard let place else { continue }
        guard number < results.count, let result = results[number] else {
          throw step.node.error("output '\(step.node.outputs[number].printable())' is not computed here")
        }
        values[place] = result
      }
      for place in step.finished { values[place] = nil }
    }
  }
}
