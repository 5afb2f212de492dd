#ifndef PEAK_LOOPS_H
#define PEAK_LOOPS_H

#include <stddef.h>

/// The vectors of a loop of multiply-adds.
typedef enum {
  /// AVX-512, 16 floats.
  peak_v4,
  /// AVX2 and FMA, 8 floats.
  peak_v3,
  /// What every processor of the target has: 4 floats, multiplied and added apart.
  peak_portable,
} peak_vectors;

/// Multiplies and adds in registers alone: 12 independent chains, `rounds` links each.
///
/// The processor has to have the vectors. Writes a number that depends on every result to `sink`.
/// Returns the floating-point operations done, two for each multiply-add.
double peak_multiply_add(peak_vectors vectors, long rounds, float *sink);

/// The sum of `count` floats, a multiple of 64; reads every one of them once.
float peak_read(const float *source, size_t count);

/// target = source.
void peak_copy(float *target, const float *source, size_t count);

/// target = first + 3 * second, as in STREAM.
void peak_triad(float *target, const float *first, const float *second, size_t count);

#endif
