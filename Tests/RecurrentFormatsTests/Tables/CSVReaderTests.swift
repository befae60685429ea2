import RecurrentFormats
import Testing

@Suite struct CSVReaderTests {
  private func read(_ text: String, _ dialect: CSVDialect = CSVDialect()) throws -> [[String]] {
    try read(MemorySource(Array(text.utf8), name: "t.csv"), dialect)
  }

  private func read(_ source: any ByteSource, _ dialect: CSVDialect = CSVDialect()) throws -> [[String]] {
    var table = try CSVReader(source, dialect: dialect)
    var records = table.hasHeader ? [table.columns] : []
    while try table.readRecord() {
      var record: [String] = []
      for index in 0..<table.fieldCount { record.append(try table.text(at: index)) }
      records.append(record)
    }
    return records
  }

  private func error(_ text: String, _ dialect: CSVDialect = CSVDialect()) -> TableError? {
    do {
      _ = try read(text, dialect)
      return nil
    } catch {
      return error as? TableError
    }
  }

  @Test func readsQuotesDelimitersAndLineEnds() throws {
    let text = "\u{FEFF}name,note\r\n\"a,b\",\"say \"\"hi\"\"\"\r\n\"two\nlines\",é\n\"\",x"
    #expect(try read(text) == [["name", "note"], ["a,b", "say \"hi\""], ["two\nlines", "é"], ["", "x"]])
    #expect(try read("a,b\r1,2\r") == [["a", "b"], ["1", "2"]])
    #expect(try read("\"\"\"\",\"x\"\"y\"\n") == [["\"", "x\"y"]])
  }

  @Test func spacesAroundUnquotedFieldsAreLeftOut() throws {
    #expect(try read("ds , y\n 2024-01 ,\" z \"\n") == [["ds", "y"], ["2024-01", " z "]])
  }

  @Test func emptyFieldsCount() throws {
    #expect(try read("a,b,c\n,,\n1,,3\n") == [["a", "b", "c"], ["", "", ""], ["1", "", "3"]])
  }

  @Test(arguments: [
    ("a,b\n1,2\n", Character(",")), ("a;b\n1,5;2,5\n", ";"), ("a\tb, c\n1\t2, 3\n", "\t"), ("1,5;2,5\n3,5;4,5\n", ";"),
    ("a\n1\n", ","), ("\"x;y\",b\n\"z;\",2\n", ","), ("a;b,c\n1,2\n", ","),
  ])
  func findsTheDelimiter(text: String, delimiter: Character) throws {
    let table = try CSVReader(bytes: Array(text.utf8), name: "t.csv")
    let found = table.delimiter
    #expect(found == delimiter)
  }

  @Test func takesTheDelimiterGiven() throws {
    #expect(try read("a|b\n1|2\n", CSVDialect(delimiter: .character("|"))) == [["a", "b"], ["1", "2"]])
  }

  @Test func aFirstRecordWithANumberIsNoHeader() throws {
    let table = try CSVReader(bytes: Array("0.78,1.6\n0.79,1.5\n".utf8), name: "t.csv")
    let (hasHeader, columns) = (table.hasHeader, table.columns)
    #expect(!hasHeader)
    #expect(columns == ["1", "2"])
    #expect(try read("0.78,1.6\n") == [["0.78", "1.6"]])
    #expect(try read("x,2010\n5,6\n", CSVDialect(header: .present)) == [["x", "2010"], ["5", "6"]])
    #expect(try read("x,y\n5,6\n", CSVDialect(header: .absent)) == [["x", "y"], ["5", "6"]])
  }

  @Test func namesAnUnnamedColumnByItsNumber() throws {
    let columns = try CSVReader(bytes: Array(",y\n0,1\n".utf8), name: "t.csv").columns
    #expect(columns == ["1", "y"])
  }

  @Test func blankLinesBetweenRecordsArePassedOver() throws {
    #expect(try read("\na,b\n\n1,2\n\n\n3,4\n\n") == [["a", "b"], ["1", "2"], ["3", "4"]])
    #expect(try read("y\n1\n2\n\n\n") == [["y"], ["1"], ["2"]])
    #expect(error("y\n1\n\n2\n") == .blankLine(TextLocation(file: "t.csv", line: 3, column: 1)))
  }

  @Test func everyPieceLengthGivesTheSameRecords() throws {
    let text = "a,b\r\n\"x\"\"\r\ny\",é\r\n1,2\r\n\"\",\"\"\r\n"
    let expected = try read(text)
    for piece in 1...20 {
      #expect(try read(PiecewiseSource(Array(text.utf8), piece: piece)) == expected)
    }
  }

