import RecurrentFormats

/// Files of `torch.save`, which are pickled: whoever loads one runs whatever program it holds. They are known by their first
/// bytes and never read.
enum PickledFile {
  /// What is told of a file that is pickled, with the line of Python that makes a safetensors file of it; nil for others.
  static func mend(of sample: FileSample) -> String? {
    guard isPickled(sample) else { return nil }
    let source = sample.path.split(separator: "/").last.map(String.init) ?? sample.path
    let stem = source.split(separator: ".").first.map(String.init) ?? "model"
    return
      "a pickled file may run any program when it is loaded, so it is not read; make a safetensors file of it in Python: "
      + "import torch; from safetensors.torch import save_file; save_file({k: v.clone().contiguous() for k, v in "
      + "torch.load(\(quoted(source)), map_location='cpu', weights_only=True).items()}, \(quoted(stem + ".safetensors")))"
  }

  /// Whether a file is one of `torch.save`: a zip archive of PyTorch's, or a plain pickle.
  static func isPickled(_ sample: FileSample) -> Bool {
    if sample.isZip {
      // PyTorch's archives begin with one folder for all, and the pickle is their first file.
      return sample.zipNames.contains { name in
        [".data.pkl", "/data.pkl", "/version", "/byteorder", "/.format_version", "/constants.pkl"].contains(
          where: name.hasSuffix)
      }
    }
    // The opcode PROTO with one of the protocols that there are; a header of safetensors may be as long as these bytes say.
    return !sample.isSafetensors && sample.bytes.count > 2 && sample.bytes[0] == 0x80
      && (2...5).contains(sample.bytes[1])
  }

  /// A text as Python writes it.
  private static func quoted(_ text: String) -> String {
    "'" + text.printable(limit: 200).replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
  }
}
