import Foundation

/// One side of a comparison: something that is done again and again and says how long it took.
public struct Side {
  let name: String
  let turn: () throws -> Double

  /// - Parameters:
  ///   - name: what the side is called in the output.
  ///   - turn: takes one turn; returns its seconds.
  public init(_ name: String, turn: @escaping () throws -> Double) {
    self.name = name
    self.turn = turn
  }

  /// A side whose turn is some steps on end, as in use: a side that has rested finds its caches cold and its
  /// processors asleep, which would weigh most on the faster one.
  ///
  /// - Parameters:
  ///   - steps: of a turn, after one that is not counted; their mean is the turn's time.
  ///   - step: takes one step; returns its seconds.
  public init(_ name: String, steps: Int, step: @escaping () throws -> Double) {
    self.init(name) {
      _ = try step()
      return try (0..<steps).reduce(0) { sum, _ in try sum + step() } / Double(steps)
    }
  }
}

/// The times of one side, and what they mean.
public struct Timing: Encodable, Sendable {
  /// What the side is called.
  public let name: String
  /// Each counted turn, in order.
  public let seconds: [Double]
  /// The median of `seconds`.
  public let median: Double
  /// Images a second, by the median; nil where there are no images.
  public private(set) var imagesPerSecond: Double?
  /// Floating-point operations a second in 10^9, two for each multiply-accumulate, by the median.
  public private(set) var gigaflops: Double?
  /// `gigaflops` in per cent of the machine's measured peak.
  public private(set) var percentOfPeak: Double?

  init(name: String, seconds: [Double]) {
    self.name = name
    self.seconds = seconds
    median = BenchmarkSupport.median(seconds)
  }

  /// The same with rates.
  ///
  /// - Parameters:
  ///   - images: images of a turn.
  ///   - macs: multiply-accumulates of a turn.
  ///   - peak: the machine's, in 10^9 floating-point operations a second.
  public func rated(images: Int? = nil, macs: Int, peak: Double) -> Timing {
    var rated = self
    let gigaflops = 2e-9 * Double(macs) / median
    rated.imagesPerSecond = images.map { Double($0) / median }
    rated.gigaflops = gigaflops
    rated.percentOfPeak = 100 * gigaflops / peak
    return rated
  }
}

/// Lets the sides take turns, so that a drift of the machine's speed meets all of them.
///
/// The first round is not counted. Before each turn the machine rests long enough for the threads
/// of the side before to stop spinning: OpenMP's do so for some milliseconds, on processors that
/// the next needs.
///
/// - Parameters:
///   - sides: who takes part, in this order in every round.
///   - rounds: counted turns of each side.
/// - Returns: the times, in the order of `sides`.
public func alternate(_ sides: [Side], rounds: Int) throws -> [Timing] {
  var seconds = sides.map { _ in [Double]() }
  for round in 0...rounds {
    for (place, side) in sides.enumerated() {
      Thread.sleep(forTimeInterval: 0.02)
      let turn = try side.turn()
      if round > 0 { seconds[place].append(turn) }
    }
  }
  return zip(sides, seconds).map { Timing(name: $0.name, seconds: $1) }
}
