extension ConversionAudit {
  /// What became of tensors that were read, as this audit says, and then written, as the other says: from names of the input to
  /// names of the output.
  func followed(by written: ConversionAudit) -> ConversionAudit {
    var readEntries: [String: Entry] = [:]
    for entry in entries {
      if let target = entry.target { readEntries[target] = entry }
    }
    var joined = ConversionAudit()
    for entry in written.entries {
      let origins = entry.sources.map { readEntries[$0] }
      guard case .taken(let writtenActions) = entry.verdict else {
        joined.note(entry)
        continue
      }
      var actions: [Action] = []
      for origin in origins {
        if case .taken(let readActions) = origin?.verdict { actions += readActions.filter { !actions.contains($0) } }
      }
      actions += writtenActions.filter { !actions.contains($0) }
      let sources = zip(entry.sources, origins).flatMap { source, origin in origin?.sources ?? [source] }
      joined.note(Entry(sources: sources, target: entry.target, shape: entry.shape, verdict: .taken(actions)))
    }
    for entry in entries {
      if case .taken = entry.verdict { continue }
      joined.note(entry)
    }
    return joined
  }
}
