import Foundation
import Testing

@testable import RecurrentFormats

@Suite struct FrameIndexTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func put(_ bytes: [UInt8], in name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: folder.path(name)))
  }

  private func message<Value>(_ body: () throws(LabelledSeriesError) -> Value) -> String {
    do throws(LabelledSeriesError) {
      _ = try body()
      return "no error"
    } catch {
      return error.description
    }
  }

  /// Bytes written out by hand for each element: little-endian, two's complement, IEEE 754.
  @Test(arguments: [
    (FrameElement.unsigned8, [0xFF, 0x01] as [UInt8], [255, 1] as [Float]), (.signed8, [0xFF, 0x7F], [-1, 127]),
    (.unsigned16, [0x02, 0x01, 0xFF, 0xFF], [258, 65535]), (.signed16, [0x00, 0x80, 0xFE, 0xFF], [-32768, -2]),
    (.signed32, [0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0], [-1, 1]),
    (.float32, [0, 0, 0x80, 0x3F, 0, 0, 0x20, 0xC0], [1, -2.5]),
    (.float64, [0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0], [1.5, 0]),
  ]) func everyElementIsRead(element: FrameElement, bytes: [UInt8], expected: [Float]) throws {
    try put(bytes, in: "x.raw")
    let values = try RawFrames.read(path: folder.path("x.raw"), FrameFormat(element, channelCount: 2))
    #expect(values == expected)
  }

  @Test func scaleAndOffsetAreOfEachChannel() throws {
    try put([1, 2, 3, 4], in: "x.u8")
    let format = FrameFormat(.unsigned8, channelCount: 2, scale: [10, 0.5], offset: [1])
    #expect(try RawFrames.read(path: folder.path("x.u8"), format) == [11, 2, 31, 3])
  }

  /// The first bytes of raw frames may be those of any format.
  @Test func framesThatLookLikeAnArchiveAreFrames() throws {
    try put(Array("PK\u{3}\u{4}".utf8), in: "x.u8")
    #expect(try RawFrames.read(path: folder.path("x.u8"), FrameFormat(.unsigned8, channelCount: 4)).count == 4)
  }

  @Test(arguments: [("a/train.i16le.gz", FrameElement.signed16), ("x.u8", .unsigned8), ("F32LE.data.F32LE", .float32)])
  func theNameTellsTheElement(name: String, element: FrameElement) {
    #expect(FrameElement(fileName: name) == element)
  }

  @Test func aNameThatTellsNothing() {
    #expect(FrameElement(fileName: "frames.bin") == nil)
    #expect(FrameElement(fileName: "u8") == nil)
    #expect(FrameElement(fileName: "a.u8/frames.bin") == nil)
  }

  @Test func whatIsWrongWithFrames() throws {
    try put([1, 2, 3], in: "x.u8")
    try put([0, 0, 0xC0, 0x7F], in: "nan.f32le")
    try put([], in: "empty.u8")
    let partial = message { () throws(LabelledSeriesError) in
      try RawFrames.read(path: folder.path("x.u8"), FrameFormat(.unsigned8, channelCount: 2))
    }
    #expect(partial.contains("3 bytes are no whole number of frames of 2 x u8 (2 bytes)"))
    let large = message { () throws(LabelledSeriesError) in
      try RawFrames.read(path: folder.path("x.u8"), FrameFormat(.unsigned8, channelCount: 3), limit: 2)
    }
    #expect(large.contains("expands to more than 2 bytes"))
    let nan = message { () throws(LabelledSeriesError) in
      try RawFrames.read(path: folder.path("nan.f32le"), FrameFormat(.float32, channelCount: 1))
    }
    #expect(nan.contains("frame 0 holds what is not a finite number"))
    let empty = message { () throws(LabelledSeriesError) in
      try RawFrames.read(path: folder.path("empty.u8"), FrameFormat(.unsigned8, channelCount: 1))
    }
    #expect(empty.contains("there is no sequence"))
  }

  @Test func anIndexNamesSegments() throws {
    try put([0, 1, 2, 3, 4, 5, 6, 7], in: "x.u8")
    try folder.put("segment,user,activity,first_row,rows\n0,a,sit,0,1\n1,b,walk,2,2\n", in: "i.csv")
    let index = FrameIndex(label: "activity", attributes: ["user"])
    let series = try index.read(
      path: folder.path("i.csv"), frames: folder.path("x.u8"), FrameFormat(.unsigned8, channelCount: 2))
    #expect(series.items.map(\.steps) == [0..<1, 2..<4])
    #expect(series.items.map(\.label) == ["sit", "walk"])
    #expect(series.items.map(\.attributes) == [["a"], ["b"]])
    #expect(series.values == [0, 1, 2, 3, 4, 5, 6, 7])
  }

  @Test(arguments: [
    ("y,first_row,rows\na,0,3\n", "i.csv:2:1: the sequence ends behind frame 2"),
    ("y,first_row,rows\na,1,9223372036854775807\n", "i.csv:2:1: the sequence ends behind frame 2"),
    ("y,first_row,rows\na,-1,1\n", "'-1' in column 'first_row' is no whole number from 0"),
    ("y,first_row,rows\na,0.5,1\n", "'0.5' in column 'first_row' is no whole number"),
    ("y,start,rows\na,0,1\n", "no column looks like the first frame"),
    ("y,first,rows,count\na,0,1,1\n", "more than one column looks like the number of frames"),
  ]) func whatIsWrongWithAnIndex(text: String, expected: String) throws {
    try put([0, 1, 2, 3], in: "x.u8")
    try folder.put(text, in: "i.csv")
    let message = message { () throws(LabelledSeriesError) in
      try FrameIndex(label: "y").read(
        path: folder.path("i.csv"), frames: folder.path("x.u8"), FrameFormat(.unsigned8, channelCount: 2))
    }
    #expect(message.contains(expected), "\(message)")
  }
}
