import CMPIRuntime
import RecurrentTensor

/// The part of a host's cores that falls to a rank.
///
/// Some launchers give each rank cores of its own, others let all ranks of a host run on all of its cores.
public struct CoreShare: Hashable, Sendable {
  /// Threads that this rank should use.
  public let threads: Int

  /// Learns of all ranks on which cores they may run.
  public init(_ communicator: MPICommunicator) throws(CommunicationError) {
    let cores = try communicator.allGather(Self.coresOfProcess)
    let own = communicator.rank
    let sharing = cores.indices.filter { rank in
      communicator.hostNames[rank] == communicator.hostNames[own] && Self.overlap(cores[rank], cores[own])
    }
    threads = Self.threads(of: ComputeEnvironment.defaultThreads, amongRanks: sharing.count)
  }

  /// As many as come to a rank where so many use the same cores, but at least one.
  static func threads(of cores: Int, amongRanks ranks: Int) -> Int { max(1, cores / max(1, ranks)) }

  /// Whether two sets of cores, a bit for each core, have one in common.
  static func overlap(_ first: [UInt8], _ second: [UInt8]) -> Bool {
    zip(first, second).contains { $0 & $1 != 0 }
  }

  private static var coresOfProcess: [UInt8] {
    var cores = [UInt8](repeating: 0, count: Int(mpi_process_core_bytes))
    mpi_process_cores(&cores)
    return cores
  }
}
