import Foundation
import RecurrentFormats
import RecurrentInterchange
import RecurrentLayers
import RecurrentTasks
import RecurrentTensor
import RecurrentTraining
import RecurrentTestSupport
import Testing

@Suite struct ConversionTests {
  private typealias Element = NetworkDescription.Element
  private let folder: ConversionFolder
  private static let table = FormatTable([NativeFormat(), PyTorchFormat()])

  init() throws { folder = try ConversionFolder() }

  private func convert(
    _ input: String, _ output: String, _ change: (inout Conversion) -> Void = { _ in }
  ) throws -> Conversion.Report {
    var conversion = try Conversion(from: folder.path(input), to: folder.path(output), formats: Self.table)
    change(&conversion)
    return try conversion.run()
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "it was not refused"
    } catch {
      return "\(error)"
    }
  }

  /// What PyTorch's modules can hold.
  private static let recurrent: [RecurrentDescription] = {
    var projected = LSTMVariant()
    projected.projectionSize = 3
    let cells: [RecurrentDescription.Cell] = [
      .lstm(), .gru(), .elman(), .elman(activation: .relu), .lstm(variant: projected),
    ]
    var all: [RecurrentDescription] = []
    for cell in cells {
      for directions in [RecurrentDescription.Directions.forward, .both()] {
        for bias in [RecurrentBias.double, .single, .none] {
          let layer = RecurrentDescription(cell, inputSize: 4, hiddenSize: 5, directions: directions, bias: bias)
          if layer.isFused || bias != .double { all.append(layer) }
        }
      }
    }
    return all
  }()

  private static func network(_ layer: RecurrentDescription, layers: Int, hasHead: Bool) throws -> SequenceNetwork {
    var stack = [layer]
    for _ in 1..<layers {
      var next = layer
      next.inputSize = stack[stack.count - 1].outputSize
      stack.append(next)
    }
    var elements = [Element("rnn", .recurrent(layers: stack))]
    if hasHead {
      elements.append(Element("final", .finalHidden))
      let width = layer.directionCount * layer.directionSize
      elements.append(Element("fc", .linear(inputSize: width, outputSize: 2, hasBias: true)))
    }
    return SequenceNetwork(try NetworkDescription(elements), key: RandomKey(seed: 7))
  }

  /// There and back: the same bytes of every tensor, the same description of every layer.
  @Test(arguments: recurrent.indices, [(1, false), (2, true), (3, false)])
  func nativeToPyTorchToNative(index: Int, shape: (layers: Int, hasHead: Bool)) throws {
    let network = try Self.network(Self.recurrent[index], layers: shape.layers, hasHead: shape.hasHead)
    try NetworkFolder.write(network, to: folder.path("a"))
    let there = try convert("a", "b.safetensors")
    #expect(there.audit.unexplained.isEmpty && there.difference.worst == 0)
    let back = try convert("b.safetensors", "c")
    #expect(back.difference.worst == 0)
    #expect(try folder.tensors("a/model.safetensors") == folder.tensors("c/model.safetensors"))
    #expect(back.description.elements.map(\.layer) == network.description.elements.map(\.layer))
    // A second time gives the same file.
    recordFigure("round_trips/native_pytorch_native", 1)
    _ = try convert("c", "d.safetensors")
    #expect(try folder.tensors("b.safetensors") == folder.tensors("d.safetensors"))
  }

  /// From PyTorch's own files and back to them.
  @Test(arguments: TorchFixture.names.filter { !["half", "bfloat", "double", "language", "signal"].contains($0) })
  func pyTorchToNativeToPyTorch(name: String) throws {
    let input = TorchFixture.path(name)
    var conversion = try Conversion(from: input, to: folder.path("native"), formats: Self.table)
    conversion.layout = try TorchFixture.layouts[name]?.map { try NetworkLayout(parsing: $0) }
    _ = try conversion.run()
    _ = try convert("native", "back.safetensors")
    recordFigure("round_trips/pytorch_native_pytorch", 1)
    let back = try folder.tensors("back.safetensors")
    let original = try SafetensorsFile(path: input)
    for tensor in original.names where !tensor.hasSuffix("num_batches_tracked") {
      if name.hasPrefix("lstm-projected"), tensor.contains("bias_") { continue }
      #expect(try back[tensor] == original.bytes(tensor), "\(tensor)")
    }
  }

  @Test func theAuditGoesFromTheInputsNamesToTheOutputs() throws {
    var layer = Self.recurrent[0]
    layer.bias = .single
    try NetworkFolder.write(try Self.network(layer, layers: 1, hasHead: true), to: folder.path("a"))
    let audit = try convert("a", "b.safetensors").audit
    #expect(audit.entries.first { $0.target == "rnn.bias_hh_l0" }?.verdict == .taken([.filled]))
    #expect(audit.entries.first { $0.target == "rnn.bias_ih_l0" }?.sources == ["layers.0.bias_ih_l0"])
    let back = try convert("b.safetensors", "c").audit
    #expect(back.entries.first { $0.target == "layers.2.weight" }?.sources == ["fc.weight"])
    #expect(back.entries.first { $0.sources == ["rnn.bias_hh_l0"] }?.verdict == .skipped("zeros"))
  }

  // MARK: What keeps a conversion from being made

  @Test func leftoversFailUnlessTheyAreAllowed() throws {
    try folder.put(try ReadableFile.bytes(ofFile: TorchFixture.path("classifier"), limit: 1 << 20), in: "m.safetensors")
    let layout = try NetworkLayout(parsing: "emb=embedding, lstm, last")
    let text = message { _ = try convert("m.safetensors", "out") { $0.layout = layout } }
    #expect(text.contains("'fc.bias' [3] has no place") && text.contains("--allow-unused"))
    #expect(folder.names == ["m.safetensors"])
    let report = try convert("m.safetensors", "out") { ($0.layout, $0.allowsUnused) = (layout, true) }
    #expect(report.audit.unexplained.count == 2)
    // What is missing cannot be allowed.
    let missing = try NetworkLayout(parsing: "emb=embedding, lstm, last, fc=linear, x=linear")
    #expect(
      message { _ = try convert("m.safetensors", "o") { ($0.layout, $0.allowsUnused) = (missing, true) } }.contains(
        "'x.weight' is missing"))
  }

  @Test func nothingIsReplacedUnasked() throws {
    try NetworkFolder.write(try Self.network(Self.recurrent[0], layers: 1, hasHead: false), to: folder.path("a"))
    _ = try convert("a", "b.safetensors")
    try folder.put("precious", in: "c.safetensors")
    #expect(message { _ = try convert("a", "c.safetensors") }.contains("add --overwrite"))
    #expect(try folder.bytes("c.safetensors") == Array("precious".utf8))
    _ = try convert("a", "c.safetensors") { $0.overwrites = true }
    #expect(try folder.bytes("c.safetensors") == folder.bytes("b.safetensors"))
    _ = try convert("b.safetensors", "d")
    #expect(message { _ = try convert("b.safetensors", "d/") }.contains("add --overwrite"))
    _ = try convert("b.safetensors", "d/") { $0.overwrites = true }
    // A folder that is no model is never replaced.
    try folder.put("precious", in: "e/file")
    #expect(message { _ = try convert("b.safetensors", "e") { $0.overwrites = true } }.contains("it is no model"))
    #expect(message { _ = try convert("a", "a") { $0.overwrites = true } }.contains("input and output are one"))
    #expect(folder.names == ["a", "b.safetensors", "c.safetensors", "d", "e"])
  }

  @Test func formatsAreToldByContentAndName() throws {
    try NetworkFolder.write(try Self.network(Self.recurrent[0], layers: 1, hasHead: false), to: folder.path("a"))
    #expect(message { _ = try convert("a", "b.pt") }.contains("let it end in .safetensors"))
    #expect(
      message { _ = try convert("a", "b") { $0.layout = try? NetworkLayout(parsing: "lstm") } }.contains(
        "leave --layout out"))
    #expect(message { _ = try Self.table.format(named: "pytroch") }.contains("did you mean 'pytorch'?"))
    let conversion = try Conversion(
      from: folder.path("a"), to: folder.path("x.bin"), targetFormat: "pytorch", formats: Self.table)
    _ = try conversion.run()
    #expect(try Self.table.recognize(folder.path("x.bin")).name == "pytorch")
    #expect(try Self.table.recognize(folder.path("a")).name == "native")
  }

  /// A format that writes something else than it was given is found out, and leaves nothing.
  @Test func otherOutputsAreFound() throws {
    try NetworkFolder.write(try Self.network(Self.recurrent[0], layers: 1, hasHead: false), to: folder.path("a"))
    let table = FormatTable([NativeFormat(), LossyFormat()])
    let conversion = try Conversion(from: folder.path("a"), to: folder.path("b.lossy"), formats: table)
    #expect(message { _ = try conversion.run() }.contains("it would compute other numbers"))
    #expect(folder.names == ["a"])
  }

  /// Inputs are tried that pass all windows and flatten to the right size.
  @Test func networksWithWindowsAreTried() throws {
    var window = ConvolutionDescription(inputChannels: 2, outputChannels: 3, kernelSize: 5)
    (window.stride, window.dilation) = (3, 2)
    let network = SequenceNetwork(
      try NetworkDescription([
        Element("c", .convolution(window: window)),
        Element("p", .maxPooling(window: PoolingDescription(kernelSize: 2))),
        Element("f", .flatten(steps: 9)), Element("h", .linear(inputSize: 27, outputSize: 2, hasBias: true)),
      ]), key: RandomKey(seed: 1))
    try NetworkFolder.write(network, to: folder.path("a"))
    #expect(try convert("a", "b.safetensors").difference.shape == [3, 2])
  }
}

/// Writes networks whose weights are not those that it was given.
private struct LossyFormat: InterchangeFormat {
  var name: String { "lossy" }
  var title: String { "a format that forgets" }
  var suffixes: [String] { [".lossy"] }
  func recognizes(_ sample: FileSample) -> Bool { false }
  func read(_ path: String, layout: NetworkLayout?) throws -> ReadNetwork {
    try PyTorchFormat().read(path, layout: layout)
  }
  func write(_ network: ReadNetwork, to path: String) throws -> ConversionAudit {
    var changed = network
    changed.network.mapParameters { path, value in path.hasSuffix("bias_ih_l0") ? value + Tensor(1e-4) : value }
    return try PyTorchFormat().write(changed, to: path)
  }
  func explain(_ path: String) throws -> FileExplanation { FileExplanation(format: self, path: path) }
}
