import Foundation

/// The JSON at the start of a safetensors file, between its length (8 bytes, little-endian) and the data.
///
/// Format: https://github.com/huggingface/safetensors, "Format".
struct SafetensorsHeader: Codable, Equatable {
  struct Entry: Codable, Equatable {
    let dtype: String
    let shape: [Int]
    /// First byte and one past the last, counted from the start of the data.
    let dataOffsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case dataOffsets = "data_offsets"
    }
  }

  /// The reference reader refuses more.
  static let largestLength = 100_000_000

  var entries: [String: Entry] = [:]
  var metadata: [String: String] = [:]

  init(tensors: [NamedTensor], metadata: [String: String]) {
    self.metadata = metadata
    var end = 0
    for tensor in tensors {
      let start = end
      end += tensor.values.count * MemoryLayout<Float>.stride
      let entry = Entry(dtype: "F32", shape: tensor.shape, dataOffsets: [start, end])
      let earlier = entries.updateValue(entry, forKey: tensor.name)
      precondition(earlier == nil, "two tensors are named \(tensor.name)")
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Name.self)
    for key in container.allKeys {
      if key == .metadata {
        metadata = try container.decode([String: String].self, forKey: key)
      } else {
        entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
      }
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Name.self)
    if !metadata.isEmpty { try container.encode(metadata, forKey: .metadata) }
    for (name, entry) in entries { try container.encode(entry, forKey: Name(name)) }
  }

  /// Any string is a key: tensors are named by their network.
  private struct Name: CodingKey, Equatable {
    static let metadata = Name("__metadata__")
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
  }
}