  @Test func recordsLongerThanTheBufferAreRead() throws {
    let long = String(repeating: "0123456789", count: 30_000)
    #expect(try read("a,b\n\"\(long)\",2\n3,4\n") == [["a", "b"], [long, "2"], ["3", "4"]])
  }

  @Test func placesCountLinesAndCharacters() throws {
    func place(_ line: Int, _ column: Int) -> TextLocation { TextLocation(file: "t.csv", line: line, column: column) }
    #expect(error("a,b\r\n1,2\r\n1,2,3\r\n") == .fieldCount(place(3, 5), expected: 2, found: 3))
    #expect(error("a,b\r\n\"p\r\nq\",2\r\n1,2,3\r\n") == .fieldCount(place(4, 5), expected: 2, found: 3))
    #expect(error("a,b\n1,2\n1,2,3\n") == .fieldCount(place(3, 5), expected: 2, found: 3))
    #expect(error("a,b\n1,2\n1\n") == .fieldCount(place(3, 1), expected: 2, found: 1))
    #expect(error("a,b\n1,\"2\n3,4\n") == .unterminatedQuote(place(2, 3)))
    #expect(error("a,b\né,x\"y\"\n") == .strayQuote(place(2, 4)))
    #expect(error("a,b\n\"1\" ,2\n") == .textAfterQuote(place(2, 4)))
    #expect(error("a,b\n\"p\nq\",x\"\n") == .strayQuote(place(3, 5)))
    #expect(error("a,b\n1,\0\n") == .notText(place(2, 3)))
    #expect(error("") == .empty(file: "t.csv"))
    #expect(error("\n\n") == .empty(file: "t.csv"))
  }

  @Test func bytesThatAreNotUTF8AreAnError() throws {
    var table = try CSVReader(bytes: Array("a,b\n1,".utf8) + [0xE9, 0x0A], name: "t.csv")
    let isRead = try table.readRecord()
    #expect(isRead)
    do throws(TableError) {
      _ = try table.text(at: 1)
      Issue.record("no error")
    } catch {
      #expect(error == .notUTF8(TextLocation(file: "t.csv", line: 2, column: 3)))
    }
  }

  @Test func columnsAreFoundByName() throws {
    let table = try CSVReader(bytes: Array("Month,Passengers,x,x\na,b,c,d\n".utf8), name: "t.csv")
    let index = try table.columnIndex(named: "Passengers")
    #expect(index == 1)
    do throws(TableError) {
      _ = try table.columnIndex(named: "x")
      Issue.record("no error")
    } catch {
      #expect(error == .ambiguousColumn(file: "t.csv", name: "x"))
    }
    do throws(TableError) {
      _ = try table.columnIndex(named: "Pasengers")
      Issue.record("no error")
    } catch {
      #expect(
        error.description
          == "t.csv: no column 'Pasengers'; did you mean 'Passengers'? (columns: Month, Passengers, x, x)")
    }
  }

  @Test func aMissingHeaderIsSaidToBeMissing() throws {
    let table = try CSVReader(bytes: Array("0.5,1\n".utf8), name: "t.csv")
    do throws(TableError) {
      _ = try table.columnIndex(named: "y")
      Issue.record("no error")
    } catch {
      #expect(
        error.description
          == "t.csv: no column 'y': the first line holds numbers and was not taken for a header; name columns by number, "
          + "1 to 2, or say that there is a header")
    }
  }

  @Test func aQuoteThatIsNeverClosedDoesNotTakeInTheWholeFile() throws {
    let text = "a,b\n\"1,2\n" + String(repeating: "3,4\n", count: 100_000)
    var table = try CSVReader(MemorySource(Array(text.utf8), name: "t.csv"), recordLimit: 100_000)
    do throws(TableError) {
      _ = try table.readRecord()
      Issue.record("no error")
    } catch {
      #expect(error == .recordTooLong(TextLocation(file: "t.csv", line: 2, column: 1), bytes: 100_000))
    }
  }

  @Test func varyingFieldCountsWhenAllowed() throws {
    let dialect = CSVDialect(delimiter: .character(","), header: .absent, allowsVaryingFieldCounts: true)
    #expect(try read("H1,1,2\nH2,1\n", dialect) == [["H1", "1", "2"], ["H2", "1"]])
  }
}

/// Delivers a few bytes at a time, as a pipe may.
private final class PiecewiseSource: ByteSource {
  let name = "t.csv"
  private var rest: ArraySlice<UInt8>
  private let piece: Int

  init(_ bytes: [UInt8], piece: Int) {
    rest = bytes[...]
    self.piece = piece
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    let next = rest.prefix(min(piece, buffer.count))
    buffer.copyBytes(from: next)
    rest = rest.dropFirst(next.count)
    return next.count
  }
}
