import Foundation
import RecurrentFormats
import RecurrentTraining
import Testing

@testable import RecurrentTasks

@Suite struct ModelCardTests {
  private func card(
    _ task: String, settings: JSONObject = [:], data: JSONObject = [:], training: JSONObject = [:], files: [String] = []
  ) -> String {
    ModelCard(ModelDescription(task: task, settings: settings, data: data, training: training), files: files).text
  }

  @Test func theHeadNamesTheTaskAsHuggingFaceDoes() {
    let text = card("generate", settings: ["cell": "gru"], files: ["tokenizer.json"])
    #expect(
      text.hasPrefix(
        "---\nlibrary_name: swift-recurrent\npipeline_tag: text-generation\ntags:\n- recurrent-neural-network\n- gru\n---\n"
      ))
    #expect(text.contains("from tokenizers import Tokenizer\n\nweights = "))
    #expect(text.contains("\ntokenizer = Tokenizer.from_file(\"tokenizer.json\")\n"))
    #expect(card("classify", data: ["inputs": "text"]).contains("pipeline_tag: text-classification"))
    #expect(!card("classify", data: ["inputs": "signal"]).contains("pipeline_tag"))
    #expect(!card("network").contains("tokenizers"))
  }

  /// Names of files and columns cannot break out of the table or the head.
  @Test func textsFromOutsideStayInTheirCells() {
    let text = card(
      "tag", settings: ["cell": "x\n- evil"],
      training: ["data": "a | b\n# <script>", "loss": 0.25, "epochs": 3, "list": []])
    #expect(text.contains("| data | a · b\\u{a}# ·script> |\n| loss | 0.2500 |\n| epochs | 3 |\n"))
    #expect(!text.contains("evil"))
  }

  /// The card of a model may be changed, and the model still loads.
  @Test func aChangedCardIsNoDamage() throws {
    let folder = try TextFolder()
    let model = SmallLanguage.model("abc") { $0.data = "text.txt" }
    try model.write(to: folder.path("model"), trainedBy: ["epochs": 2])
    #expect(try String(contentsOfFile: folder.path("model/README.md"), encoding: .utf8).contains("| epochs | 2 |"))
    try folder.put("mine", in: "model/README.md")
    #expect(try LanguageModel(modelFolder: folder.path("model")).tokenizer == model.tokenizer)
    try folder.put("{}", in: "model/tokenizer.json")
    #expect(throws: ModelFolderError.self) { try LanguageModel(modelFolder: folder.path("model")) }
  }
}
