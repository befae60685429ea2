package import RecurrentLayers
import RecurrentTensor

/// What `checkModule` found wrong with a module's visit.
package enum ModuleProblem: Hashable, Sendable {
  /// A stored parameter, source of noise or running statistic that is not visited: it would never be trained, saved, or
  /// drop anything.
  case forgotten(property: String)
  /// More parameters are visited than are stored: one of them twice, or a copy of it.
  case visitedTooOften(visited: Int, stored: Int)
  /// Two parameters have one path.
  case repeatedPath(String)
  /// The paths or shapes of a second visit, or of one after the values have changed, differ from those of the first.
  case unstableOrder
  /// The visitor entered more parts than it left, or left more than it entered.
  case unbalancedParts
  /// A value that was saved is not what a changed copy of the model holds after loading it.
  case lostInRoundTrip(path: String)
}

/// Checks that a module's visit is complete and stable: every stored parameter, source of noise and running statistic, found
/// by reflection, is visited, once, in an order that neither time nor values change, under a path of its own; and what
/// `tensors` gives `load` brings back.
package func checkModule(_ module: some Module) -> Set<ModuleProblem> {
  var problems = visitProblems(module)
  let first = signature(of: module)
  if Set(first.map(\.path)).count < first.count {
    for (path, entries) in Dictionary(grouping: first, by: \.path) where entries.count > 1 {
      problems.insert(.repeatedPath(path))
    }
  }

  var changed = module
  var hasStableOrder = true
  for factor in [Float(1), -1] {
    var changer = ValueChanger(factor: factor)
    changed.visit(&changer)
    if signature(of: changed) != first { hasStableOrder = false }
  }
  if !hasStableOrder { problems.insert(.unstableOrder) }

  var balance = BalanceVisitor()
  changed.visit(&balance)
  if balance.depth != 0 || balance.wentBelow { problems.insert(.unbalancedParts) }

  guard problems.isEmpty else { return problems }
  return roundTripProblems(module, changed)
}

// MARK: Completeness

/// Marks the model as a gradient step does, and looks by reflection for what got no mark.
private func visitProblems(_ module: some Module) -> Set<ModuleProblem> {
  var problems: Set<ModuleProblem> = []
  var module = module
  module.setTrainable(true)
  let scope = GradientScope()
  _ = scope.evaluate(at: &module, key: RandomKey(seed: 1)) { marked in
    var stored = 0
    for leaf in storedLeaves(of: marked) {
      switch leaf.value {
      case let parameter as Parameter:
        stored += 1
        if parameter.value.node == nil { problems.insert(.forgotten(property: leaf.path)) }
      case let noise as NoiseSource:
        if noise.key == nil { problems.insert(.forgotten(property: leaf.path)) }
      case let statistic as RunningStatistic:
        stored += 1
        if !statistic.isTraining { problems.insert(.forgotten(property: leaf.path)) }
      default: break
      }
    }
    let visited = marked.tensors.count
    if visited > stored { problems.insert(.visitedTooOften(visited: visited, stored: stored)) }
    return Tensor(0)
  }
  return problems
}

/// All parameters, sources of noise and running statistics that a value holds, with the way to them.
private func storedLeaves(of root: Any) -> [(path: String, value: Any)] {
  var leaves: [(path: String, value: Any)] = []
  var waiting: [(path: String, value: Any)] = [("", root)]
  while let (path, value) = waiting.popLast() {
    if value is Parameter || value is NoiseSource || value is RunningStatistic {
      leaves.append((path, value))
      continue
    }
    let mirror = Mirror(reflecting: value)
    // Modules are values; the classes in them are caches.
    if value is Tensor || mirror.displayStyle == .class { continue }
    for (index, child) in mirror.children.enumerated() {
      let step = child.label ?? String(index)
      waiting.append((path.isEmpty ? step : "\(path).\(step)", child.value))
    }
  }
  return leaves
}

// MARK: Order

private struct Signature: Equatable {
  let path: String
  let shape: [Int]
}

private func signature(of module: some Module) -> [Signature] {
  module.tensors.map { Signature(path: $0.path, shape: $0.value.shape.dimensions) }
}

private struct ValueChanger: ModuleVisitor {
  let factor: Float

  func change(_ value: inout Tensor) { value = value * factor + (factor - 1) }
  mutating func visit(_ name: StaticString, _ parameter: inout Parameter) { change(&parameter.value) }
  mutating func visit(_ name: StaticString, _ statistic: inout RunningStatistic) { change(&statistic.value) }
}

private struct BalanceVisitor: ModuleVisitor {
  var depth = 0
  var wentBelow = false

  mutating func enter(_ component: PathComponent) { depth += 1 }
  mutating func leave() {
    depth -= 1
    if depth < 0 { wentBelow = true }
  }
  mutating func visit(_ name: StaticString, _ parameter: inout Parameter) {}
}

// MARK: Saving and loading

/// Loads what `module` gives into a model that has other values.
private func roundTripProblems<M: Module>(_ module: M, _ other: M) -> Set<ModuleProblem> {
  let saved = Dictionary(uniqueKeysWithValues: module.tensors.map { ($0.path, $0.value) })
  var loaded = other
  do throws(ParameterLoadingError) {
    try loaded.load(saved)
  } catch {
    return Set(saved.keys.map { .lostInRoundTrip(path: $0) })
  }
  return Set(
    loaded.tensors.compactMap { path, value in
      let bits = value.scalars.map(\.bitPattern)
      return saved[path]?.scalars.map(\.bitPattern) == bits ? nil : .lostInRoundTrip(path: path)
    })
}
