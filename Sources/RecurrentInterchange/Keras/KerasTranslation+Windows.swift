import RecurrentFormats
import RecurrentLayers

// Layers that look at several steps at once.
extension KerasTranslation {
  private func checkChannelsLast(_ layer: KerasLayer) throws(KerasError) {
    guard try layer.options.text("data_format", default: "channels_last") == "channels_last" else {
      throw layer.options.unsupported("the data format channels_first is not read; use channels_last")
    }
  }

  mutating func convolution(_ layer: KerasLayer) throws(KerasError) {
    let options = layer.options
    try options.check([
      "filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "groups", "activation",
      "use_bias",
    ])
    try checkChannelsLast(layer)
    let (steps, size) = try sequence(layer)
    var window = ConvolutionDescription(
      inputChannels: size, outputChannels: try options.size("filters"), kernelSize: try options.size("kernel_size"))
    window.stride = try options.size("strides", default: 1)
    window.dilation = try options.size("dilation_rate", default: 1)
    window.groups = try options.size("groups", default: 1)
    window.hasBias = try options.flag("use_bias", default: true)
    let (reach, overflow) = window.dilation.multipliedReportingOverflow(by: window.kernelSize - 1)
    guard !overflow, reach < 1 << 24 else { throw options.unsupported("a window reaches over too many steps") }
    var rest = reach
    switch try options.text("padding", default: "valid") {
    case "valid": window.padding = .valid
    case "causal": (window.padding, rest) = (.causal, 0)
    case "same":
      guard window.stride == 1 else {
        throw options.unsupported(
          "the padding 'same' with strides depends on the number of steps; use 'valid' or 'causal'")
      }
      (window.padding, rest) = (.same, 0)
    case let other: throw options.unsupported("the padding '\(other.printable())' is not known")
    }
    let function = try self.function(options.function("activation", default: "linear"), options)
    add(layer, .convolution(window: window), .convolution)
    flow = .sequence(
      steps: try steps.map { steps throws(KerasError) in try outputCount(steps, rest, window.stride, layer) },
      size: window.outputChannels)
    if let function { add(layer, part: "activation", .activation(function: function)) }
  }

  mutating func pooling(_ layer: KerasLayer) throws(KerasError) {
    let options = layer.options
    try options.check(["pool_size", "strides", "padding", "data_format"])
    try checkChannelsLast(layer)
    let (steps, size) = try sequence(layer)
    let count = try options.size("pool_size", default: 2)
    var window = PoolingDescription(kernelSize: count, stride: try options.size("strides", default: count))
    switch try options.text("padding", default: "valid") {
    case "valid": break
    case "same":
      guard window.stride == 1, count % 2 == 1 else {
        throw options.unsupported("the padding 'same' is read with strides 1 and an odd pool_size; else use 'valid'")
      }
      window.padding = count / 2
      window.countsPadding = false
    case let other: throw options.unsupported("the padding '\(other.printable())' is not known")
    }
    add(layer, layer.className == "MaxPooling1D" ? .maxPooling(window: window) : .averagePooling(window: window))
    let rest = count - 1 - 2 * window.padding
    flow = .sequence(
      steps: try steps.map { steps throws(KerasError) in try outputCount(steps, rest, window.stride, layer) },
      size: size)
  }

  /// The number of windows of `steps` steps, of which `rest` begin no window.
  private func outputCount(
    _ steps: Int, _ rest: Int, _ stride: Int, _ layer: KerasLayer
  ) throws(KerasError) -> Int {
    guard steps > rest else {
      throw layer.options.unsupported("its window is longer than the \(steps) steps of the input")
    }
    return (steps - rest - 1) / stride + 1
  }

  mutating func globalPooling(_ layer: KerasLayer) throws(KerasError) {
    try layer.options.check(["data_format"])
    try checkChannelsLast(layer)
    let size = try sequence(layer).size
    add(layer, .globalPooling(kind: layer.className == "GlobalMaxPooling1D" ? .max : .average))
    flow = .vectors(size: size)
  }

  mutating func flatten(_ layer: KerasLayer) throws(KerasError) {
    try layer.options.check(["data_format"])
    try checkChannelsLast(layer)
    if case .vectors? = flow { return }
    let (steps, size) = try sequence(layer)
    guard let steps else {
      throw layer.options.unsupported("it flattens an unknown number of steps; give the number in the Input layer")
    }
    let (count, overflow) = steps.multipliedReportingOverflow(by: size)
    guard !overflow, count <= NetworkDescription.sizeLimit else {
      throw layer.options.unsupported("\(steps) steps of \(size) features are too many to flatten")
    }
    add(layer, .flatten(steps: steps))
    order = StepMajorOrder(steps: steps, size: size)
    flow = .vectors(size: count)
  }
}
