import RecurrentFormats
import Testing

@testable import RecurrentTasks

/// Tables with random damage: whatever the bytes are, reading ends with series or with an error of one line.
@Suite struct SeriesFrameMutationTests {
  private static let tables = [
    "unique_id,ds,y,wind,p\r\n\"A\",2024-01-01 00:00,1.5,NW,2\r\nA,2024-01-01 01:00,-2e3,SE,3\r\nB,2024-01-01 00:00,3,NW,4\r\nB,2024-01-01 01:00,4,SE,5\r\n",
    "year;month;y\n1949;Jan;112\n1949;Feb;118\n1949;Mar;132\n1949;Apr;129\n",
    "ds,y\n2023-11-30,1\n2023-12-31,2\n2024-01-31,3\n2024-02-29,4\n",
    "0.1\t0.2\n0.3\t0.4\n0.5\t0.6\n",
  ]
  private static let columns = [
    SeriesColumns(targets: ["y"], pastCovariates: ["p"], futureCovariates: ["wind"], categories: ["wind"]),
    SeriesColumns(time: ["year", "month"], targets: ["y"]), SeriesColumns(), SeriesColumns(targets: ["2", "1"]),
  ]
  private static let interesting: [UInt8] = Array("\",;\t\n\r \0-+.eE09:TZQ/NaN\u{FE}é".utf8) + [0x80, 0xFF]

  @Test(arguments: [0, 1, 2, 3])
  func damagedTables(index: Int) throws {
    let original = Array(Self.tables[index].utf8)
    var state = UInt64(index) &* 977 &+ 88_172_645_463_325_252
    func random(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    var (readable, refused) = (0, 0)
    for _ in 0..<500 {
      var bytes = original
      for _ in 0...random(3) where !bytes.isEmpty {
        let place = random(bytes.count)
        switch random(4) {
        case 0: bytes[place] = Self.interesting[random(Self.interesting.count)]
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(Self.interesting[random(Self.interesting.count)], at: place)
        default: bytes.removeSubrange(place...)
        }
      }
      do throws(SeriesError) {
        let frame = try read(bytes, Self.columns[index])
        #expect(frame.series.allSatisfy { $0.count > 0 && $0.targets.allSatisfy { $0.allSatisfy(\.isFinite) } })
        readable += 1
      } catch {
        #expect(!error.description.isEmpty && !error.description.contains { $0.isNewline })
        refused += 1
      }
    }
    // Both happen, or the damage tests nothing.
    #expect(readable > 10 && refused > 50)
  }

  private func read(_ bytes: [UInt8], _ columns: SeriesColumns) throws(SeriesError) -> SeriesFrame {
    let table: CSVReader
    do throws(TableError) {
      table = try CSVReader(bytes: bytes, name: "t.csv")
    } catch {
      throw .table(error)
    }
    return try SeriesFrame.read(table, columns: columns, categories: [:])
  }
}
