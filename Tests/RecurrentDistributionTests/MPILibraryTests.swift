import Testing

@testable import RecurrentDistribution

@Suite struct MPILibraryTests {
  private func launcher() throws -> Launcher {
    try #require(try Launcher(environment: ["PMI_SIZE": "2", "PMI_RANK": "1"]))
  }

  @Test func aNamedLibraryThatIsNotThereIsAnError() throws {
    let error = try #require(
      #expect(throws: CommunicationError.self) {
        try MPILibrary.open(for: try launcher(), environment: [DistributionVariables.library: "/nowhere/libmpi.so"])
      })
    #expect(error.description.hasPrefix("RECURRENT_MPI_LIBRARY: /nowhere/libmpi.so cannot be used: "))
    #expect(error.description.hasSuffix("; name the MPI library of the launcher"))
    // The path is told once.
    #expect(error.description.ranges(of: "/nowhere/libmpi.so").count == 1)
  }

  @Test func aLibraryWithoutMPIIsRefused() throws {
    #if canImport(Darwin)
      let path = "/usr/lib/libSystem.B.dylib"
    #else
      let path = "libm.so.6"
    #endif
    #expect(throws: CommunicationError.unusableLibrary(path: path, problem: "it has no function MPI_Init_thread")) {
      try MPILibrary.open(for: try launcher(), environment: [DistributionVariables.library: path])
    }
  }

  @Test func namesAreShortened() {
    #expect(MPILibrary.firstLine(of: "Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4\n") == "Open MPI v4.1.4")
    #expect(MPILibrary.firstLine(of: "MPICH Version:      4.0.2\nMPICH Release date: 2022") == "MPICH 4.0.2")
    #expect(MPILibrary.firstLine(of: "") == "")
  }

  @Test func everyFamilyHasNamesAndNoneTwice() {
    for family in [Launcher.Family.openMPI, .mpich, .standard] {
      #expect(!family.libraryNames.isEmpty)
      #expect(Set(family.libraryNames).count == family.libraryNames.count)
    }
  }

  @Test func errorsAreOneLineThatSaysWhatToDo() throws {
    let launcher = try launcher()
    let errors: [CommunicationError] = [
      .libraryNotFound(launcher, problems: ["libmpich.so.12: not there", "libmpi.so.12: it is Open MPI v4"]),
      .unusableLibrary(path: "x\ny", problem: "p"), .launcherMismatch(launcher, library: "l", rank: 0, size: 1),
      .badVariable(name: "PMI_SIZE", value: "\n"), .alreadyStarted, .timedOut(function: "MPI_Finalize", seconds: 60),
      .failed(function: "MPI_Test", message: "a\nb"), .countMismatch(expected: 1, received: 2, peer: 0),
      .threadRefused(reason: "no\nmore"), .impossibleCount(-1, peer: 3),
      .rankLost(rank: 1), .ranksDiffer(what: "the data", ranks: Array(1..<9)),
    ]
    for error in errors {
      #expect(!error.description.contains("\n"))
      #expect(error.description.contains(";"))
    }
    #expect(errors[11].description.hasPrefix("the data of ranks 1, 2, 3, 4, 5 and 3 more differs"))
  }
}
