public import RecurrentLayers

extension SequenceNetwork {
  /// The network in the ONNX format: format version 8, operator set 17, for batches and sequences of any size.
  ///
  /// The graph takes `input`, sequences `[T, N, C]` or tokens `[T, N]` (int64), and gives `output`, `[T, N, D]` or `[N, D]`. A
  /// recurrent layer of the element `encoder` has its first states in `encoder.h_0_l0` and `encoder.c_0_l0`, `[D, N, H]`, its
  /// last ones in `encoder.h_n_l0` and `encoder.c_n_l0`. Weights are named after the elements and PyTorch's parameters,
  /// `encoder.weight_ih_l0`; those of two directions are one tensor. The same network gives the same bytes.
  ///
  /// ```swift
  /// let file = try network.onnx()
  /// try AtomicFile.write(file.bytes, to: "network.onnx")
  /// ```
  ///
  /// - Throws: `ONNXWritingError` where ONNX cannot express a layer, or the form that is asked for cannot hold it.
  public func onnx(_ options: ONNXWritingOptions = ONNXWritingOptions()) throws(ONNXWritingError) -> ONNXFile {
    var writer = try NetworkWriter(self, options)
    return try writer.write()
  }
}
