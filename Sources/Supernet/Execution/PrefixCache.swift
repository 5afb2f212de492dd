import Engine
import Glibc

/// Remembers, at the cuts of a network, what the last measured subnet gave there for every batch of images, so that a
/// subnet that begins alike goes on from there.
///
/// A candidate's moments and activations up to a cut depend on nothing behind it, so a measurement has the same bits
/// with it and without. Candidates that follow each other in the order of their bins share most.
///
///     cache.open(subnet, sharedGroups: ...)
///     for each calibration batch:  executor.statistics(..., remembering: cache.calibration(batch))
///     cache.close(allStatistics)
///     for each batch of images:    executor.evaluate(..., remembering: cache.evaluation(batch))
public final class PrefixCache {
  /// One pass over one batch of images, to be begun and remembered.
  public struct Pass {
    fileprivate enum Kind {
      case calibration
      case evaluation
    }

    fileprivate let cache: PrefixCache
    fileprivate let kind: Kind
    fileprivate let batch: Int
  }

  /// What is remembered at a cut.
  fileprivate struct Level {
    let cut: PrefixCut
    /// The slices of the cut's groups; empty before anything is remembered.
    var slices: [ChannelSlice] = []
    /// Whether to remember the subnet under way here.
    var isWanted = false
    /// The statistics of the batch normalisations in front of the cut; nil until all of them are known.
    var statistics: [ChannelStatistics]?
    var calibration = RememberedMaps()
    var evaluation = RememberedMaps()

    mutating func forget() {
      statistics = nil
      calibration.forget()
      evaluation.forget()
    }
  }

  fileprivate var levels: [Level]

  /// A cache that remembers nothing yet.
  ///
  /// - Parameters:
  ///   - images: of all batches together, calibration's included.
  ///   - bytes: the most it may use; where that is too little, the cuts are chosen that promise to spare most for it.
  public init(_ executor: Executor, images: Int, bytes: Int) {
    let space = executor.space
    func size(_ cut: PrefixCut) -> Int {
      let shape = space.architecture.outputShapes[executor.steps.nodeOfValue[cut.value]]
      let map = FeatureMap.Shape(
        images: images, height: shape.height, width: shape.width, channels: shape.channels)
      return map.elements * MemoryLayout<Float>.stride
    }
    var left = executor.steps.cuts(in: space)
    var chosen: [PrefixCut] = []
    var free = bytes
    while true {
      left.removeAll { size($0) > free }
      func gain(_ cut: PrefixCut) -> Double {
        (Self.promise(chosen + [cut]) - Self.promise(chosen)) / Double(size(cut))
      }
      guard let best = left.max(by: { gain($0) < gain($1) }) else { break }
      chosen.append(best)
      left.removeAll { $0.step == best.step }
      free -= size(best)
    }
    levels = chosen.sorted { $0.step < $1.step }.map { Level(cut: $0) }
  }

  /// Multiply-accumulates that some cuts may spare for each candidate, when it agrees with the one before in each further
  /// group with probability `agreement`.
  private static func promise(_ cuts: [PrefixCut]) -> Double {
    var spared = 0.0
    var last = 0
    for cut in cuts.sorted(by: { $0.step < $1.step }) {
      spared += Double(cut.macs - last) * pow(agreement, Double(cut.groups.count))
      last = cut.macs
    }
    return spared
  }

  /// Children of ten parents, in the order of their bins; only the choice of cuts depends on it.
  private static let agreement = 0.7

  /// For each cut that it remembers, in network order, the groups that it depends on.
  package var groups: [[Int]] { levels.map(\.cut.groups) }

  /// For each cut that it remembers, in network order, the first step behind it.
  package var steps: [Int] { levels.map(\.cut.step) }

  /// Begins a subnet: forgets what does not serve it.
  ///
  /// - Parameter sharedGroups: how many groups, from the first on, later subnets may have in common with this one;
  ///   nothing is remembered behind them.
  public func open(_ subnet: Subnet, sharedGroups: Int) {
    for place in levels.indices {
      let groups = levels[place].cut.groups
      let slices = groups.map { subnet.slices[$0] }
      if levels[place].slices != slices || levels[place].statistics == nil {
        levels[place].forget()
        levels[place].slices = slices
      }
      levels[place].isWanted = (groups.last ?? 0) < sharedGroups
    }
  }

  /// The statistics of the batch normalisations that calibration passes leave out.
  public var knownStatistics: [ChannelStatistics] {
    levels.last { $0.statistics != nil }?.statistics ?? []
  }

  /// Ends the calibration of the subnet.
  ///
  /// - Parameter statistics: of every batch normalisation, in network order.
  public func close(_ statistics: [ChannelStatistics]) {
    for place in levels.indices where levels[place].isWanted {
      levels[place].statistics = Array(statistics.prefix(levels[place].cut.normalizations))
    }
  }

  /// A calibration pass; the batches come in order.
  public func calibration(_ batch: Int) -> Pass {
    Pass(cache: self, kind: .calibration, batch: batch)
  }

  /// A pass with given statistics; the batches come in order, and a measurement may end early.
  public func evaluation(_ batch: Int) -> Pass {
    Pass(cache: self, kind: .evaluation, batch: batch)
  }
}

extension PrefixCache.Pass {
  /// Where the pass begins, with the map that lies there; nil at the images.
  func start() -> (cut: PrefixCut, map: RememberedMap)? {
    for level in cache.levels.reversed() where level.statistics != nil {
      let maps = kind == .calibration ? level.calibration : level.evaluation
      if let map = maps[batch] { return (level.cut, map) }
    }
    return nil
  }

  /// Whether a pass may remember what lies between some steps.
  func remembers(within steps: Range<Int>) -> Bool {
    cache.levels.contains { $0.isWanted && steps.dropFirst().contains($0.cut.step) }
  }

  /// Remembers what lies in front of a step, where there is a cut.
  func remember(before step: Int, _ pass: Pass) {
    guard let place = cache.levels.firstIndex(where: { $0.isWanted && $0.cut.step == step })
    else { return }
    let value = cache.levels[place].cut.value
    switch kind {
    case .calibration:
      guard cache.levels[place].statistics == nil else { return }
      cache.levels[place].calibration.append(
        pass.map(pass.schedule.values[value]), statistics: pass.statistics[value], batch: batch)
    case .evaluation:
      cache.levels[place].evaluation.append(
        pass.map(pass.schedule.values[value]), statistics: nil, batch: batch)
    }
  }
}

/// The map of one batch at a cut.
struct RememberedMap {
  let map: FeatureMap
  /// The batch's own statistics of the map, where its writer took them.
  let statistics: [ChannelStatistics]?
}

/// The maps of the first batches at a cut, in memory that is used again.
fileprivate struct RememberedMaps {
  private var blocks: [AlignedStorage<Float>] = []
  private var maps: [RememberedMap] = []

  subscript(batch: Int) -> RememberedMap? {
    maps.indices.contains(batch) ? maps[batch] : nil
  }

  mutating func forget() { maps = [] }

  mutating func append(_ map: FeatureMap, statistics: [ChannelStatistics]?, batch: Int) {
    // A batch that is there is left alone, as is one whose predecessors are missing.
    guard batch == maps.count else { return }
    if batch == blocks.count { blocks.append(AlignedStorage(count: map.shape.elements)) }
    if blocks[batch].count < map.shape.elements {
      blocks[batch] = AlignedStorage(count: map.shape.elements)
    }
    let copy = FeatureMap(map.shape, in: blocks[batch])
    map.copy(to: copy)
    maps.append(RememberedMap(map: copy, statistics: statistics))
  }
}
