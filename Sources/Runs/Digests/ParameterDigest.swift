/// One short text that differs when any bit of any value differs, for comparing runs.
///
/// XXH3-128 over the bytes of all values, one tensor after the other in the order given, as 32 hexadecimal
/// digits. Names and shapes do not enter.
public func parameterDigest(of tensors: [NamedTensor]) -> String {
  let digester = Digester()
  for tensor in tensors { digester.update(UnsafeRawBufferPointer(tensor.values)) }
  return digester.hex128
}
