import RecurrentFormats

/// Grey pictures with their classes, in the IDX format of the MNIST files: plain or compressed by gzip.
public struct IndexedImages: Sendable {
  /// The number of pictures.
  public let count: Int
  /// The rows of a picture.
  public let rowCount: Int
  /// The pixels of a row.
  public let columnCount: Int
  /// All pixels, picture by picture and row by row; 0 is the background.
  public let pixels: [UInt8]
  /// The class of each picture.
  public let labels: [UInt8]

  /// The most bytes that a file may hold: well above the largest of the MNIST family.
  static let byteLimit = 1 << 30

  /// Reads pictures and labels.
  ///
  /// - Throws: `StudyError.input` where a file cannot be read, `.images` where it is not what it should be.
  public init(imagesFile: String, labelsFile: String) throws(StudyError) {
    let images = try IndexedImages.read(imagesFile, dimensions: 3)
    let labels = try IndexedImages.read(labelsFile, dimensions: 1)
    guard images.sizes[0] == labels.sizes[0] else {
      throw .images(
        file: labelsFile,
        problem: "\(labels.sizes[0]) labels for \(images.sizes[0]) pictures; the files belong to different parts")
    }
    guard images.sizes.allSatisfy({ $0 > 0 }) else { throw .images(file: imagesFile, problem: "there are no pictures") }
    count = images.sizes[0]
    rowCount = images.sizes[1]
    columnCount = images.sizes[2]
    pixels = images.bytes
    self.labels = labels.bytes
  }

  /// The sizes that the header names, and the bytes after it.
  private static func read(_ path: String, dimensions: Int) throws(StudyError) -> (sizes: [Int], bytes: [UInt8]) {
    let all = try bytes(of: path)
    let headerSize = 4 + 4 * dimensions
    // Two zeros, 8 for bytes, the number of dimensions; then each size, the highest byte first.
    guard all.count >= headerSize, all[0] == 0, all[1] == 0, all[2] == 8, Int(all[3]) == dimensions else {
      throw .images(file: path, problem: "no IDX file of bytes in \(dimensions) dimensions")
    }
    let sizes = (0..<dimensions).map { number in
      all[4 + 4 * number..<8 + 4 * number].reduce(0) { $0 << 8 | Int($1) }
    }
    var expected = 1
    for size in sizes {
      let (product, hasOverflowed) = expected.multipliedReportingOverflow(by: size)
      guard !hasOverflowed else { throw .images(file: path, problem: "the header names impossible sizes \(sizes)") }
      expected = product
    }
    guard all.count - headerSize == expected else {
      throw .images(
        file: path, problem: "\(all.count - headerSize) bytes after a header that names \(expected); download it again")
    }
    return (sizes, Array(all[headerSize...]))
  }

  private static func bytes(of path: String) throws(StudyError) -> [UInt8] {
    do throws(InputError) {
      let file = try FileSource(path: path)
      let isCompressed = file.signature.starts(with: GzipReader.signature)
      let source: any ByteSource = isCompressed ? GzipReader(file, expansionLimit: byteLimit) : file
      var bytes: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = try chunk.withUnsafeMutableBufferPointer { (buffer) throws(InputError) in
          try source.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
        if count == 0 { return bytes }
        guard bytes.count + count <= byteLimit else { throw .expansionLimit(file: path, bytes: byteLimit) }
        bytes += chunk[..<count]
      }
    } catch {
      throw .input(error)
    }
  }
}
