#ifndef CPU_SHIMS_H
#define CPU_SHIMS_H

#include <stdbool.h>

#pragma clang assume_nonnull begin

/// Whether this processor and its operating system run x86-64-v3 (AVX2, FMA) code.
bool cpu_runs_v3(void);
/// Whether this processor and its operating system run x86-64-v4 (AVX-512 F, BW, CD, DQ, VL) code.
bool cpu_runs_v4(void);
/// How many processors the calling thread may run on, or -1 when the system does not tell.
int cpu_affinity_count(void);
/// Writes the numbers of those processors, ascending, at most `most` of them; returns how many it wrote.
int cpu_affinity_list(int *processors, int most);

/// Tells the processor that this thread spins.
static inline void cpu_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// Asks for the cache line at an address, which is wanted soon; any address will do.
static inline void cpu_prefetch(const void *address) {
  __builtin_prefetch(address);
}

/// The same address, of which the compiler cannot tell how it was made.
static inline const float *cpu_opaque(const float *address) {
  __asm__("" : "+r"(address));
  return address;
}

typedef float cpu_floats4 __attribute__((ext_vector_type(4)));
typedef float cpu_floats8 __attribute__((ext_vector_type(8)));
typedef float cpu_floats16 __attribute__((ext_vector_type(16)));

/// Stores floats past the caches, at a multiple of their size; whole cache lines of them are not read first.
static inline void cpu_stream4(cpu_floats4 value, float *target) {
  __builtin_nontemporal_store(value, (cpu_floats4 *)target);
}
static inline void cpu_stream8(cpu_floats8 value, float *target) {
  __builtin_nontemporal_store(value, (cpu_floats8 *)target);
}
static inline void cpu_stream16(cpu_floats16 value, float *target) {
  __builtin_nontemporal_store(value, (cpu_floats16 *)target);
}

/// Floats between two bounds; NaN passes. Swift compares and selects instead, which keeps the compiler from unrolling what it
/// is part of; so does a comparison here with 512 bits.
static inline cpu_floats4 cpu_clamp4(cpu_floats4 x, cpu_floats4 lowest, cpu_floats4 highest) {
  x = x < lowest ? lowest : x;
  return x > highest ? highest : x;
}
#ifdef __AVX__
static inline cpu_floats8 cpu_clamp8(cpu_floats8 x, cpu_floats8 lowest, cpu_floats8 highest) {
  return __builtin_ia32_minps256(highest, __builtin_ia32_maxps256(lowest, x));
}
#endif
#ifdef __AVX512F__
// The last argument is the rounding that is in force.
__attribute__((min_vector_width(512)))
static inline cpu_floats16 cpu_clamp16(cpu_floats16 x, cpu_floats16 lowest, cpu_floats16 highest) {
  return __builtin_ia32_minps512(highest, __builtin_ia32_maxps512(lowest, x, 4), 4);
}
#endif

#pragma clang assume_nonnull end

#endif
