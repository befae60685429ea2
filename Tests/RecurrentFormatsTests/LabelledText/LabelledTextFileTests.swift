import Testing

@testable import RecurrentFormats

@Suite struct LabelledTextFileTests {
  private func read(
    _ text: String, _ columns: LabelledTextColumns = LabelledTextColumns(), form: LabelledTextFile.Form? = nil
  ) throws(LabelledTextError) -> LabelledTextFile {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return try LabelledTextFile(lines: lines, file: "t.txt", form: form, columns: columns)
  }

  private func message(
    _ text: String, _ columns: LabelledTextColumns = LabelledTextColumns(), form: LabelledTextFile.Form? = nil
  ) -> String {
    do throws(LabelledTextError) {
      _ = try read(text, columns, form: form)
      return "no error"
    } catch {
      return error.description
    }
  }

  // MARK: Forms

  @Test(arguments: [
    ("label\ttext\n1\ta film\n0\tno film", LabelledTextFile.Form.tabSeparated),
    ("1\ta film\n0\tno film", .tabSeparated),
    ("__label__1 a film\n__label__0\tno film", .fastText),
    ("label,text\n1,a film\n0,\"no film\"", .commaSeparated),
    ("{\"label\": 1, \"text\": \"a film\"}\n{\"text\": \"no film\", \"label\": \"0\"}", .jsonLines),
  ]) func everyFormIsRecognisedAndGivesTheSameRows(text: String, form: LabelledTextFile.Form) throws {
    let file = try read(text)
    #expect(file.form == form)
    #expect(file.rows.map(\.label) == ["1", "0"])
    #expect(file.rows.map(\.text) == ["a film", "no film"])
    #expect(file.skipped.count == 0)
  }

  @Test func columnsAreFoundByNameAndByNumber() throws {
    let named = try read(
      "sentence\tuser\tgold\nwell made\t7\tgood",
      LabelledTextColumns(label: "gold", text: "sentence", attributes: ["user"]))
    #expect(named.rows == [LabelledText(label: "good", text: "well made", attributes: ["7"], line: 2)])
    let numbered = try read("x\twell made\tgood", LabelledTextColumns(label: "3", text: "2"))
    #expect(numbered.rows == [LabelledText(label: "good", text: "well made", line: 1)])
  }

  @Test func quotesMeanNothingBetweenTabs() throws {
    let file = try read("1\t\" quoted \" and \"open")
    #expect(file.rows[0].text == "\" quoted \" and \"open")
  }

  @Test func quotedTextOfATableMayHoldLineEnds() throws {
    let file = try read("text,label\n\"two\nlines, and \"\"quotes\"\"\",a\nx,b")
    #expect(file.rows.map(\.text) == ["two\nlines, and \"quotes\"", "x"])
    #expect(file.rows.map(\.line) == [2, 4])
  }

  // MARK: What is left out

  @Test func blankLinesAndEmptyTextsAreCounted() throws {
    let file = try read("1\ta\n\n0\t \n  \n0\tb\n")
    #expect(file.rows.map(\.line) == [1, 5])
    #expect(file.skipped.count == 4)
    #expect(
      file.skipped.notes == [
        "3 rows skipped: blank lines (the first at t.txt:2)", "1 row skipped: labels without a text (at t.txt:3)",
      ])
  }

  // MARK: Errors

  @Test(arguments: [
    ("", "t.txt: there is no labelled text"),
    ("\n \n", "t.txt: there is no labelled text"),
    ("1\ta\n0\tb\tc", "t.txt:2:1: 3 fields where 2 are expected; replace the tab"),
    ("1\ta\nb", "t.txt:2:1: 1 field where 2 are expected; put one tab"),
    ("sentence\tlabel\nfine\t1", "t.txt:1:1: no column is called 'text'"),
    ("a\tb\tc\n1\t2\t3", "name the columns of label and text, by number"),
    ("1\ta\n\tb", "t.txt:2:1: the label is empty"),
    ("__label__a x\nno label", "t.txt:2:1: the line does not begin with __label__"),
    ("__label__a __label__b x", "t.txt:1:1: the text has several labels (a, b)"),
    ("{\"label\": 1}", "t.txt:1:1: the object has no 'text' (it has: label)"),
    ("{\"label\": 1, \"texts\": \"\"}", "did you mean 'texts'?"),
    ("{\"label\": [], \"text\": \"\"}", "t.txt:1:1: 'label' is neither text nor a number"),
    ("{\"label\": 1, \"text\": \"a\"}\n{\"label\": 1,", "t.txt:2:13"),
    ("{\"label\": 1, \"text\": \"a\"}\n[1]", "t.txt:2:1: write one object on each line"),
    ("label,text\n1", "t.txt:2:1: 1 field where 2 are expected"),
    ("label,words\n1,a", "no column 'text'"),
    ("label,text\n1,\"a", "t.txt:2:3: the quote that opens here is never closed"),
  ]) func whatIsWrongIsNamedWithItsPlace(text: String, expected: String) {
    let message = message(text)
    #expect(message.contains(expected), "\(message)")
    #expect(!message.contains("\n"))
  }

  @Test func labelAndTextAreTwoColumns() {
    #expect(message("a\tb", LabelledTextColumns(label: "1", text: "1")).contains("cannot be label and text at once"))
  }

  /// Any bytes give rows or an error of one line, never a trap.
  @Test func mutatedFilesNeverTrap() {
    let seeds = [
      "label\ttext\n1\ta film\n0\tno film\n", "__label__a x y\n__label__b z\n", "label,text\n1,\"a \"\"b\"\"\"\n",
      "{\"label\": 1, \"text\": \"a\"}\n{\"label\": 2, \"text\": \"b\"}\n",
    ]
    let insertions = ["\t", "\n", "\"", "__label__", "{", "}", "\\u12", "\u{0}", ",", "\u{feff}", "é", " "]
    var generator = SplitMix64(seed: 1)
    for round in 0..<1000 {
      var text = seeds[round % seeds.count]
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let index = text.indices.randomElement(using: &generator) ?? text.startIndex
        if Bool.random(using: &generator) {
          text.insert(contentsOf: insertions.randomElement(using: &generator) ?? "", at: index)
        } else if !text.isEmpty {
          text.remove(at: index)
        }
      }
      for form in [nil] + LabelledTextFile.Form.allCases.map(Optional.some) {
        let message = message(text, form: form)
        #expect(!message.contains("\n"))
      }
    }
  }
}
