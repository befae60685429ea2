import RecurrentDistribution
import Testing

@Suite struct LauncherTests {
  private func launcher(_ environment: [String: String]) throws -> Launcher? {
    try Launcher(environment: environment)
  }

  @Test func aProcessThatWasStartedByHandHasNoLauncher() throws {
    #expect(try launcher([:]) == nil)
    #expect(try launcher(["HOME": "/root", "WORLD_SIZE": "4", "OMPI_MCA_btl": "self"]) == nil)
  }

  @Test func openMPIIsKnownByItsSize() throws {
    let found = try #require(try launcher(["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "2", "PMIX_RANK": "2"]))
    #expect(found.kind == .openMPI)
    #expect((found.rank, found.size) == (2, 4))
    #expect(found.families == [.openMPI, .standard])
    #expect(found.description == "mpirun of Open MPI (rank 2 of 4)")
  }

  @Test func openMPIInsideOfAStepOfSlurmIsOpenMPI() throws {
    // mpirun starts one helper for each host by srun, whose variables the ranks inherit.
    let found = try #require(
      try launcher([
        "OMPI_COMM_WORLD_SIZE": "8", "OMPI_COMM_WORLD_RANK": "5", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "2",
        "SLURM_PROCID": "1",
      ]))
    #expect(found.kind == .openMPI)
    #expect(found.size == 8)
  }

  @Test func hydraIsKnownByItsSize() throws {
    let found = try #require(try launcher(["PMI_SIZE": "3", "PMI_RANK": "0", "MPI_LOCALNRANKS": "3"]))
    #expect(found.kind == .hydra)
    #expect((found.rank, found.size) == (0, 3))
    #expect(found.families == [.mpich, .standard])
  }

  @Test func hydraOverHostsOfSlurmIsHydra() throws {
    let found = try #require(
      try launcher([
        "PMI_SIZE": "8", "PMI_RANK": "5", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "1",
      ]))
    #expect(found.kind == .hydra)
    #expect(found.size == 8)
  }

  @Test func aStepOfSlurmIsKnownWithAnyPlugin() throws {
    let step = ["SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "3", "SLURM_NTASKS": "4"]
    let none = try #require(try launcher(step))
    #expect(none.kind == .slurm)
    #expect((none.rank, none.size) == (3, 4))
    let pmix = try #require(try launcher(step.merging(["PMIX_RANK": "3"]) { $1 }))
    #expect(pmix.kind == .slurm)
    #expect(pmix.families.first == .openMPI)
    let pmi2 = try #require(try launcher(step.merging(["PMI_RANK": "3", "PMI_SIZE": "4"]) { $1 }))
    #expect(pmi2.kind == .slurm)
    #expect(pmi2.families.first == .mpich)
  }

  @Test func aBatchScriptOfSlurmIsAlone() throws {
    #expect(try launcher(["SLURM_JOB_ID": "17", "SLURM_NTASKS": "4", "SLURM_PROCID": "0"]) == nil)
  }

  @Test func aShellInsideOfAJobIsAlone() throws {
    #expect(try launcher(["SLURM_STEP_ID": "4294967290", "SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0"]) == nil)
  }

  @Test func pmixAloneTellsTheRankOnly() throws {
    let found = try #require(try launcher(["PMIX_RANK": "1", "PMIX_NAMESPACE": "job"]))
    #expect(found.kind == .pmix)
    #expect((found.rank, found.size) == (1, nil))
  }

  @Test(arguments: [
    ["OMPI_COMM_WORLD_SIZE": "four"], ["OMPI_COMM_WORLD_SIZE": "0"], ["PMI_SIZE": "-1"], ["PMI_SIZE": "99999999999"],
    ["PMI_SIZE": "2", "PMI_RANK": "x"], ["PMIX_RANK": "-1"],
  ])
  func numbersThatMakeNoSenseAreRefused(environment: [String: String]) {
    #expect(throws: CommunicationError.self) { try Launcher(environment: environment) }
  }

  @Test func aBadVariableIsNamed() {
    let error = #expect(throws: CommunicationError.self) { try Launcher(environment: ["PMI_SIZE": "\u{1B}[2Jx"]) }
    #expect(
      error?.description
        == "the environment variable PMI_SIZE is '\\u{1b}[2Jx', which no launcher sets; unset it or use --no-mpi")
  }
}
