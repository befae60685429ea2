import RecurrentLayers
package import RecurrentTensor

extension Fixture {
  /// Compares a function of tensors, and its gradients, with a case that has a result `y` or `loss`.
  ///
  /// - Parameters:
  ///   - name: The case. Its arguments are the tensors that it has a gradient of.
  ///   - elementType: What to compute with. In double precision, only the rounding of the stored values is allowed.
  ///   - function: Gives the result from the arguments by name.
  /// - Returns: The largest share of the allowed difference that result and gradients use up; above 1 is a failure.
  package func share(
    of name: String, elementType: ElementType = .float32, _ function: ([String: Tensor]) throws -> Tensor
  ) throws -> (result: Double, gradient: Double) {
    let names = names(in: name)
    let result = names.contains("y") ? "y" : "loss"
    let argumentNames = names.filter { $0.hasPrefix("grad/") }.map { String($0.dropFirst("grad/".count)) }
    var model = try NamedArguments(
      argumentNames.map { ($0, Parameter(try tensor($0, in: name).converted(to: elementType))) })
    let upstream =
      names.contains("upstream/\(result)")
      ? try tensor("upstream/\(result)", in: name).converted(to: elementType) : nil
    let scope = GradientScope()
    let measured = try scope.evaluate(at: &model) { model in
      let measured = try function(Dictionary(uniqueKeysWithValues: model.arguments.map { ($0, $1.value) }))
      return (upstream.map { (measured * $0).sum() } ?? measured, measured.detached())
    }.auxiliary

    let isDouble = elementType == .float64
    let worstGradient = try argumentNames.enumerated().map { position, argument in
      let truth = try tensor("grad/\(argument)", in: name)
      return (isDouble ? Tolerance.rounding : .gradient).used(scope.gradients[position], truth)
    }.max()
    let truth = try tensor(result, in: name)
    return ((isDouble ? Tolerance.rounding : .forward).used(measured, truth), worstGradient ?? .infinity)
  }
}

/// Named tensors as a module, so that their gradients can be asked for.
private struct NamedArguments: Module {
  var arguments: [(name: String, parameter: Parameter)]

  init(_ arguments: [(String, Parameter)]) { self.arguments = arguments }

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    for index in arguments.indices {
      visitor.enter(.index(index))
      visitor.visit("argument", &arguments[index].parameter)
      visitor.leave()
    }
  }
}
