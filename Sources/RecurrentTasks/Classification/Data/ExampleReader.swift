import RecurrentFormats

/// Reads files of examples as a configuration says, in whatever form they are.
struct ExampleReader {
  private let configuration: ClassificationConfiguration
  private let names: LabelNames
  /// The columns whose values divide the data into parts.
  private let attributes: [String]
  /// The columns that are features of a table of steps; empty takes those of the settings.
  private let features: [String]

  init(
    _ configuration: ClassificationConfiguration, attributes: [String] = [], features: [String] = []
  ) throws(ClassificationError) {
    self.configuration = configuration
    self.attributes = attributes
    self.features = features
    names = try LabelNames(configuration.labels)
  }

  /// Reads one file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - frames: The raw frames that it is an index of, if it is one.
  ///   - hasLabels: Whether labels are read. Otherwise they are passed over, and may be missing but in a wide table.
  func read(_ path: String, frames: String?, hasLabels: Bool = true) throws(ClassificationError) -> RawExamples {
    let form = try form(of: path, frames: frames)
    var examples: RawExamples
    if let textForm = form.textForm {
      let columns = LabelledTextColumns(
        label: configuration.label ?? "label", text: configuration.text, attributes: attributes)
      examples = RawExamples(
        try ClassificationError.wrapping { () throws(LabelledTextError) in
          try LabelledTextFile(path: path, form: textForm, columns: columns)
        })
    } else {
      examples = try ClassificationError.wrapping { () throws(LabelledSeriesError) in
        try series(path, form, frames: frames, hasLabels: hasLabels)
      }
    }
    if hasLabels { examples = examples.renaming(names) }
    guard examples.count > 0 else { throw .noExamples(file: path, skipped: examples.skipped.notes) }
    return examples
  }

  /// Cuts sequences into windows, where that is wanted, and leaves empty ones out.
  func prepared(_ examples: RawExamples, file: String) throws(ClassificationError) -> RawExamples {
    var examples = examples
    if let window = configuration.window {
      examples = examples.windows(length: window, step: configuration.windowStep ?? window)
    }
    examples = examples.droppingEmpty()
    guard examples.count > 0 else { throw .noExamples(file: file, skipped: examples.skipped.notes) }
    return examples
  }

  // MARK: Signals

  private func series(
    _ path: String, _ form: ExampleForm, frames: String?, hasLabels: Bool
  ) throws(LabelledSeriesError) -> RawExamples {
    let label = hasLabels ? configuration.label : nil
    switch form {
    case .timeSeries:
      return RawExamples(try TimeSeriesFile.read(path: path), recognition: "signals (ts)")
    case .wide:
      let table = WideSeriesTable(label: configuration.label ?? "1", attributes: attributes)
      return RawExamples(try table.read(path: path), recognition: "signals (wide table, a sequence on each row)")
    case .frames:
      guard let frames else {
        throw .unusable(file: path, problem: "the raw frames of this index are not named", mend: "add --frames FILE")
      }
      let format = try frameFormat(frames)
      let index = FrameIndex(
        label: hasLabels ? label ?? "label" : nil, first: configuration.firstColumn, count: configuration.countColumn,
        attributes: attributes)
      return RawExamples(
        try index.read(path: path, frames: frames, format),
        recognition: "signals (index of \(format.channelCount) x \(format.element.rawValue) frames)")
    default:
      guard let series = configuration.series else {
        throw .unusable(
          file: path, problem: "the column that tells sequences apart is not named", mend: "add --series COLUMN")
      }
      let table = LongSeriesTable(
        series: series, time: configuration.time, label: hasLabels ? label ?? "label" : nil,
        channels: features.isEmpty ? configuration.channels : features, attributes: attributes)
      return RawExamples(
        try table.read(path: path, targets: hasLabels ? configuration.targets : nil),
        recognition: "signals (long table, a step on each row)")
    }
  }

  private func frameFormat(_ file: String) throws(LabelledSeriesError) -> FrameFormat {
    guard let element = configuration.frameType ?? FrameElement(fileName: file) else {
      throw .unusable(
        file: file, problem: "the name does not say how numbers are written", mend: "add --frame-type, such as i16le")
    }
    guard let channels = configuration.frameChannels else {
      throw .unusable(file: file, problem: "the numbers of a frame are not known", mend: "add --frame-channels NUMBER")
    }
    for (key, list) in [("frame_scale", configuration.frameScale), ("frame_offset", configuration.frameOffset)]
    where list.count != 1 && list.count != channels {
      throw .unusable(
        file: file, problem: "\(key) has \(list.count) numbers for \(channels) channels",
        mend: "give one, or one for each channel")
    }
    return FrameFormat(
      element, channelCount: channels, scale: configuration.frameScale, offset: configuration.frameOffset)
  }

  // MARK: Recognition

  /// The form of a file: that of the settings, or what its first lines show.
  private func form(of path: String, frames: String?) throws(ClassificationError) -> ExampleForm {
    if configuration.form != .auto { return configuration.form }
    if frames != nil { return .frames }
    if configuration.series != nil { return .long }
    let lines = try ClassificationError.wrapping { () throws(TextFileError) in try TextFile.lines(ofFile: path) }
    if TimeSeriesFile.matches(lines) { return .timeSeries }
    guard let first = lines.first(where: { !$0.allSatisfy(\.isWhitespace) }) else { return .tabSeparated }
    let fields = first.split(separator: ",", omittingEmptySubsequences: false)
    // A text is no number: many numbers in a row are a signal.
    if fields.count(where: { Double($0) != nil }) >= max(2, fields.count - 1) { return .wide }
    let names = fields.map { $0.filter { $0 != "\"" && $0 != " " } }
    if !names.contains(configuration.text), FrameIndex.matches(columns: names) { return .frames }
    return LabelledTextFile.form(of: first)
  }
}

extension LabelledTextFile {
  /// The form of texts that a first line shows.
  fileprivate static func form(of line: Substring) -> ExampleForm {
    ExampleForm(rawValue: recognizedForm(of: line).rawValue) ?? .tabSeparated
  }
}
