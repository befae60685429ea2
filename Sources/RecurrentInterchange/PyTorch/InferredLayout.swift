import RecurrentFormats

extension NetworkLayout {
  /// The layout that a state dict itself tells: the one in its metadata, or that of one LSTM or GRU which is all there is.
  ///
  /// - Throws: `PyTorchError` that lists what the dict has where more must be said, or for metadata that are no layout.
  init(inferredFrom dict: StateDict) throws {
    if let text = dict.metadata[PyTorchWriter.layoutKey] {
      do throws(LayoutError) {
        try self.init(parsing: text)
      } catch {
        throw PyTorchError(
          path: dict.path, place: PyTorchWriter.layoutKey,
          problem: "the layout in the metadata is none (\(error.problem)); say the layers with --layout")
      }
      return
    }
    let names = dict.entries.map { RecurrentTensorName($0.name) }
    guard let prefix = names.first??.prefix, names.allSatisfy({ $0?.prefix == prefix }) else {
      throw PyTorchError(path: dict.path, problem: Self.question(to: dict))
    }
    guard let cell = RecurrentLayout.Cell(in: dict, prefix) else {
      throw PyTorchError(
        path: dict.path, place: prefix,
        problem:
          "the shapes of weight_ih_l0 and weight_hh_l0 are those of no LSTM, GRU or RNN of PyTorch; check the file")
    }
    if cell == .rnn {
      throw PyTorchError(
        path: dict.path,
        problem: "its tensors do not tell which function the RNN has; add --layout 'rnn(tanh)' or 'rnn(relu)'")
    }
    self.init([LayoutLayer(prefix.isEmpty ? nil : String(prefix.dropLast()), .recurrent(RecurrentLayout(cell)))])
  }

  /// What must be said, and what there is to say it of.
  private static func question(to dict: StateDict) -> String {
    var modules: [String] = []
    var tensors: [String: [String]] = [:]
    for entry in dict.entries {
      let recurrent = RecurrentTensorName(entry.name)
      let dot = entry.name.utf8.lastIndex(of: UInt8(ascii: "."))
      let prefix = recurrent?.prefix ?? dot.map { String(entry.name[...$0]) } ?? ""
      if tensors[prefix] == nil { modules.append(prefix) }
      guard recurrent == nil else {
        tensors[prefix] = [RecurrentLayout.Cell(in: dict, prefix)?.rawValue ?? "recurrent"]
        continue
      }
      let own = String(entry.name.dropFirst(prefix.count))
      if tensors[prefix, default: []].count < 4 { tensors[prefix, default: []].append("\(own) \(entry.shape)") }
    }
    let list = modules.sorted().prefix(20).map { prefix in
      (prefix.isEmpty ? "" : String(prefix.dropLast()).printable()) + " (\((tensors[prefix] ?? []).printableList()))"
    }
    return
      "tensors alone do not tell what the model does; say it with --layout, such as 'emb=embedding, lstm, last, fc=linear'; there are "
      + (list.isEmpty ? "no tensors" : list.joined(separator: ", ")) + (modules.count > 20 ? ", …" : "")
  }
}

extension RecurrentLayout.Cell {
  /// The cell whose gates make the rows of a module's matrices; nil where none does.
  init?(in dict: StateDict, _ prefix: String) {
    func shape(_ field: RecurrentTensorName.Field) -> [Int]? {
      dict[RecurrentTensorName(prefix, field, layer: 0).text]?.shape
    }
    guard let rows = shape(.inputHidden)?.first, let hidden = shape(.hiddenHidden), hidden.count == 2 else {
      return nil
    }
    let projection = shape(.projection)
    guard let units = projection == nil ? hidden[1] : projection?.last, units > 0 else { return nil }
    let cell = Self.allCases.first { rows % $0.gateCount == 0 && rows / $0.gateCount == units }
    guard let cell, cell == .lstm || projection == nil else { return nil }
    self = cell
  }
}
