// Every structure on a task that shows what it is for:
//
//   swift run Structures            all of them
//   swift run Structures reverse    one of them

let sections: [(name: String, run: () throws -> Void)] = [
  ("parity", runningParity), ("pattern", patternAnywhere), ("spell", spellNumbers), ("reverse", reverseStrings),
  ("attention", reverseWithAttention), ("wave", goOnWithAWave), ("stream", keepAStream),
]

let chosen = CommandLine.arguments.dropFirst()
for name in chosen where !sections.contains(where: { $0.name == name }) {
  print("there is no section \(name); there are \(sections.map(\.name).joined(separator: ", "))")
}
for section in sections where chosen.isEmpty || chosen.contains(section.name) {
  print("\n== \(section.name)")
  try section.run()
}
