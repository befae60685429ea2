import RecurrentFormats
import RecurrentLayers
import RecurrentTasks
import RecurrentTensor
import RecurrentTraining

/// What `info MODEL` tells: the layers and their shapes, the columns, and how the model was trained.
struct ModelInformation {
  private let folder: ModelFolder
  private let forecaster: Forecaster

  init(_ folder: ModelFolder, _ forecaster: Forecaster) {
    self.folder = folder
    self.forecaster = forecaster
  }

  private var description: ModelDescription { folder.description }

  /// The same as one object.
  var json: JSONValue {
    let tensors = forecaster.network.parameters.map { path, parameter -> JSONValue in
      [
        "name": .string(path), "shape": .array(parameter.value.shape.dimensions.map { .integer($0) }),
        "count": .integer(parameter.value.count),
      ]
    }
    return [
      "task": .string(description.task), "model": .string(folder.path),
      "library_version": .string(description.libraryVersion),
      "parameters": .integer(forecaster.network.parameterCount), "tensors": .array(tensors),
      "columns": .object(columns), "training": .object(description.training), "settings": .object(description.settings),
    ]
  }

  /// The text for people.
  func text(on terminal: Terminal) -> String {
    let title =
      "\(folder.path.printable(limit: 400)): \(description.task), made by recurrent \(description.libraryVersion.printable())"
    return [
      title + "\n", tensorTable(on: terminal), members("columns", columns, terminal),
      members("training", description.training, terminal), members("settings", description.settings, terminal),
    ].joined(separator: "\n")
  }

  private func tensorTable(on terminal: Terminal) -> String {
    var table = TextTable(["layer", "tensor", "shape", "parameters"], alignments: [.left, .left, .left, .right])
    var previous = ""
    for (path, parameter) in forecaster.network.parameters {
      let parts = path.split(separator: ".")
      let layer = parts.dropLast().joined(separator: ".")
      table.append([
        layer == previous ? "" : layer, String(parts.last ?? ""), parameter.value.shape.description,
        String(parameter.value.count),
      ])
      previous = layer
    }
    table.append(["all", "", "", String(forecaster.network.parameterCount)])
    return table.text(on: terminal)
  }

  private var columns: JSONObject {
    let schema = forecaster.schema
    func list(_ names: [String]) -> JSONValue { .array(names.map { .string($0) }) }
    var columns: JSONObject = ["time": list(schema.time), "target": list(schema.targets)]
    if let series = schema.series { columns["series"] = .string(series) }
    if !schema.pastCovariates.isEmpty { columns["past_covariates"] = list(schema.pastCovariates) }
    if !schema.futureCovariates.isEmpty { columns["future_covariates"] = list(schema.futureCovariates) }
    for (column, values) in schema.categories.sorted(by: { $0.key < $1.key }) {
      columns["values of \(column)"] = list(values)
    }
    columns["frequency"] = .string("\(schema.frequency)")
    columns["season"] = .integer(schema.seasonalPeriod)
    return columns
  }

  private func members(_ title: String, _ members: JSONObject, _ terminal: Terminal) -> String {
    var table = TextTable([title, ""], alignments: [.left, .left])
    for (key, value) in members { table.append([key.titled, value.plainText]) }
    return table.text(on: terminal)
  }
}
