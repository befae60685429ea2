public import RecurrentFormats
public import RecurrentLayers
public import RecurrentTensor
public import RecurrentTraining

/// Why a study cannot go on.
public enum StudyError: Error, Equatable, Sendable {
  /// A loss or gradient is not finite.
  case diverged(problem: String, network: String, step: Int)
  /// A file of pictures cannot be read.
  case input(InputError)
  /// A file of pictures is missing or is not what it should be.
  case images(file: String, problem: String)
  /// A matrix has no spectral radius that can be computed.
  case spectralRadius(SpectralRadiusError)
  /// A reservoir cannot be made.
  case reservoir(ReservoirError)
  /// A readout cannot be fitted.
  case ridge(RidgeError)
}

extension StudyError: CustomStringConvertible {
  /// One line: what is wrong, where, and how to mend it.
  public var description: String {
    switch self {
    case .diverged(let problem, let network, let step):
      "\(network) on the \(problem) problem: the loss is not finite in step \(step); lower --rate or --clip"
    case .input(let error): error.description
    case .images(let file, let problem): "\(file.printable(limit: 1000)): \(problem)"
    case .spectralRadius(let error): error.description
    case .reservoir(let error): error.description
    case .ridge(let error): error.description
    }
  }
}

extension StudyError: DescribedFailure {
  /// Divergence has a number of its own; files are missing or wrong.
  public var exitStatus: ExitStatus {
    switch self {
    case .diverged: .diverged
    case .input(.file(let error)): error.exitStatus
    case .input, .images: .badData
    case .spectralRadius, .ridge: .diverged
    case .reservoir: .configuration
    }
  }
}
