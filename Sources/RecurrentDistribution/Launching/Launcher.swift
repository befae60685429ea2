import RecurrentFormats

/// What has started this process as one of several, found from the variables that it leaves in the environment.
public struct Launcher: Hashable, Sendable {
  /// The kinds of launchers, by how they speak with the processes that they start.
  public enum Kind: Hashable, Sendable {
    /// `mpirun` or `mpiexec` of Open MPI.
    case openMPI
    /// `mpirun` or `mpiexec` of MPICH, Intel MPI, MVAPICH: all that use the Hydra process manager.
    case hydra
    /// `srun` of Slurm.
    case slurm
    /// Another launcher that offers PMIx.
    case pmix
  }

  /// A kind of MPI library, by the form of its handles.
  public enum Family: Hashable, Sendable {
    /// Open MPI.
    case openMPI
    /// MPICH, and those with its binary interface: Intel MPI, Cray MPICH, MVAPICH.
    case mpich
    /// The standard binary interface of MPI 5.
    case standard
  }

  /// What kind it is.
  public let kind: Kind
  /// The number of this process, where the launcher tells it.
  public let rank: Int?
  /// How many processes there are, where the launcher tells it.
  public let size: Int?
  /// The kinds of libraries that work with it, the likeliest first.
  public let families: [Family]

  /// Finds the launcher; nil where the process was started alone.
  ///
  /// A batch script of Slurm sees the number of tasks of its job but is no step of it, and so is alone.
  ///
  /// - Parameter environment: The variables of the process.
  /// - Throws: `CommunicationError.badVariable`.
  public init?(environment: [String: String]) throws(CommunicationError) {
    let variables = LauncherVariables(environment)
    if let size = try variables.count("OMPI_COMM_WORLD_SIZE") {
      self.init(.openMPI, rank: try variables.number("OMPI_COMM_WORLD_RANK"), size: size, [.openMPI, .standard])
      return
    }
    let step = try variables.slurmStep
    if let size = try variables.count("PMI_SIZE") {
      let rank = try variables.number("PMI_RANK")
      if let step, step.rank == rank, step.size == size {
        self.init(.slurm, rank: rank, size: size, [.mpich, .openMPI, .standard])
      } else {
        self.init(.hydra, rank: rank, size: size, [.mpich, .standard])
      }
      return
    }
    if let step, step.size > 1 || environment["PMIX_RANK"] != nil {
      self.init(.slurm, rank: step.rank, size: step.size, [.openMPI, .mpich, .standard])
      return
    }
    guard let rank = try variables.number("PMIX_RANK") else { return nil }
    self.init(.pmix, rank: rank, size: nil, [.openMPI, .mpich, .standard])
  }

  private init(_ kind: Kind, rank: Int?, size: Int?, _ families: [Family]) {
    self.kind = kind
    self.rank = rank
    self.size = size
    self.families = families
  }

  /// Whether a library that sees these ranks is one that the launcher speaks with.
  func agrees(rank: Int, size: Int) -> Bool {
    (self.rank ?? rank) == rank && (self.size ?? size) == size
  }

  /// What to do where a library does not see the other ranks.
  var mend: String {
    let name = DistributionVariables.library
    return switch kind {
    case .openMPI: "start it with the mpirun of that library, or name the library of Open MPI in \(name)"
    case .hydra: "start it with the mpirun of that library, or name the library of MPICH or Intel MPI in \(name)"
    case .slurm: "use the --mpi= of srun that the library was built for (srun --mpi=list), or name another in \(name)"
    case .pmix: "name a library that was built with PMIx in \(name)"
    }
  }
}

extension Launcher: CustomStringConvertible {
  /// For example `mpirun of Open MPI (rank 2 of 4)`.
  public var description: String {
    let name =
      switch kind {
      case .openMPI: "mpirun of Open MPI"
      case .hydra: "mpirun of MPICH"
      case .slurm: "srun of Slurm"
      case .pmix: "a launcher with PMIx"
      }
    return switch (rank, size) {
    case (let rank?, let size?): "\(name) (rank \(rank) of \(size))"
    case (let rank?, nil): "\(name) (rank \(rank))"
    default: name
    }
  }
}

/// Reads numbers from the environment.
private struct LauncherVariables {
  let values: [String: String]

  init(_ values: [String: String]) { self.values = values }

  /// A number from 0.
  func number(_ name: String) throws(CommunicationError) -> Int? {
    guard let text = values[name], !text.isEmpty else { return nil }
    guard let number = Int32(text), number >= 0 else { throw .badVariable(name: name, value: text) }
    return Int(number)
  }

  /// A number from 1.
  func count(_ name: String) throws(CommunicationError) -> Int? {
    guard let count = try number(name) else { return nil }
    guard count > 0 else { throw .badVariable(name: name, value: values[name] ?? "") }
    return count
  }

  /// The place in a step of Slurm; a script of `sbatch` has SLURM_PROCID but no step.
  var slurmStep: (rank: Int, size: Int)? {
    get throws(CommunicationError) {
      guard values["SLURM_STEP_ID"] != nil, let size = try count("SLURM_STEP_NUM_TASKS"),
        let rank = try number("SLURM_PROCID")
      else { return nil }
      return (rank, size)
    }
  }
}
