import RecurrentTensor

/// What is known of a value of a graph.
enum Finding {
  /// Numbers of the file.
  case numbers(NamedNumbers)
  /// Integers of the file.
  case integers(ONNXIntegers)
  /// Sizes of axes, or integers made of them.
  case sizes([Size])
  /// Zeros, of whatever shape.
  case zeros
  /// An input that has not been used yet.
  case input(String, [Axis])
  /// Inputs that a recurrent layer begins with, or parts of them.
  case firstStates
  /// What a layer has computed.
  case flow(Flow)
  /// One of the two directions of what a recurrent layer has computed.
  case half(Int, Flow)
  /// Last states of recurrent layers.
  case states(LastStates)
  /// What is computed of the lengths of rows.
  case rows(RowValue)
}

/// What an axis of a value counts.
enum Axis: Hashable {
  /// Not known yet: this axis of the input.
  case open(Int)
  case time
  case batch
  case feature
  /// The directions of a recurrent layer, so many.
  case directions(Int)
  /// One step, the last.
  case lastStep
  /// Nothing: an axis of size 1.
  case single
  /// Steps and features as one vector.
  case flattened
}

/// Real numbers that stand in the file.
struct NamedNumbers {
  let name: String
  let values: Tensor
  /// The type in the file where it is another than ours.
  let convertedFrom: String?
}

/// The size of an axis.
struct Size {
  /// nil where it is chosen with the data.
  var value: Int?
  /// The axis whose size it is; nil for a number from elsewhere.
  var axis: Axis?
}

/// What a layer has computed.
struct Flow {
  /// How many layers, and choices in them, the recogniser knew then: only the latest can be the input of another layer.
  let version: Int
  var axes: [Axis]
  var padding = Padding.any

  /// What stands behind the ends of rows.
  enum Padding {
    /// Whatever the layer computed there.
    case any
    case zeros
    case lowest
    /// Zeros there and at all steps but the last real one.
    case zerosButLast
    /// There are no steps any more, but their sum.
    case summed
    /// There are no steps any more, but their largest, which is the lowest number of a row without steps.
    case largest
  }
}

/// Last states of some directions of some recurrent layers.
struct LastStates {
  /// One direction of one layer, the layers counted from the first of the graph.
  struct Part: Hashable {
    let layer: Int
    let direction: Int
  }

  enum Layout {
    /// `[P, N, H]`
    case stacked
    /// `[N, P, H]`
    case batchMajor
    /// `[N, P·H]`
    case sideBySide
  }

  let isHidden: Bool
  var parts: [Part]
  var layout: Layout
  /// The name that a layer of these states gets from the node that put them side by side; nil where it says none.
  var place: String?
}

/// What is computed of the lengths of rows, along some axes.
struct RowValue {
  enum Kind {
    case lengths
    /// The numbers of the steps.
    case steps
    /// The number of the last step of a row.
    case lastStep
    /// The lengths, or 1 of a row without steps.
    case divisors
    case isReal
    case isLast
    case hasSteps
  }

  let kind: Kind
  var axes: [Axis]
}
