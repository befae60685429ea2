public import RecurrentTensor

/// A part of a model: a plain value that holds parameters and other modules.
///
/// The one requirement names what the module holds, in an order that never changes:
///
/// ```swift
/// struct Forecaster: Module {
///   var lstm: LSTM
///   var head: Linear
///
///   mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
///     visitor.visit("lstm", &lstm)
///     visitor.visit("head", &head)
///   }
/// }
/// ```
///
/// Optimisers, files and gradients see a model through this visit alone: by position in hot paths, by path
/// (`head.weight`) in files and messages.
///
/// The library's own visits are `@inlinable`, so that a training step visits a model in a few hundred instructions.
public protocol Module: Sendable {
  /// Shows every parameter, source of noise, running statistic and module that this one holds to `visitor`, always in the same order.
  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor)
}

/// Numbers that training changes.
public struct Parameter: Sendable {
  /// The numbers.
  public var value: Tensor
  /// Whether training changes them; a frozen parameter gets no gradient.
  public var isTrainable: Bool
  /// Whether rows of it are looked up, so that most rows have a gradient of zero: that is how ranks send it.
  package var isTable = false

  /// A parameter with the given first value.
  public init(_ value: Tensor, isTrainable: Bool = true) {
    self.value = value
    self.isTrainable = isTrainable
  }

  /// Shows itself to a visitor: what an optional parameter does in place, without being copied.
  @inlinable
  mutating func accept(_ visitor: inout some ModuleVisitor, as name: StaticString) { visitor.visit(name, &self) }
}

/// Where random masks of a layer come from. Outside a gradient scope that was given a key there is no noise.
public struct NoiseSource: Sendable {
  /// The key of this source in the running step; nil in inference.
  public internal(set) var key: RandomKey?

  /// A source that is silent until a gradient scope gives it a key.
  public init() {}
}

/// One step on the way from a model to one of its parameters.
public enum PathComponent: Hashable, Sendable {
  /// A stored property.
  case name(StaticString)
  /// An element of an array.
  case index(Int)
  /// A layer of a recurrent stack: names below get the suffix `_l{k}`, as in `torch.nn.LSTM`.
  case layer(Int)
  /// The backward direction of a recurrent layer: names below get the suffix `_reverse`.
  case reverse

  /// Equal if they name the same step.
  public static func == (a: PathComponent, b: PathComponent) -> Bool { a.text == b.text }

  /// Feeds the name of the step to `hasher`.
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }

  var text: String {
    switch self {
    case .name(let name): name.description
    case .index(let index): String(index)
    case .layer(let layer): "_l\(layer)"
    case .reverse: "_reverse"
    }
  }
}

/// Something that looks at, or changes, all parameters of a model.
public protocol ModuleVisitor {
  /// Called before the contents of a part are visited.
  mutating func enter(_ component: PathComponent)
  /// Called after the contents of a part were visited.
  mutating func leave()
  /// Called for every parameter.
  mutating func visit(_ name: StaticString, _ parameter: inout Parameter)
  /// Called for every source of noise.
  mutating func visit(_ name: StaticString, _ noise: inout NoiseSource)
  /// Called for every running statistic.
  mutating func visit(_ name: StaticString, _ statistic: inout RunningStatistic)
}

extension ModuleVisitor {
  /// Ignores the path, which most visitors do not need.
  @inlinable public mutating func enter(_ component: PathComponent) {}
  /// Ignores the path, which most visitors do not need.
  @inlinable public mutating func leave() {}
  /// Ignores sources of noise, which most visitors do not need.
  @inlinable public mutating func visit(_ name: StaticString, _ noise: inout NoiseSource) {}
  /// Ignores running statistics, which only files and training steps need.
  @inlinable public mutating func visit(_ name: StaticString, _ statistic: inout RunningStatistic) {}

  /// Visits what a module holds, below `name`.
  @inlinable public mutating func visit(_ name: StaticString, _ module: inout some Module) {
    enter(.name(name))
    module.visit(&self)
    leave()
  }

  /// Visits what an optional module holds, below `name`.
  @inlinable public mutating func visit<M: Module>(_ name: StaticString, _ module: inout M?) {
    if module == nil { return }
    enter(.name(name))
    module?.visit(&self)
    leave()
  }

  /// Visits a parameter that may be absent.
  @inlinable public mutating func visit(_ name: StaticString, _ parameter: inout Parameter?) {
    parameter?.accept(&self, as: name)
  }

  /// Visits the elements of an array of modules, below `name` and their position.
  @inlinable public mutating func visit(_ name: StaticString, _ modules: inout [some Module]) {
    enter(.name(name))
    for index in modules.indices {
      enter(.index(index))
      modules[index].visit(&self)
      leave()
    }
    leave()
  }
}
