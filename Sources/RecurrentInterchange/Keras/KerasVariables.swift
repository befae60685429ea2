/// The weights of a model by layer, in the order in which the layer lists them, whatever names the form of the file gives them.
struct KerasVariables {
  /// Which of a layer's weights.
  enum Part: Hashable {
    /// Those of the layer itself.
    case own
    /// Those of the cell of a recurrent layer.
    case cell
    /// Those of the cell of a direction.
    case forward, backward
    /// Those of the layer that `TimeDistributed` wraps.
    case wrapped

    fileprivate var path: String {
      switch self {
      case .own: "vars"
      case .cell: "cell/vars"
      case .forward: "forward_layer/cell/vars"
      case .backward: "backward_layer/cell/vars"
      case .wrapped: "layer/vars"
      }
    }
  }

  private let groups: [HDF5Group?]
  /// The lists of names that the older form keeps beside the weights; nil in the newer form.
  private let names: [[String]]?

  /// Finds the weights of each layer of a configuration.
  init(_ file: HDF5File, _ configuration: KerasConfiguration) throws(KerasError) {
    do throws(HDF5Error) {
      if let root = Self.olderRoot(file) {
        groups = configuration.layers.map { root[$0.name]?.group }
        names = try groups.map { group throws(HDF5Error) in try Self.weightNames(group, file) }
      } else {
        let root = (file.root["layers"] ?? file.root["_layer_checkpoint_dependencies"])?.group
        var counts: [String: Int] = [:]
        groups = configuration.weightNames.map { name in
          // The first of a class bears no number.
          let count = counts[name, default: -1] + 1
          counts[name] = count
          return root?[count == 0 ? name : "\(name)_\(count)"]?.group
        }
        names = nil
      }
    } catch {
      throw KerasError(.weights(error))
    }
  }

  /// The group of the weights of a file of the older form, whole model or weights alone.
  static func olderRoot(_ file: HDF5File) -> HDF5Group? {
    if let group = file.root["model_weights"]?.group { return group }
    return file.root.attribute("layer_names") == nil ? nil : file.root
  }

  /// The paths of a layer's weights; where they are too many for one attribute, they stand in several with a number.
  private static func weightNames(_ group: HDF5Group?, _ file: HDF5File) throws(HDF5Error) -> [String] {
    guard let group else { return [] }
    var names = try file.strings("weight_names", of: group)
    for number in 0..<group.attributes.count {
      names += try file.strings("weight_names\(number)", of: group)
    }
    return names
  }

  /// The weights of a part of the layer at `place`, in order.
  func datasets(_ place: Int, _ part: Part) -> [HDF5Dataset] {
    guard let group = groups[place] else { return [] }
    guard let names = names?[place] else {
      guard let vars = group[part.path]?.group else { return [] }
      // Numbers from 0 on; what is not named so is left over, and reported.
      return (0..<vars.members.count).compactMap { vars["\($0)"]?.dataset }
    }
    let datasets = names.compactMap { group[$0]?.dataset }
    switch part {
    case .own, .cell, .wrapped: return datasets
    case .forward: return Array(datasets.prefix(datasets.count / 2))
    case .backward: return Array(datasets.suffix(datasets.count - datasets.count / 2))
    }
  }
}

extension KerasConfiguration {
  /// The names of the groups of the layers' weights, without their numbers.
  fileprivate var weightNames: [String] { layers.map(\.weightName) }
}
