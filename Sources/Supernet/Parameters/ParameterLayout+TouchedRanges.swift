import Engine

extension ParameterLayout {
  /// The elements that at least one of the subnets uses: all that a training step can change or has to send.
  ///
  /// - Parameters:
  ///   - subnets: subnets of `space`.
  ///   - space: a space over the network of this layout.
  /// - Returns: ascending, disjoint ranges of the flat block, no two of them adjacent.
  public func touchedRanges(of subnets: [Subnet], in space: SearchSpace) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    for tensor in tensors {
      let blocks = subnets.map { tensor.block(usedBy: $0, in: space) }
      tensor.appendUnion(of: blocks, to: &ranges)
    }
    return ranges
  }
}

/// The part of an array that one subnet uses: the same rows and columns at each place of the kernel.
private struct TensorBlock {
  let rows: ChannelSlice
  let columns: ChannelSlice
}

extension ParameterTensor {
  /// Every array is seen as kernel places x rows x columns, with a single row where there are no inputs.
  private var extents: (places: Int, rows: Int, columns: Int) {
    let columns = shape[shape.count - 1]
    let rows =
      switch kind {
      case .convolutionWeight, .linearWeight: shape[shape.count - 2]
      case .depthwiseWeight, .normalizationScale, .normalizationShift, .linearBias: 1
      }
    return (range.count / rows / columns, rows, columns)
  }

  fileprivate func block(usedBy subnet: Subnet, in space: SearchSpace) -> TensorBlock {
    let rows =
      switch kind {
      case .convolutionWeight, .linearWeight: space.slice(ofInput: node, in: subnet)
      case .depthwiseWeight, .normalizationScale, .normalizationShift, .linearBias:
        ChannelSlice(0..<1)
      }
    return TensorBlock(rows: rows, columns: space.slice(ofOutput: node, in: subnet))
  }

  fileprivate func appendUnion(of blocks: [TensorBlock], to ranges: inout [Range<Int>]) {
    let extents = extents
    let bands = bands(of: blocks)
    for place in 0..<extents.places {
      for (rows, columns) in bands {
        for row in rows {
          let start = range.lowerBound + (place * extents.rows + row) * extents.columns
          for run in columns {
            ranges.appendMerging(start + run.lowerBound..<start + run.upperBound)
          }
        }
      }
    }
  }

  /// Cuts the rows where any block begins or ends, so that all rows of a band use the same columns.
  private func bands(of blocks: [TensorBlock]) -> [(rows: Range<Int>, columns: [Range<Int>])] {
    let cuts = Set(blocks.flatMap(\.rows.spans).flatMap { [$0.start, $0.end] }).sorted()
    return zip(cuts, cuts.dropFirst()).map { start, end in
      let columns = blocks.filter { block in
        block.rows.spans.contains { $0.start <= start && start < $0.end }
      }.flatMap(\.columns.spans)
      return (start..<end, union(of: columns))
    }
  }

  private func union(of spans: [ChannelSpan]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    for span in spans.sorted(by: { $0.start < $1.start }) {
      ranges.appendMerging(span.start..<span.end)
    }
    return ranges
  }
}

extension [Range<Int>] {
  /// Appends a range that starts no earlier than the last one, joining the two when they touch.
  fileprivate mutating func appendMerging(_ range: Range<Int>) {
    guard let last, range.lowerBound <= last.upperBound else {
      append(range)
      return
    }
    self[count - 1] = last.lowerBound..<Swift.max(last.upperBound, range.upperBound)
  }
}
