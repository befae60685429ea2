import RecurrentFormats
import RecurrentLayers
import RecurrentTasks
import RecurrentTensor
import RecurrentTraining

/// What `info MODEL` tells: the layers and their shapes, what the task knows, and how the model was trained.
struct ModelInformation {
  private let folder: ModelFolder
  private let parameters: [(path: String, parameter: Parameter)]
  private let parameterCount: Int
  private let sections: [InformationSection]

  init(_ folder: ModelFolder, _ model: some TaskModel) {
    self.folder = folder
    parameters = model.network.parameters
    parameterCount = model.network.parameterCount
    sections = model.information
  }

  private var description: ModelDescription { folder.description }

  /// The same as one object.
  var json: JSONValue {
    let tensors = parameters.map { path, parameter -> JSONValue in
      [
        "name": .string(path), "shape": .array(parameter.value.shape.dimensions.map { .integer($0) }),
        "count": .integer(parameter.value.count),
      ]
    }
    var object: JSONObject = [
      "task": .string(description.task), "model": .string(folder.path),
      "library_version": .string(description.libraryVersion), "parameters": .integer(parameterCount),
      "tensors": .array(tensors),
    ]
    for section in sections { object[section.title] = .object(section.members) }
    object["training"] = .object(description.training)
    object["settings"] = .object(description.settings)
    return .object(object)
  }

  /// The text for people.
  func text(on terminal: Terminal) -> String {
    let title =
      "\(folder.path.printable(limit: 400)): \(description.task), made by recurrent \(description.libraryVersion.printable())"
    let known =
      sections + [
        InformationSection("training", description.training), InformationSection("settings", description.settings),
      ]
    let tables = known.map { members($0.title, $0.members, terminal) }
    return ([title + "\n", tensorTable(on: terminal)] + tables).joined(separator: "\n")
  }

  private func tensorTable(on terminal: Terminal) -> String {
    var table = TextTable(["layer", "tensor", "shape", "parameters"], alignments: [.left, .left, .left, .right])
    var previous = ""
    for (path, parameter) in parameters {
      let parts = path.split(separator: ".")
      let layer = parts.dropLast().joined(separator: ".")
      table.append([
        layer == previous ? "" : layer, String(parts.last ?? ""), parameter.value.shape.description,
        String(parameter.value.count),
      ])
      previous = layer
    }
    table.append(["all", "", "", String(parameterCount)])
    return table.text(on: terminal)
  }

  private func members(_ title: String, _ members: JSONObject, _ terminal: Terminal) -> String {
    var table = TextTable([title, ""], alignments: [.left, .left])
    for (key, value) in members { table.append([key.titled, value.plainText]) }
    return table.text(on: terminal)
  }
}
