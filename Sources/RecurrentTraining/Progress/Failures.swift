public import RecurrentFormats

// Every error that reaches the user, and its exit code, in one place.

extension SettingError: DescribedFailure {
  /// Wrong usage on the command line, wrong configuration in a file.
  public var exitStatus: ExitStatus {
    if case .file = source { return .configuration }
    return .usage
  }
}

extension TrainingError: DescribedFailure {
  /// Divergence has a number of its own.
  public var exitStatus: ExitStatus {
    switch self {
    case .notFinite: .diverged
    case .noBatches, .foreignCheckpoint: .badData
    case .unknownMetric: .configuration
    }
  }
}

extension MemoryError: DescribedFailure {
  /// Settings that this machine cannot do.
  public var exitStatus: ExitStatus { .configuration }
}

extension OptimizerConfigurationError: DescribedFailure {
  /// Wrong configuration.
  public var exitStatus: ExitStatus { .configuration }
}

extension ScheduleConfigurationError: DescribedFailure {
  /// Wrong configuration.
  public var exitStatus: ExitStatus { .configuration }
}

extension LearningRateScheduleError: DescribedFailure {
  /// Wrong configuration.
  public var exitStatus: ExitStatus { .configuration }
}

extension RunFolderError: DescribedFailure {
  /// Whether the folder cannot be made, is not there, or is not a run's.
  public var exitStatus: ExitStatus {
    switch reason {
    case .exists, .inUse: .cannotCreate
    case .missing, .notARun: .noInput
    case .noCheckpoint, .metricsShortened: .badData
    case .file(let error): error.exitStatus
    }
  }
}

extension ModelFolderError: DescribedFailure {
  /// Whether the model is not there, damaged, or cannot be written.
  public var exitStatus: ExitStatus {
    switch reason {
    case .missing, .unfinished: .noInput
    case .file(let error): error.exitStatus
    case .damaged, .configuration, .malformed, .otherTask, .unknownTask, .newerFormat, .weights, .parameters: .badData
    }
  }
}

extension CheckpointError: DescribedFailure {
  /// Bad data, or whatever reading a file ran into.
  public var exitStatus: ExitStatus {
    if case .file(let error) = reason { return error.exitStatus }
    return .badData
  }
}

extension FileError: DescribedFailure {
  /// Input that is not there, output that cannot be made, or a device that fails.
  public var exitStatus: ExitStatus {
    switch (reason, operation) {
    case (.noSpace, _), (.quotaExceeded, _), (.deviceFailed, _), (.system, _), (.tooManyOpenFiles, _): .ioError
    case (.tooLarge, _), (.changedWhileReading, _): .badData
    case (_, .read): .noInput
    case (_, .write), (_, .remove): .cannotCreate
    }
  }
}

extension FolderError: DescribedFailure {
  /// Damaged data.
  public var exitStatus: ExitStatus {
    if case .unreadable(let error) = reason { return error.exitStatus }
    return .badData
  }
}

extension JSONError: DescribedFailure {
  /// Bad data.
  public var exitStatus: ExitStatus { .badData }
}

extension SafetensorsError: DescribedFailure {
  /// Bad data, or whatever reading the file ran into.
  public var exitStatus: ExitStatus {
    if case .file(let error) = kind { return error.exitStatus }
    return .badData
  }
}

extension TokenizerError: DescribedFailure {
  /// Bad data.
  public var exitStatus: ExitStatus { .badData }
}
