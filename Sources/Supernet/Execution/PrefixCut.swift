/// A place in a network where one feature map is all that later steps need of earlier ones.
///
/// What lies there is a function of the images and of the slices of some groups, so that candidates that agree in
/// these need it once.
struct PrefixCut {
  /// The first step behind it.
  let step: Int
  /// The value that crosses it, as it lies in memory: nothing is pending on it.
  let value: Int
  /// The groups that the value depends on, ascending.
  let groups: [Int]
  /// Batch normalisations in front of it.
  let normalizations: Int
  /// Multiply-accumulates in front of it for one image at full width.
  let macs: Int
}

extension ExecutionSteps {
  /// The cuts of a network in its order, each as late as the groups it depends on allow.
  func cuts(in space: SearchSpace) -> [PrefixCut] {
    var cuts: [PrefixCut] = []
    var groups: Set<Int> = []
    let full = space.channels(of: space.fullWidths)
    let costs = Dictionary(
      uniqueKeysWithValues: LayerTerms.all(of: space).map { ($0.node, $0.macs.total(for: full)) })
    var macs = 0
    for index in steps.indices.dropFirst() {
      let step = steps[index - 1]
      if let group = space.group(ofNode: nodeOfValue[step.output]) { groups.insert(group) }
      macs += costs[step.node] ?? 0
      guard let value = onlyValue(before: index), value != 0 else { continue }
      if cuts.last?.groups == groups.sorted() { cuts.removeLast() }
      cuts.append(
        PrefixCut(
          step: index, value: value, groups: groups.sorted(),
          normalizations: normalizations(before: index), macs: macs))
    }
    return cuts
  }

  /// The one value that the steps from `first` on read of earlier ones; nil where they read several, or one that its
  /// readers still have to normalise.
  private func onlyValue(before first: Int) -> Int? {
    let made = steps[first - 1].output
    let read = Set(steps[first...].flatMap(\.inputs)).filter { $0 <= made }
    guard read.count == 1, let value = read.first, storage[value] == value else { return nil }
    return value
  }
}
