import RecurrentFormats
import Testing

@Suite struct CSVWriterTests {
  @Test func writesNumbersThatReadBackAsThemselves() throws {
    var table = CSVWriter(columns: ["ds", "yhat"])
    table.append([.text("1961-01"), .number(450.5)])
    table.append([.text("1961-02"), .number(418)])
    table.append([.integer(3), .single(0.1)])
    table.append([.missing, .number(-0.0)])
    table.append([.text(""), .number(.nan)])
    table.append([.number(1e300), .number(1.0 / 3)])
    #expect(table.text == "ds,yhat\n1961-01,450.5\n1961-02,418\n3,0.1\n,0\n,\n1e+300,0.3333333333333333\n")
  }

  @Test func quotesOnlyWhatNeedsIt() {
    var table = CSVWriter(columns: ["a,b", "c"])
    table.append([.text("say \"hi\""), .text("plain text")])
    table.append([.text("two\nlines"), .text(" x")])
    #expect(table.text == "\"a,b\",c\n\"say \"\"hi\"\"\",plain text\n\"two\nlines\",\" x\"\n")
  }

  @Test func whatIsWrittenIsRead() throws {
    let texts = ["", "a", "a,b", "\"", "\"\"", "x\r\ny", " padded ", "é;\t", "line\n"]
    var writer = CSVWriter(columns: ["one"])
    for text in texts { writer.append([.text(text)]) }
    var reader = try CSVReader(bytes: writer.bytes, name: "t.csv", dialect: CSVDialect(delimiter: .character(",")))
    var read: [String] = []
    while try reader.readRecord() { read.append(try reader.text(at: 0)) }
    #expect(read == texts)
  }
}
