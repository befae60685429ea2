import RecurrentFormats

/// Builds an HDF5 file of groups, data sets of 4-byte numbers, and texts attached to groups, as h5py writes them by default: older
/// superblock, headers and groups, data in one piece. The same contents always give the same bytes.
struct HDF5Writer {
  /// A group as it is being put together.
  private final class Group {
    var groups: [String: Group] = [:]
    var datasets: [String: (shape: [Int], values: [Float])] = [:]
    var attributes: [(name: String, text: String)] = []
  }

  private let root = Group()

  /// Adds a group, and those on the way to it, where they are not there yet.
  func addGroup(_ path: String) {
    _ = group(path.split(separator: "/")[...])
  }

  /// Attaches a text to a group, which is added where it is not there yet.
  func attach(_ text: String, as name: String, to path: String) {
    group(path.split(separator: "/")[...]).attributes.append((name, text))
  }

  /// Adds a data set at a path that is free; the groups on the way are added where they are not there yet.
  func add(_ path: String, shape: [Int], _ values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "as many values as the shape asks for")
    let parts = path.split(separator: "/")
    group(parts.dropLast()).datasets[String(parts[parts.count - 1])] = (shape, values)
  }

  private func group(_ path: ArraySlice<Substring>) -> Group {
    path.reduce(root) { group, name in
      let name = String(name)
      if let known = group.groups[name] { return known }
      let new = Group()
      group.groups[name] = new
      return new
    }
  }

  /// The file.
  ///
  /// - Parameter collectionLength: The least room for texts. The HDF5 library does not read files with less than it makes itself.
  func bytes(collectionLength: Int = HDF5Output.collectionLength) -> [UInt8] {
    var output = HDF5Output()
    let texts = output.addTexts(texts(below: root), collectionLength: collectionLength)
    var next = 0
    let header = write(root, &output, texts, &next)
    return output.finish(root: header)
  }

  /// Texts in the order in which the groups are written.
  private func texts(below group: Group) -> [String] {
    group.groups.keys.sorted(by: HDF5Output.precedes).flatMap { name in
      group.groups[name].map(texts(below:)) ?? []
    } + group.attributes.map(\.text)
  }

  /// Writes what is in a group, then the group; returns the place of its header.
  private func write(
    _ group: Group, _ output: inout HDF5Output, _ texts: [HDF5Output.Text], _ nextText: inout Int
  ) -> HDF5Output.GroupPlace {
    var members: [(name: String, header: Int)] = []
    for name in group.groups.keys.sorted(by: HDF5Output.precedes) {
      guard let child = group.groups[name] else { continue }
      members.append((name, write(child, &output, texts, &nextText).header))
    }
    for name in group.datasets.keys.sorted(by: HDF5Output.precedes) {
      guard let dataset = group.datasets[name] else { continue }
      members.append((name, output.add(dataset.values, shape: dataset.shape)))
    }
    members.sort { HDF5Output.precedes($0.name, $1.name) }
    let attributes = group.attributes.enumerated().map { ($0.element.name, texts[nextText + $0.offset]) }
    nextText += attributes.count
    return output.addGroup(members, attributes: attributes)
  }
}
