/// Cuts a slice of a full filter into dense panels for the product kernel.
///
/// The full filter is [taps][full inputs][full outputs]; the kernel knows nothing of slices. A panel holds
/// [taps][depth][columns of the panel], zero where the layer's channels end.
package struct WeightPanels {
  let kernels: KernelSet
  let filter: FilterView

  /// Floats of the panels whose columns are `columns` channels and whose depth is `depth`.
  package static func size(taps: Int, depth: Int, columns: Int) -> Int {
    taps * depth * roundedUp(columns, to: 16)
  }

  /// Columns are output channels, depth is input channels: for the forward product.
  package func packForward(
    _ weights: UnsafePointer<Float>, into panels: UnsafeMutablePointer<Float>, threads: ThreadPool
  ) {
    let taps = filter.taps
    let depth = filter.inputs.count
    let spans = kernels.panels(columns: filter.outputs.count)
    threads.forEach(taps * spans.count) { job in
      let (tap, panel) = (job / spans.count, spans[job % spans.count])
      var target = panels + panel.start * taps * depth + tap * depth * panel.count
      for inputs in filter.inputs.spans {
        let row = weights + (tap * filter.fullInputs + inputs.start) * filter.fullOutputs
        copy(row, rows: inputs.count, panel: panel, to: target)
        target += inputs.count * panel.count
      }
    }
  }

  /// Copies one panel's columns of neighbouring rows of the full filter.
  private func copy(
    _ weights: UnsafePointer<Float>, rows: Int, panel: ChannelSpan,
    to target: UnsafeMutablePointer<Float>
  ) {
    let outputs = filter.outputs
    if outputs.spans.count == 1 && panel.end <= outputs.count {
      kernels.copyPixels(
        weights + outputs.spans[0].start + panel.start, rows, filter.fullOutputs, panel.count,
        target, panel.count)
      return
    }
    for row in 0..<rows {
      outputs.copy(
        weights + row * filter.fullOutputs, from: panel.start, count: panel.count,
        to: target + row * panel.count)
    }
  }

  /// Columns are input channels, depth is output channels: for the product that carries gradients back.
  package func packBackward(
    _ weights: UnsafePointer<Float>, into panels: UnsafeMutablePointer<Float>, threads: ThreadPool
  ) {
    let taps = filter.taps
    let depth = filter.outputs.count
    let columns = filter.inputs.count
    let inputs = filter.inputs.channels
    let spans = kernels.panels(columns: columns)
    threads.forEach(taps * spans.count) { job in
      let (tap, panel) = (job / spans.count, spans[job % spans.count])
      let width = panel.count
      let target = panels + panel.start * taps * depth + tap * depth * width
      for lane in 0..<width {
        let column = panel.start + lane
        if column >= columns {
          for k in 0..<depth { target[k * width + lane] = 0 }
          continue
        }
        var place = target + lane
        let row = weights + (tap * filter.fullInputs + inputs[column]) * filter.fullOutputs
        for span in filter.outputs.spans {
          for channel in span.start..<span.end {
            place.pointee = row[channel]
            place += width
          }
        }
      }
    }
  }
}

extension ChannelSlice {
  /// The channels one by one.
  package var channels: [Int] { spans.flatMap { Array($0.start..<$0.end) } }

  /// Copies the slice's values `first ..< first + count` of a full row; zero beyond the slice.
  func copy(
    _ row: UnsafePointer<Float>, from first: Int, count: Int,
    to target: UnsafeMutablePointer<Float>
  ) {
    var written = 0
    var passed = 0
    for span in spans {
      let begin = max(0, first + written - passed)
      if begin < span.count && written < count {
        let length = min(span.count - begin, count - written)
        (target + written).update(from: row + span.start + begin, count: length)
        written += length
      }
      passed += span.count
    }
    while written < count {
      target[written] = 0
      written += 1
    }
  }
}
