/// Everything a graph must satisfy before anything is derived from it.
///
/// Shapes are inferred only after each node's wiring and numbers have been found sound.
struct ArchitectureValidation {
  let name: String
  let image: FeatureShape
  let classes: Int
  let nodes: [Architecture.Node]

  func check() throws(ArchitectureError) {
    try checkEnds()
    try checkNames()
    for place in nodes.indices {
      try checkWiring(place)
      try checkNumbers(nodes[place])
    }
    try checkEveryNodeIsRead()
    try checkShapes()
  }

  private func refuse(unless condition: Bool, _ reason: @autoclosure () -> String)
    throws(ArchitectureError)
  {
    guard condition else { throw .impossible(network: name, reason: reason()) }
  }

  private func checkEnds() throws(ArchitectureError) {
    try refuse(
      unless: min(image.channels, image.height, image.width) >= 1,
      "an image of \(image) (channels x height x width) has no pixels")
    try refuse(unless: classes >= 2, "a classifier needs at least 2 classes, not \(classes)")
    try refuse(
      unless: nodes.count >= 2 && nodes.last?.operation == .linear(outputs: classes),
      "its last node has to be the linear classifier of \(classes) outputs")
    for (place, node) in nodes.enumerated() {
      try refuse(
        unless: (node.operation == .image) == (place == 0),
        "the image has to be the first node and no other, unlike node \(place), \(node.name)")
      try refuse(
        unless: !isLinear(node) || place == nodes.count - 1,
        "\(node.name) is linear, which only the last node may be")
    }
  }

  private func isLinear(_ node: Architecture.Node) -> Bool {
    if case .linear = node.operation { true } else { false }
  }

  private func checkNames() throws(ArchitectureError) {
    var seen: Set<String> = []
    for node in nodes {
      try refuse(unless: !node.name.isEmpty, "every node needs a name")
      try refuse(
        unless: seen.insert(node.name).inserted, "two nodes have the same name, \(node.name)")
    }
  }

  private func checkWiring(_ place: Int) throws(ArchitectureError) {
    let node = nodes[place]
    try refuse(
      unless: node.inputs.count == node.operation.arity,
      "\(node.name) (\(node.operation)) reads \(node.inputs.count) nodes instead of "
        + "\(node.operation.arity)")
    try refuse(
      unless: node.inputs.allSatisfy { (0..<place).contains($0) },
      "\(node.name) reads a node that does not come before it")
  }

  private func checkNumbers(_ node: Architecture.Node) throws(ArchitectureError) {
    if let (kernel, stride) = node.operation.window {
      try refuse(
        unless: kernel >= 1 && kernel % 2 == 1,
        "\(node.name) has a kernel of \(kernel), which has to be odd and at least 1")
      try refuse(
        unless: stride == 1 || stride == 2,
        "\(node.name) has a stride of \(stride), which has to be 1 or 2")
    }
    if case .convolution(let outputs, _, _) = node.operation {
      try refuse(unless: outputs >= 1, "\(node.name) has \(outputs) outputs instead of at least 1")
    }
  }

  private func checkEveryNodeIsRead() throws(ArchitectureError) {
    let read = Set(nodes.flatMap(\.inputs))
    for (place, node) in nodes.dropLast().enumerated() {
      try refuse(unless: read.contains(place), "nothing reads \(node.name)")
    }
  }

  private func checkShapes() throws(ArchitectureError) {
    let shapes =
      Architecture(validName: name, image: image, classes: classes, nodes: nodes).outputShapes
    for node in nodes {
      let inputs = node.inputs.map { shapes[$0] }
      if node.operation == .add {
        try refuse(
          unless: inputs[0] == inputs[1],
          "\(node.name) adds outputs of \(inputs[0]) and \(inputs[1]), which have to be the same")
      }
      if isLinear(node) {
        try refuse(
          unless: inputs[0].height == 1 && inputs[0].width == 1,
          "\(node.name) reads \(inputs[0]), which has to be pooled to one place first")
      }
    }
  }
}
