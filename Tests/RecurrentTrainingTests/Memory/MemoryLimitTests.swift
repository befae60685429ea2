import Testing

@testable import RecurrentTraining

@Suite struct MemoryLimitTests {
  @Test func groupsAndThoseAboveThem() {
    #expect(
      MemoryLimit.controlGroupFiles(["0::/jobs/7"]) == [
        "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/jobs/7/memory.max", "/sys/fs/cgroup/jobs/memory.max",
      ])
    #expect(
      MemoryLimit.controlGroupFiles(["8:pids:/", "4:cpu,memory:/api", "name"]) == [
        "/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/api/memory.limit_in_bytes",
      ])
  }

  @Test func addresses() {
    let lines = [
      "Limit                     Soft Limit           Hard Limit           Units     ",
      "Max address space         4294967296           unlimited            bytes     ",
    ]
    #expect(MemoryLimit.addressLimit(lines.map { $0[...] }) == 4_294_967_296)
    #expect(
      MemoryLimit.addressLimit(["Max address space         unlimited            unlimited            bytes"]) == nil)
    #expect(MemoryLimit.addressLimit([]) == nil)
  }

  @Test func thisProcessHasSomeLimit() throws {
    let limit = try #require(MemoryLimit.ofThisProcess)
    #expect(limit.byteCount > 1 << 20)
    #expect(ProcessMemory.resident > 1 << 20)
    #expect(ProcessMemory.peak >= ProcessMemory.resident / 2)
  }

  @Test func errorNamesAllThree() throws {
    var estimate = MemoryEstimate()
    estimate[.program] = 20_000_000
    estimate[.activations] = 3_000_000_000
    let limit = MemoryLimit(2_000_000_000, by: .controlGroup)
    let error = #expect(throws: MemoryError.self) {
      try estimate.check(against: limit, lowering: "batch_size (now 64)")
    }
    #expect(
      error?.description
        == "training needs about 3.02 GB of memory (3.00 GB of it for batches), and the control group of this process may "
        + "have 2.00 GB; lower batch_size (now 64)")
    #expect(error?.exitStatus == .configuration)
    #expect(throws: Never.self) { try estimate.check(against: nil, lowering: "x") }
    #expect(throws: Never.self) { try estimate.check(against: MemoryLimit(3_020_000_000, by: .machine), lowering: "x") }
  }
}
