import ArgumentParser

#if ONNX
  import RecurrentONNX
#endif

/// How `convert` writes ONNX graphs.
struct GraphOptions: ParsableArguments {
  @Flag(help: "a graph of one step, with the states of recurrent layers as inputs and outputs")
  var oneStep = false

  @Flag(help: "the batch as first axis of sequences, [N, T, C]")
  var batchMajor = false

  @Flag(help: "an input for the real steps of each row")
  var lengths = false

  @Flag(help: "first and last states as inputs and outputs of a graph over whole sequences")
  var states = false

  var options: ONNXWritingOptions {
    var options = ONNXWritingOptions()
    options.form = oneStep ? .oneStep : .wholeSequence
    options.isBatchMajor = batchMajor
    options.takesLengths = lengths
    options.carriesStates = states
    return options
  }
}
