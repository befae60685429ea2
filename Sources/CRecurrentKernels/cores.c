/* How many threads are worth having: the physical cores this process may run on, within its cgroup's quota. */
#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif

#include "cores.h"

#if defined(__linux__)

/* Whether the processor is the first of its core's hardware threads in the mask; true when the system does not say. */
static int leads_its_core(int processor, int count, const cpu_set_t *mask, size_t size) {
  char path[96];
  snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", processor);
  FILE *file = fopen(path, "r");
  if (!file) return 1;
  int leads = 1, first, last;
  while (leads && fscanf(file, "%d", &first) == 1) { /* "0,64" or "0-1" */
    last = first;
    if (fscanf(file, "-%d", &last) < 0) last = first;
    for (int other = first; other <= last && other < processor && other < count; other++) {
      if (other >= 0 && CPU_ISSET_S(other, size, mask)) leads = 0;
    }
    if (fgetc(file) != ',') break;
  }
  fclose(file);
  return leads;
}

static int32_t cores_in_mask(void) {
  enum { largest = 1 << 16 };
  for (int count = 1024; count <= largest; count *= 2) { /* the kernel refuses a mask narrower than its own */
    cpu_set_t *mask = CPU_ALLOC(count);
    if (!mask) return 1;
    const size_t size = CPU_ALLOC_SIZE(count);
    if (sched_getaffinity(0, size, mask) == 0) {
      int32_t cores = 0;
      for (int processor = 0; processor < count; processor++) {
        cores += CPU_ISSET_S(processor, size, mask) && leads_its_core(processor, count, mask, size);
      }
      CPU_FREE(mask);
      return cores;
    }
    CPU_FREE(mask);
  }
  return 1;
}

/* The quota in whole cores, rounded up, or INT32_MAX for none. */
static int32_t cores_of(double quota, double period) {
  if (quota <= 0 || period <= 0 || quota / period > 1e6) return INT32_MAX;
  const int32_t whole = (int32_t)(quota / period);
  return whole * period < quota ? whole + 1 : whole;
}

static double number_in(const char *folder, const char *name) {
  char path[4352];
  double value = -1;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "r");
  if (!file) return -1;
  if (fscanf(file, "%lf", &value) != 1) value = -1;
  fclose(file);
  return value;
}

/* cgroup v2 has "quota period" or "max period" in one file, v1 has two files. */
static int32_t quota_in(const char *folder) {
  char path[4352];
  double quota, period;
  snprintf(path, sizeof path, "%s/cpu.max", folder);
  FILE *file = fopen(path, "r");
  if (file) {
    const int found = fscanf(file, "%lf %lf", &quota, &period);
    fclose(file);
    return found == 2 ? cores_of(quota, period) : INT32_MAX;
  }
  return cores_of(number_in(folder, "cpu.cfs_quota_us"), number_in(folder, "cpu.cfs_period_us"));
}

/* The tightest quota of a group and all that contain it, up to where the hierarchy is mounted. */
static int32_t quota_up_from(const char *mount, const char *group) {
  char folder[4224];
  const size_t root = strlen(mount);
  int32_t tightest = INT32_MAX;
  if (snprintf(folder, sizeof folder, "%s%s", mount, group) >= (int)sizeof folder) return tightest;
  for (;;) {
    const int32_t here = quota_in(folder);
    if (here < tightest) tightest = here;
    char *slash = strrchr(folder, '/');
    if (!slash || (size_t)(slash - folder) < root) return tightest;
    *slash = 0;
  }
}

/* Whether the comma-separated list has the controller "cpu". */
static int lists_cpu(const char *list, size_t length) {
  for (const char *end = list + length; list < end;) {
    const char *comma = memchr(list, ',', (size_t)(end - list));
    const size_t width = (size_t)((comma ? comma : end) - list);
    if (width == 3 && memcmp(list, "cpu", 3) == 0) return 1;
    list += width + 1;
  }
  return 0;
}

/* A line of /proc/self/cgroup is "hierarchy:controllers:group"; v2 has hierarchy 0 and no controllers. */
static int32_t cores_of_quota(void) {
  int32_t tightest = INT32_MAX;
  char line[4096];
  FILE *file = fopen("/proc/self/cgroup", "r");
  if (!file) return tightest;
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    char *controllers = strchr(line, ':');
    char *group = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!group) continue;
    const size_t width = (size_t)(group - controllers - 1);
    if (width > 0 && !lists_cpu(controllers + 1, width)) continue;
    const int32_t quota = quota_up_from(width == 0 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu", group + 1);
    if (quota < tightest) tightest = quota;
  }
  fclose(file);
  return tightest;
}

int32_t rk_usable_cores(void) {
  const int32_t cores = cores_in_mask(), quota = cores_of_quota();
  const int32_t usable = cores < quota ? cores : quota;
  return usable > 0 ? usable : 1;
}

#elif defined(__APPLE__)

int32_t rk_usable_cores(void) {
  int32_t cores = 0;
  size_t size = sizeof cores;
  if (sysctlbyname("hw.physicalcpu", &cores, &size, NULL, 0) != 0 || cores < 1) return 1;
  return cores;
}

#else

int32_t rk_usable_cores(void) { return 1; }

#endif
