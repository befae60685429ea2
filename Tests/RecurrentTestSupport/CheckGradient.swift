package import RecurrentLayers
package import RecurrentTensor

/// How far the gradients of a model are from the slopes found by moving its numbers one at a time.
package struct GradientCheck: Sendable, CustomStringConvertible {
  /// One partial derivative, computed in both ways.
  package struct Partial: Sendable {
    package let path: String
    package let index: Int
    package let computed: Double
    package let measured: Double
  }

  /// The largest |computed - measured| / max(|computed|, |measured|, floor) of all partial derivatives, where the floor
  /// is 1e-4 of the largest derivative: what is tiny beside the others is lost in the rounding of the loss.
  ///
  /// Infinite if a derivative or a loss is not finite.
  package private(set) var worstRelativeError = 0.0
  /// Where the worst is; nil if there was nothing to compare or no difference at all.
  package private(set) var worst: Partial?
  /// How many partial derivatives were compared.
  package let count: Int
  /// The largest derivative; a check in which it is 0 shows nothing.
  package let largest: Double

  /// Whether there was something to compare and the worst relative error is below 1e-6.
  package var agrees: Bool { largest > 0 && worstRelativeError < 1e-6 }

  init(_ partials: [Partial]) {
    count = partials.count
    let largest = partials.reduce(0) { max($0, abs($1.computed), abs($1.measured)) }
    self.largest = largest
    for partial in partials {
      let difference = abs(partial.computed - partial.measured)
      let scale = max(abs(partial.computed), abs(partial.measured), 1e-4 * largest)
      let isComparable = difference.isFinite && scale.isFinite
      let error = isComparable ? (difference == 0 ? 0 : difference / scale) : .infinity
      if error > worstRelativeError {
        worstRelativeError = error
        worst = partial
      }
    }
  }

  package var description: String {
    guard let worst else { return "\(count) derivatives, the largest \(largest), all equal" }
    return "\(count) derivatives, worst relative error \(worstRelativeError) at \(worst.path)[\(worst.index)]: "
      + "computed \(worst.computed), measured \(worst.measured)"
  }
}

/// Compares the gradients of a model with differences of its loss, in double precision.
///
/// The model's parameters are converted to double; tensors that `loss` captures must be in double already. Slopes are
/// measured with the central formula of fourth order, so that steps may be large enough for rounding not to count.
///
/// - Parameters:
///   - model: The model; parameters that are not trainable are not moved.
///   - key: Where dropout masks come from, the same for every evaluation; nil for none.
///   - sample: How many partial derivatives to compare at most, chosen by `seed`.
///   - seed: Chooses the sample.
///   - step: How far a number of size up to 1 is moved; larger numbers in proportion.
///   - loss: Computes the loss, a tensor of shape `[]`. Must be smooth within `2 step`.
package func checkGradient<M: Module>(
  of model: M, key: RandomKey? = nil, sample: Int = .max, seed: UInt64 = 0, step: Double = 1e-4,
  loss: (M) -> Tensor
) -> GradientCheck {
  var model = model
  model.convert(to: .float64)
  let scope = GradientScope()
  _ = scope.evaluate(at: &model, key: key, of: loss)
  let gradients = scope.gradients

  func evaluate() -> Double {
    if key == nil { return loss(model).doubles[0] }
    return scope.evaluate(at: &model, key: key) { model in
      let value = loss(model)
      return (value, value.detached())
    }.auxiliary.doubles[0]
  }

  let trainable = model.parameters.filter { $0.parameter.isTrainable }
  let places = trainable.indices.flatMap { parameter in
    (0..<trainable[parameter].parameter.value.count).map { (parameter: parameter, element: $0) }
  }
  let order = places.count > sample ? RandomKey(seed: seed).permutation(of: places.count) : Array(places.indices)
  let partials = order.prefix(sample).map { choice in
    let (parameter, element) = places[choice]
    let middle = trainable[parameter].parameter.value.doubles[element]
    let width = step * max(1, abs(middle))
    func lossMoved(by offset: Double) -> Double {
      model.setElement(element, ofTrainable: parameter, to: middle + offset)
      return evaluate()
    }
    let near = lossMoved(by: width) - lossMoved(by: -width)
    let far = lossMoved(by: 2 * width) - lossMoved(by: -2 * width)
    model.setElement(element, ofTrainable: parameter, to: middle)
    return GradientCheck.Partial(
      path: trainable[parameter].path, index: element, computed: gradients[parameter].doubles[element],
      measured: (8 * near - far) / (12 * width))
  }
  let check = GradientCheck(partials)
  recordFigure("gradient_worst", check.worstRelativeError)
  return check
}

/// Compares the gradients of a function of tensors with differences, in double precision.
///
/// - Parameters:
///   - inputs: Where to look; converted to double.
///   - step: See `checkGradient`.
///   - function: Gives a tensor of any shape; its elements are weighed with random numbers and added up.
package func checkFunctionGradient(
  of inputs: [Tensor], step: Double = 1e-4, _ function: ([Tensor]) -> Tensor
) -> GradientCheck {
  checkGradient(of: Arguments(inputs), step: step) { arguments in
    function(arguments.values.map(\.value)).weighedSum()
  }
}

/// Compares the gradients of a function of one tensor with differences, in double precision.
package func checkFunctionGradient(
  of input: Tensor, step: Double = 1e-4, _ function: (Tensor) -> Tensor
) -> GradientCheck {
  checkFunctionGradient(of: [input], step: step) { function($0[0]) }
}

extension Tensor {
  /// Numbers drawn from the normal distribution, in double, the same ones each time for a seed.
  package static func doubles(_ shape: Shape, seed: UInt64) -> Tensor {
    Tensor(normal: shape, key: RandomKey(seed: seed)).converted(to: .float64)
  }

  /// The sum of the elements, each weighed with a random number, so that no gradient is the same as another.
  package func weighedSum() -> Tensor {
    (self * Tensor(uniform: shape, from: 0.5, to: 1.5, key: RandomKey(seed: 99)).converted(to: elementType)).sum()
  }
}

/// Tensors as a module, so that their gradients can be asked for.
private struct Arguments: Module {
  var values: [Parameter]

  init(_ tensors: [Tensor]) { values = tensors.map { Parameter($0) } }

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    for index in values.indices {
      visitor.enter(.index(index))
      visitor.visit("argument", &values[index])
      visitor.leave()
    }
  }
}

extension Module {
  /// Writes one number of a trainable parameter in place, as an optimiser does.
  fileprivate mutating func setElement(_ element: Int, ofTrainable position: Int, to value: Double) {
    var setter = ElementSetter(position: position, element: element, value: value)
    visit(&setter)
  }
}

private struct ElementSetter: ModuleVisitor {
  var position: Int
  let element: Int
  let value: Double

  mutating func visit(_ name: StaticString, _ parameter: inout Parameter) {
    guard parameter.isTrainable else { return }
    if position == 0 {
      parameter.value.makeUnique()
      parameter.value.mutablePointer.assumingMemoryBound(to: Double.self)[element] = value
    }
    position -= 1
  }
}
