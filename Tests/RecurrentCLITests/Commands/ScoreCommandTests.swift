import Foundation
import Testing

struct ScoreCommandTests {
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("The cat sat on the mat.\nA dog, 3.5 years old!\n\n", to: "hypotheses.txt")
    try folder.write("The cat sat on a mat.\nA dog , 3.5 years old !\nnothing\n", to: "first.txt")
    try folder.write("The cat sat on the mat.\nThe dog is 3.5.\n\n", to: "second.txt")
    return folder
  }

  /// The figures are those of sacreBLEU 2.6.0 on the same lines.
  @Test func figuresForPeople() throws {
    let result = try recurrent("score", "hypotheses.txt", "--references", "first.txt", in: folder())
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    #expect(
      result.output == """
        bleu  71.020    92.9/83.3/70.0/62.5, brevity penalty 0.931, 14 tokens for 15  \
        nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp
        chrf  76.543    precision 81.4 %, recall 75.4 %  nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no

        """)
  }

  @Test func figuresForPrograms() throws {
    let folder = try folder()
    let arguments = [
      "score", "--references", "first.txt,second.txt", "--metric", "bleu,chrf++,exact_match,token_error_rate",
      "--sentences", "--json",
    ]
    let result = try recurrent(arguments, in: folder, input: try folder.text("hypotheses.txt"))
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.split(separator: "\n").count == 1 && result.errorLines.count == 3)
    let json = try #require(result.json)
    #expect(json["sentence_count"] as? Int == 3)
    let metrics = try #require(json["metrics"] as? [String: Double])
    #expect(metrics["exact_match"] == 2.0 / 3)
    #expect(abs((metrics["bleu"] ?? 0) - 100) < 1e-9 && abs((metrics["chrf++"] ?? 0) - 91.61426269470726) < 1e-9)
    let rate = try #require(json["token_error_rate"] as? [String: Any])
    #expect(rate["substitutions"] as? Int == 2 && rate["reference_length"] as? Int == 13, "\(rate)")
    let sentences = try #require(json["sentences"] as? [[String: Double]])
    #expect(sentences.count == 3 && abs((sentences[0]["bleu"] ?? 0) - 100) < 1e-9 && sentences[2]["bleu"] == 0)
    let bleu = try #require(json["bleu"] as? [String: Any])
    #expect(bleu["signature"] as? String == "nrefs:2|case:mixed|eff:no|tok:13a|smooth:exp")
  }

  @Test func linesOfFigures() throws {
    let result = try recurrent(
      "score", "hypotheses.txt", "--references", "second.txt", "--metric", "exact_match,chrf", "--sentences",
      in: folder())
    let lines = result.output.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
    #expect(lines.count == 3 && lines[0] == ["1.00000", "100.000"] && lines[2] == ["1.00000", "0"])
    #expect(lines[1] == ["0", "18.8439"])
  }

  @Test(
    arguments: [
      (["score"], "a\n", 64, "--references"),
      (["score", "--references", "first.txt"], "a\nb\n", 65, "first.txt: 3 lines, and /dev/stdin has 2"),
      (["score", "--references", "first.txt,nowhere"], "a\nb\nc\n", 66, "nowhere"),
      (["score", "nowhere", "--references", "first.txt"], "", 66, "nowhere"),
      (["score", "--references", "first.txt"], "", 65, "/dev/stdin: there are no lines to score"),
      (["score", "--references", "first.txt,"], "a\n", 64, "before or behind a comma"),
      (["score", "--references", "first.txt", "--metric", "blue"], "a\n", 64, "did you mean 'bleu'?"),
      (["score", "--references", "first.txt", "--metric", "bleu,bleu"], "a\n", 64, "names bleu twice"),
      (["score", "--references", "first.txt", "--metric", ""], "a\n", 64, "--metric ''"),
      (["score", "--references", "first.txt", "--tokenize", "14a"], "a\n", 64, "14a"),
      (["score", "--references", "first.txt", "--smooth-value", "0.2"], "a\n", 64, "belongs to --smooth"),
      (["score", "--references", "first.txt", "--smooth", "floor", "--smooth-value=-1"], "a\n", 64, "above 0"),
      (["score", "--references", "first.txt"], "a\u{0}\n", 65, "/dev/stdin:1:2: a zero byte"),
    ] as [([String], String, Int32, String)])
  func badInput(arguments: [String], input: String, status: Int32, mention: String) throws {
    let result = try recurrent(arguments, in: folder(), input: input)
    #expect(result.status == status, "\(result.errors)")
    #expect(result.errorLines.count == 1 && result.errors.contains(mention), "\(result.errors)")
    #expect(result.output.isEmpty)
  }
}
