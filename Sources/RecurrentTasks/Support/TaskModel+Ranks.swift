public import RecurrentDistribution
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTraining

extension TaskModel {
  /// Loads the model of a run's folder, or of its `model/`, at every rank, and makes sure that all ranks have the same one.
  ///
  /// - Parameters:
  ///   - path: The folder, at the same place on all hosts.
  ///   - communicator: The ranks that use the model together.
  /// - Throws: See `init(_:)`; `CommunicationError.ranksDiffer` where the models of ranks differ.
  public init(modelFolder path: String, over communicator: any Communicator) throws {
    try self.init(modelFolder: path)
    try requireAgreement(over: communicator)
  }

  /// Makes sure that all ranks have the same model: what it is, the files beside its weights, and the weights.
  ///
  /// - Throws: `CommunicationError.ranksDiffer`, on all ranks alike.
  public func requireAgreement(over communicator: any Communicator) throws {
    if communicator.size == 1 { return }
    var hash = SHA256()
    let description = try modelDescription(trainedBy: [:])
    let facts: JSONValue = [
      "task": .string(description.task), "settings": .object(description.settings), "data": .object(description.data),
    ]
    hash.update(text: try facts.text(.oneLine))
    for file in modelFiles {
      hash.update(text: file.name)
      hash.update(file.bytes)
    }
    for (path, tensor) in network.tensors {
      hash.update(text: path)
      hash.update(UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.count * tensor.elementType.stride))
    }
    try communicator.requireAgreement(on: [("the model", hash.hexadecimalDigest())])
  }
}

extension Communicator {
  /// Makes sure that all ranks have the same work before them: ranks with other inputs would wait for each other for ever, or
  /// give answers to other questions.
  ///
  /// - Parameters:
  ///   - settings: What says how the work is done.
  ///   - digest: Adds all that the work is done on.
  func requireSameWork(
    settings: @autoclosure () -> String = "", _ digest: (inout SHA256) -> Void
  ) throws(CommunicationError) {
    if size == 1 { return }
    var hash = SHA256()
    digest(&hash)
    try requireAgreement(on: [("what is asked for", settings()), ("the input", hash.hexadecimalDigest())])
  }
}

extension SHA256 {
  /// Adds a text and how long it is, so that texts do not flow into each other.
  mutating func update(text: String) {
    update(numbers: [text.utf8.count])
    update(Array(text.utf8))
  }

  /// Adds numbers, with all their bits.
  mutating func update<Number: BitwiseCopyable>(numbers: [Number]) { numbers.withUnsafeBytes { update($0) } }
}
