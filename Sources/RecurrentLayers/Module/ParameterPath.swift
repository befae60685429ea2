/// The name of a parameter in files and messages, built while a model is visited: `stack.weight_ih_l0_reverse`.
package struct ParameterPath: Sendable {
  private var components: [PathComponent] = []

  package init() {}

  package mutating func enter(_ component: PathComponent) { components.append(component) }
  package mutating func leave() { components.removeLast() }

  /// The path of a parameter called `name` in the part that is being visited.
  package func path(to name: StaticString) -> String {
    var folders: [String] = []
    var suffix = ""
    for component in components {
      switch component {
      case .name, .index: folders.append(component.text)
      case .layer, .reverse: suffix += component.text
      }
    }
    return (folders + [name.description + suffix]).joined(separator: ".")
  }
}
