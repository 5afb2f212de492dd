#define _GNU_SOURCE
#include "CPUShims.h"
#include <sched.h>

#if defined(__x86_64__)
bool cpu_runs_v3(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"); }
bool cpu_runs_v4(void) {
  return cpu_runs_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#else
bool cpu_runs_v3(void) { return false; }
bool cpu_runs_v4(void) { return false; }
#endif

int cpu_affinity_count(void) {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : -1;
}

int cpu_affinity_list(int *processors, int most) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 0;
  int count = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE && count < most; cpu++)
    if (CPU_ISSET(cpu, &set)) processors[count++] = cpu;
  return count;
}
