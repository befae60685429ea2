import Foundation
import Testing

/// Public data sets that tests read where they are at hand; their licences forbid bundling them.
///
/// The folder is that of the environment variable `RECURRENT_DATA`, or `../shared/data` beside the package.
enum SharedData {
  /// Why a test that needs the data sets was skipped.
  static let comment: Comment = "needs the public data sets; set RECURRENT_DATA to their folder"

  private static let folder: String = {
    if let folder = ProcessInfo.processInfo.environment["RECURRENT_DATA"] { return folder }
    // …/Tests/RecurrentTasksTests/Forecasting/SharedData.swift
    var package = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { package.deleteLastPathComponent() }
    return package.deletingLastPathComponent().appendingPathComponent("shared/data").path
  }()

  /// The path of a data file.
  static func path(_ file: String) -> String { folder + "/" + file }

  /// Whether a data file is there.
  static func has(_ file: String) -> Bool { FileManager.default.fileExists(atPath: path(file)) }
}

enum DataFile {
  static let airline = "airline-passengers/airline-passengers.csv"
  static let beijing = "beijing-pm25/beijing-pm25.csv.gz"
  static let ett = "ett/ETTh1.csv.gz"
  static let pjm = "pjm-east-load/PJME_hourly_2012_2018.csv.gz"
  static let exchange = "exchange-rate/exchange_rate.txt"
  static let m4Train = "m4-hourly/Hourly-train.csv.gz"
  static let m4Test = "m4-hourly/Hourly-test.csv"
}
