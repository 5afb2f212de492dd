#include "peak_loops.h"

#include <string.h>

typedef float vector4 __attribute__((vector_size(16)));
typedef float vector8 __attribute__((vector_size(32)));
typedef float vector16 __attribute__((vector_size(64)));

// Twelve chains hide a latency of four cycles on two units with something to spare, and leave
// registers for the two operands where there are sixteen.
enum { chains = 12 };

// Volatile, or the compiler would compute the loop in advance.
static volatile float half = 0.5f;

#define MULTIPLY_ADD(name, vector, attributes, step)                                           \
  attributes static double name(long rounds, float *sink) {                                    \
    vector factor, term, sums[chains];                                                         \
    for (size_t lane = 0; lane < sizeof(vector) / sizeof(float); lane++) {                     \
      factor[lane] = half;                                                                     \
      term[lane] = 1.0f + (float)lane;                                                         \
    }                                                                                          \
    for (int chain = 0; chain < chains; chain++) sums[chain] = term * (float)chain;            \
    for (long round = 0; round < rounds; round++) {                                            \
      _Pragma("clang loop unroll(full)") for (int chain = 0; chain < chains; chain++) {        \
        sums[chain] = step(sums[chain], factor, term);                                         \
      }                                                                                        \
    }                                                                                          \
    vector total = sums[0];                                                                    \
    for (int chain = 1; chain < chains; chain++) total += sums[chain];                         \
    *sink = total[0];                                                                          \
    return 2.0 * chains * (sizeof(vector) / sizeof(float)) * (double)rounds;                   \
  }

#define FUSED(sum, factor, term) __builtin_elementwise_fma(sum, factor, term)
#define APART(sum, factor, term) ((sum) * (factor) + (term))

#if defined(__x86_64__)
MULTIPLY_ADD(multiply_add_v4, vector16, __attribute__((target("avx512f"))), FUSED)
MULTIPLY_ADD(multiply_add_v3, vector8, __attribute__((target("avx2,fma"))), FUSED)
#endif
MULTIPLY_ADD(multiply_add_portable, vector4, , APART)

double peak_multiply_add(peak_vectors vectors, long rounds, float *sink) {
#if defined(__x86_64__)
  if (vectors == peak_v4) return multiply_add_v4(rounds, sink);
  if (vectors == peak_v3) return multiply_add_v3(rounds, sink);
#endif
  (void)vectors;
  return multiply_add_portable(rounds, sink);
}

float peak_read(const float *source, size_t count) {
  vector16 sums[4] = {0};
  for (size_t i = 0; i < count; i += 64) {
    for (int chain = 0; chain < 4; chain++) {
      vector16 values;
      memcpy(&values, source + i + 16 * chain, sizeof values);
      sums[chain] += values;
    }
  }
  const vector16 total = sums[0] + sums[1] + sums[2] + sums[3];
  float sum = 0;
  for (int lane = 0; lane < 16; lane++) sum += total[lane];
  return sum;
}

void peak_copy(float *target, const float *source, size_t count) {
  memcpy(target, source, count * sizeof(float));
}

void peak_triad(float *restrict target, const float *restrict first,
                const float *restrict second, size_t count) {
  for (size_t i = 0; i < count; i++) target[i] = first[i] + 3 * second[i];
}
