// A cable between two network namespaces with a given rate and delay, for kernels without netem.
//
//     link NAMESPACE_A NAMESPACE_B BITS_PER_SECOND DELAY_MICROSECONDS
//
// Makes the device `cable` in each namespace and prints "ready"; ends with its standard input. Every packet waits until those before it
// are through at the rate, then for the delay; what does not fit the queue of 4 MiB is lost, as in a switch.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { packet_limit = 65536, ring_size = 4096, queue_limit = 4 << 20 };

struct packet {
  int64_t arrival;
  int size;
  uint8_t *bytes;
};

struct direction {
  int from, to;
  struct packet ring[ring_size];
  int first, count, queued;
  pthread_mutex_t lock;
  pthread_cond_t filled;
};

static double nanoseconds_per_byte;
static int64_t delay;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int open_device(const char *name) {
  char path[256];
  snprintf(path, sizeof path, "/var/run/netns/%s", name);
  int space = open(path, O_RDONLY | O_CLOEXEC);
  if (space < 0 || setns(space, CLONE_NEWNET) != 0) fail(path);
  close(space);
  int device = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
  struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  strcpy(request.ifr_name, "cable");
  if (device < 0 || ioctl(device, TUNSETIFF, &request) != 0) fail("/dev/net/tun");
  return device;
}

static void *take(void *argument) {
  struct direction *d = argument;
  static __thread uint8_t bytes[packet_limit];
  int64_t free_at = 0;
  for (;;) {
    int size = (int)read(d->from, bytes, sizeof bytes);
    if (size <= 0) continue;
    int64_t start = now();
    if (free_at < start) free_at = start;
    pthread_mutex_lock(&d->lock);
    if (d->count < ring_size && d->queued + size <= queue_limit) {
      free_at += (int64_t)(size * nanoseconds_per_byte);
      struct packet *p = &d->ring[(d->first + d->count) % ring_size];
      *p = (struct packet){free_at + delay, size, malloc((size_t)size)};
      memcpy(p->bytes, bytes, (size_t)size);
      d->count++;
      d->queued += size;
      pthread_cond_signal(&d->filled);
    }
    pthread_mutex_unlock(&d->lock);
  }
}

static void *give(void *argument) {
  struct direction *d = argument;
  for (;;) {
    pthread_mutex_lock(&d->lock);
    while (d->count == 0) pthread_cond_wait(&d->filled, &d->lock);
    struct packet p = d->ring[d->first];
    pthread_mutex_unlock(&d->lock);
    struct timespec t = {p.arrival / 1000000000LL, p.arrival % 1000000000LL};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
    // A device that is not up yet, or no longer, loses what comes.
    if (write(d->to, p.bytes, (size_t)p.size) < 0 && errno != EIO) perror("cable");
    free(p.bytes);
    pthread_mutex_lock(&d->lock);
    d->first = (d->first + 1) % ring_size;
    d->count--;
    d->queued -= p.size;
    pthread_mutex_unlock(&d->lock);
  }
}

int main(int count, char **arguments) {
  if (count != 5) {
    fprintf(stderr, "usage: link NAMESPACE_A NAMESPACE_B BITS_PER_SECOND DELAY_MICROSECONDS\n");
    return 64;
  }
  nanoseconds_per_byte = 8e9 / atof(arguments[3]);
  delay = atoll(arguments[4]) * 1000;
  int a = open_device(arguments[1]), b = open_device(arguments[2]);
  static struct direction ways[2];
  for (int i = 0; i < 2; i++) {
    ways[i].from = i == 0 ? a : b;
    ways[i].to = i == 0 ? b : a;
    pthread_mutex_init(&ways[i].lock, NULL);
    pthread_cond_init(&ways[i].filled, NULL);
    pthread_t thread;
    pthread_create(&thread, NULL, take, &ways[i]);
    pthread_create(&thread, NULL, give, &ways[i]);
  }
  puts("ready");
  fflush(stdout);
  while (getchar() != EOF) {
  }
  return 0;
}
