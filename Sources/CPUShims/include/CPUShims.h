#ifndef CPU_SHIMS_H
#define CPU_SHIMS_H

#include <stdbool.h>

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

/// Copies a cache line of floats past the caches, to where a line starts.
///
/// In one store where registers are as wide: without the attribute Clang prefers two halves.
__attribute__((min_vector_width(512)))
static inline void cpu_stream_line(const float *source, float *target) {
  typedef float line __attribute__((vector_size(64)));
  line value;
  __builtin_memcpy(&value, source, sizeof value);
  __builtin_nontemporal_store(value, (line *)target);
}

#endif
