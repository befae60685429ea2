import ArgumentParser
import Foundation
import RecurrentFormats
import RecurrentTasks
import RecurrentTraining
import Testing

@testable import RecurrentCLI

struct ForecastFlagsTests {
  /// Every option of the command as the argument parser itself lists them: its name and whether it takes a value.
  private static let options: [(name: String, takesValue: Bool)] = {
    struct Dump: Decodable {
      struct Command: Decodable { let arguments: [Argument] }
      struct Argument: Decodable {
        let kind: String
        let names: [Name]?
      }
      struct Name: Decodable { let name: String }
      let command: Command
    }
    let dump = try? JSONDecoder().decode(Dump.self, from: Data(TrainForecastCommand._dumpHelp().utf8))
    return (dump?.command.arguments ?? []).flatMap { argument in
      (argument.names ?? []).map { ($0.name, argument.kind == "option") }
    }.filter { !notSettings.contains($0.0) }
  }()

  private static let notSettings: Set = [
    "help", "h", "version", "preset", "config", "set", "output", "resume", "dry-run", "no-mpi", "json", "quiet",
    "q",
  ]

  @Test func everyFlagNamesASetting() {
    let keys = Set(ForecastConfiguration.fields.map(\.key))
    #expect(Self.options.count > 30)
    for (name, _) in Self.options {
      let key = name.hasPrefix("no-") ? String(name.dropFirst(3)) : name
      #expect(keys.contains(key.replacing("-", with: "_")), "--\(name)")
    }
  }

  @Test func everyFlagReachesItsSetting() throws {
    for (name, takesValue) in Self.options {
      let flags = try TrainForecastCommand.parse(takesValue ? ["--\(name)", "some text"] : ["--\(name)"]).flags
      let isNegative = name.hasPrefix("no-")
      let key = (isNegative ? String(name.dropFirst(3)) : name).replacing("-", with: "_")
      let value: JSONValue = takesValue ? "some text" : .bool(!isNegative)
      let flag = "--" + (isNegative ? String(name.dropFirst(3)) : name)
      #expect(flags == [SettingAssignment(key, value, from: .flag(flag))])
    }
  }

  @Test func flagsThatAreAskedFor() {
    let names = Set(Self.options.map(\.name))
    for name in [
      "data", "target", "time", "series", "past-covariates", "future-covariates", "categories", "frequency", "season",
      "train", "validation", "test", "scaler", "fit-scaler-on", "logarithm", "difference", "seasonal-difference",
      "arrangement", "look-back", "horizon", "strategy", "labels", "batch-size", "cell", "hidden", "layers", "dropout",
      "epochs", "optimizer", "learning-rate", "clip-norm", "patience", "seed", "threads", "plot", "no-plot",
    ] {
      #expect(names.contains(name), "--\(name)")
    }
  }

  @Test func repeatedListsAreJoinedAndOthersReplaced() throws {
    let flags = try TrainForecastCommand.parse(["--target", "a", "--seed", "1", "--target", "b,c", "--seed", "2"]).flags
    #expect(Set(flags.map(\.value)) == ["a,b,c", "2"])
    let configuration = try ForecastConfiguration(resolving: flags)
    #expect(configuration.target == ["a", "b", "c"])
    #expect(configuration.training.seed == 2)
  }

  @Test func nothingTypedGivesNothing() throws {
    #expect(try TrainForecastCommand.parse([]).flags.isEmpty)
  }
}
