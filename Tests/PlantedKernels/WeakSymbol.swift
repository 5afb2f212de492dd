/// A generic of the standard library: its specialised copy is a weak symbol with wide instructions.
public func plantedWeakSymbol(_ values: inout [Vector]) {
  values.sort { $0[0] < $1[0] }
}
