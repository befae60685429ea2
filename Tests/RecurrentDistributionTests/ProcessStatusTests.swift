#if os(Linux)
  import CMPIRuntime
  import Glibc
  import Testing

  /// Ends of a process in the middle of its work that call no handler.
  @Suite struct ProcessStatusTests {
    @Test func anExitWithoutHandlersDoesNotSucceedInMidWork() async {
      await #expect(processExitsWith: .exitCode(70)) {
        mpi_process_must_not_succeed(70)
        _exit(0)
      }
    }

    @Test func aFailureKeepsItsNumber() async {
      await #expect(processExitsWith: .exitCode(3)) {
        mpi_process_must_not_succeed(70)
        _exit(3)
      }
    }

    @Test func afterTheWorkAProcessMaySucceed() async {
      await #expect(processExitsWith: .success) {
        mpi_process_must_not_succeed(70)
        mpi_process_must_not_succeed(0)
        _exit(0)
      }
    }
  }
#endif
