import Testing

@testable import RecurrentInterchange

@Suite struct HDF5WriterTests {
  @Test func writesWhatItReads() throws {
    let writer = HDF5Writer()
    writer.add("layers/lstm/cell/vars/0", shape: [2, 3], [1, 2, 3, 4, 5, 6])
    writer.add("layers/lstm/cell/vars/10", shape: [], [7])
    writer.add("layers/lstm/cell/vars/2", shape: [0, 5], [])
    writer.attach("lstm", as: "name", to: "layers/lstm/cell/vars")
    writer.attach("größe", as: "name", to: "layers/lstm")
    writer.attach("", as: "empty", to: "layers/lstm")
    writer.addGroup("optimizer/vars")
    let file = try HDF5File(bytes: writer.bytes())

    let group = try #require(file.root["layers/lstm/cell/vars"]?.group)
    #expect(group.members.map(\.name) == ["0", "10", "2"])
    let first = try #require(group["0"]?.dataset)
    #expect(first.shape == [2, 3] && first.path == "layers/lstm/cell/vars/0")
    #expect(try file.floats(first) == [1, 2, 3, 4, 5, 6])
    #expect(try file.floats(#require(group["10"]?.dataset)) == [7])
    #expect(group["2"]?.dataset?.shape == [0, 5])
    #expect(try file.string("name", of: group) == "lstm")
    let layer = try #require(file.root["layers/lstm"]?.group)
    #expect(try file.string("name", of: layer) == "größe")
    #expect(try file.string("empty", of: layer) == "")
    #expect(file.root["optimizer/vars"]?.group?.members.isEmpty == true)
  }

  @Test(arguments: [0, 1, 8, 9, 256, 257, 3000])
  func writesGroupsOfAnySize(_ count: Int) throws {
    let writer = HDF5Writer()
    writer.addGroup("many")
    for index in 0..<count {
      writer.add("many/\(index)", shape: [1], [Float(index)])
      writer.attach("text \(index)", as: "\(index)", to: "many")
    }
    let file = try HDF5File(bytes: writer.bytes())
    let group = try #require(file.root["many"]?.group)
    #expect(group.members.count == count && group.attributes.count == count)
    for index in 0..<count {
      #expect(try file.floats(#require(group["\(index)"]?.dataset)) == [Float(index)])
      #expect(try file.string("\(index)", of: group) == "text \(index)")
    }
  }
}
