import CPUShims

// This folder is compiled three times, once per instruction set (Package.swift). It uses pointers and SIMD
// types only: a specialised generic of the standard library would be a weak symbol with wide instructions,
// which the linker may then use in code that runs on any processor.

#if KERNELS_V4
  /// One 512-bit register.
  typealias Vector = SIMD16<Float>
  /// The input channels of an outer product.
  typealias OuterRows = SIMD8<Float>
#elseif KERNELS_V3
  /// One 256-bit register.
  typealias Vector = SIMD8<Float>
  /// The input channels of an outer product.
  typealias OuterRows = SIMD4<Float>
#else
  /// One 128-bit register, or its like elsewhere.
  typealias Vector = SIMD4<Float>
  /// The input channels of an outer product.
  typealias OuterRows = SIMD4<Float>
#endif

/// Floats in a vector register; every pixel stride is a multiple of 16, hence of this.
public let lanes = Vector.scalarCount

/// The same address, of which the compiler cannot tell how it was made, so that it does not make it again.
@inline(always)
func opaque(_ address: UnsafePointer<Float>) -> UnsafePointer<Float> {
  cpu_opaque(address)
}

/// Adds `a * b` to `accumulator`, fused where the instruction set has it and plain elsewhere.
///
/// Never a library call.
@inline(always)
func multiplyAdd(_ accumulator: Vector, _ a: Vector, _ b: Vector) -> Vector {
  #if KERNELS_V4 || KERNELS_V3
    accumulator.addingProduct(a, b)
  #else
    accumulator + a * b
  #endif
}

@inline(always)
func load(_ pointer: UnsafePointer<Float>) -> Vector {
  UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
}

@inline(always)
func load(_ pointer: UnsafeMutablePointer<Float>) -> Vector {
  UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
}

@inline(always)
func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: Vector.self)
}

/// Stores a vector past the caches, at a multiple of its size.
///
/// Whole cache lines are written without being read first. Other threads see them after the writer's next atomic addition.
@inline(always)
func stream(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>) {
  #if KERNELS_V4
    cpu_stream16(vector, pointer)
  #elseif KERNELS_V3
    cpu_stream8(vector, pointer)
  #else
    cpu_stream4(vector, pointer)
  #endif
}

/// Applies the activation of a kind: 0 for none, 1 for max(x, 0), 2 for min(max(x, 0), 6).
///
/// NaN stays NaN.
@inline(always)
func activate(_ x: Vector, _ kind: Int) -> Vector {
  if kind == 0 { return x }
  let zero = Vector(repeating: 0)
  let positive = x.replacing(with: zero, where: x .< zero)
  if kind == 1 { return positive }
  let six = Vector(repeating: 6)
  return positive.replacing(with: six, where: positive .> six)
}

/// The gradient that passes an activation whose input was `x`.
@inline(always)
func passed(_ gradient: Vector, through x: Vector, _ kind: Int) -> Vector {
  if kind == 0 { return gradient }
  let zero = Vector(repeating: 0)
  let lower = gradient.replacing(with: zero, where: x .<= zero)
  if kind == 1 { return lower }
  return lower.replacing(with: zero, where: x .>= Vector(repeating: 6))
}

/// `x` between two bounds; NaN stays NaN.
@inline(always)
func clamp(_ x: Vector, _ lowest: Vector, _ highest: Vector) -> Vector {
  #if KERNELS_V4
    cpu_clamp16(x, lowest, highest)
  #elseif KERNELS_V3
    cpu_clamp8(x, lowest, highest)
  #else
    cpu_clamp4(x, lowest, highest)
  #endif
}
