public import RecurrentFormats
public import RecurrentTraining

/// A ZIP archive that is malformed, or beyond what Keras writes: which file, which member, what, and the mend, in one line.
public struct ZipError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Kind: Hashable, Sendable {
    // The archive as a whole.

    /// It does not begin with a member.
    case notArchive
    /// It does not end with the record that ends a directory.
    case noEndRecord
    /// It is spread over several disks.
    case severalDisks
    /// It needs the 64-bit form of the format.
    case zip64
    /// The directory does not lie between the members and the end record, or is not made as a directory is.
    case badDirectory
    /// There are more members than are read.
    case tooManyMembers(Int, limit: Int)
    /// Two members have the same name.
    case duplicateName
    /// Bytes that belong to no member lie in front of this one, or of the directory where no member is named.
    case hole(count: Int)
    /// The member begins before the one in front of it ends, or the last one reaches into the directory.
    case overlap

    // One member.

    /// The name is empty, no UTF-8, or leads out of the archive.
    case badName
    /// The member is encrypted.
    case encrypted
    /// The member is neither stored nor deflated.
    case method(UInt16)
    /// The member uses options that are not read.
    case flags(UInt16)
    /// The member's own header says otherwise than the directory.
    case headersDiffer(String)
    /// The extra fields are not a list of fields.
    case badExtraField
    /// The compressed data are damaged.
    case badDeflate(String)
    /// The member has another size than the directory says.
    case wrongSize(expected: Int, actual: Int)
    /// The member would expand beyond what is allowed.
    case expansion(size: Int, limit: Int)
    /// The member has another checksum than the directory says.
    case checksum

    // What the caller asks for.

    /// There is no member of this name.
    case noSuchMember
    /// What is to be written is beyond what the format holds without its 64-bit form.
    case tooLarge
    /// The file could not be read or written.
    case file(FileError)
  }

  /// The file, where the bytes came from one or go to one.
  public let file: String?
  /// The name of the member, where the error lies in one.
  public let member: String?
  /// What is wrong.
  public let kind: Kind

  /// Makes the error from its parts.
  public init(_ kind: Kind, file: String? = nil, member: String? = nil) {
    self.kind = kind
    self.file = file
    self.member = member
  }
}

extension ZipError: DescribedFailure {
  /// A file that cannot be opened is the system's failure, everything else one of the data.
  public var exitStatus: ExitStatus {
    if case .file(let error) = kind { ExitStatus(of: error) } else { .badData }
  }

  /// One line: the file, the member, what is wrong, and the mend.
  public var description: String {
    if case .file(let error) = kind { return error.description }
    let place = [file?.printable(limit: 400) ?? "ZIP archive", member.map { "member '\($0.printable())'" }]
    return place.compactMap { $0 }.joined(separator: ": ") + ": " + explanation
  }

  private var explanation: String {
    let again = "save the model again with Keras"
    return switch kind {
    case .notArchive: "it does not begin as a ZIP archive does; check that it is a .keras file"
    case .noEndRecord: "it does not end as a ZIP archive does; it was cut off or has a comment, get it again"
    case .severalDisks: "it is one part of several; join them first"
    case .zip64:
      "it needs the 64-bit form of the format, for more than 2 GiB, which is not read; keep its weights apart"
    case .badDirectory: "its directory is malformed; get the file again"
    case .tooManyMembers(let count, let limit): "it has \(count) members, \(limit) are read; \(again)"
    case .duplicateName: "the name stands twice; \(again)"
    case .hole(let count): "\(count) bytes in front of it belong to no member; \(again)"
    case .overlap: "it overlaps with what stands beside it; \(again)"
    case .badName: "the name is empty, no UTF-8 or leads out of the archive; \(again)"
    case .encrypted: "it is encrypted; write the archive without a password"
    case .method(let method): "its compression method \(method) is neither stored nor deflated; \(again)"
    case .flags(let flags): "its option bits \(flags) are not known; \(again)"
    case .headersDiffer(let field): "its own header gives another \(field) than the directory; \(again)"
    case .badExtraField: "its extra fields are malformed; \(again)"
    case .badDeflate(let reason): "its compressed data are damaged (\(reason.printable())); get the file again"
    case .wrongSize(let expected, let actual):
      "it should have \(expected) bytes and has \(actual); get the file again"
    case .expansion(let size, let limit):
      "it expands to \(size) bytes, the limit is \(limit); \(again), which does not compress"
    case .checksum: "its checksum is wrong, so its bytes have changed; get the file again"
    case .noSuchMember: "there is no such member; check that it is a .keras file"
    case .tooLarge: "an archive without its 64-bit form holds less than 2 GiB; write the weights alone (.weights.h5)"
    case .file: ""
    }
  }
}
