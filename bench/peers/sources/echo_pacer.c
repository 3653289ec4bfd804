/* An open-loop TCP echo client on epoll: the baseline of schedules in `bench peers`. It verifies nothing.
 * usage: echo_pacer PORT CONNECTIONS MESSAGE_BYTES MESSAGES_PER_SECOND IN_FLIGHT WARMUP_SECONDS SECONDS
 * Message k is due at start + k / rate, on connection k modulo their number, over IPv4 loopback. Round trips count from
 * when a message was due; the send lag from when it was due and its connection had room for it.
 * Prints one JSON line: {"messagesPerSecond":...,"sendLagNs":{"p50":...,...},"rttNs":{...}} */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 512 * 1024, MAX_EVENTS = 512, AWAKE_NS = 100000 };

typedef long long ns;

struct message {
  ns offered, room; /* when it was offered; since when there was room for the one that takes its place */
};

struct connection {
  int fd, number, waits_for_room;
  size_t unsent, received;      /* bytes still to send; bytes of the current message received */
  long due, offered, completed; /* messages */
  ns writable_since;
  struct message *in_flight;
};

struct samples {
  ns *values;
  size_t count;
};

static char read_buffer[READ_BYTES];
static char *payload;
static size_t message_bytes, capacity;
static int connections, pipeline, epoll;
static double gap;
static ns start, window_start, window_end;
static struct samples round_trips, send_lags;

static ns now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void *allocate(size_t count, size_t bytes) {
  void *memory = calloc(count, bytes);
  if (!memory) fail("calloc");
  return memory;
}

static ns due_ns(const struct connection *c, long message) {
  return start + (ns)((c->number + message * (double)connections) * gap);
}

static void watch(int operation, struct connection *c) {
  struct epoll_event event = {.events = EPOLLIN | (c->waits_for_room ? EPOLLOUT : 0), .data.ptr = c};
  if (epoll_ctl(epoll, operation, c->fd, &event)) fail("epoll_ctl");
}

static void record(struct samples *samples, ns value) {
  if (samples->count < capacity) samples->values[samples->count++] = value;
}

/* Every payload byte is the same, so any run of the right length is the right run. */
static void flush(struct connection *c) {
  while (c->unsent) {
    ssize_t sent = send(c->fd, payload, c->unsent < message_bytes ? c->unsent : message_bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) fail("send");
    if (sent < 0) break;
    c->unsent -= sent;
  }
  if (c->waits_for_room != (c->unsent > 0)) {
    c->waits_for_room = c->unsent > 0;
    watch(EPOLL_CTL_MOD, c);
  }
}

/* Offers what is due and has room. */
static void offer(struct connection *c) {
  while (c->offered < c->due && c->offered - c->completed < pipeline && !c->unsent) {
    struct message *m = &c->in_flight[c->offered % pipeline];
    ns due = due_ns(c, c->offered), possible = m->room > c->writable_since ? m->room : c->writable_since;
    m->offered = now_ns();
    if (m->offered >= window_start && m->offered < window_end)
      record(&send_lags, m->offered - (due > possible ? due : possible));
    c->offered++;
    c->unsent += message_bytes;
    flush(c);
  }
}

static void pull(struct connection *c) {
  ssize_t received = recv(c->fd, read_buffer, READ_BYTES, MSG_DONTWAIT);
  if (received < 0 && errno == EAGAIN) return;
  if (received <= 0) fail("recv");
  ns now = now_ns();
  for (c->received += received; c->received >= message_bytes; c->received -= message_bytes) {
    c->in_flight[c->completed % pipeline].room = now;
    if (now >= window_start && now < window_end) record(&round_trips, now - due_ns(c, c->completed));
    c->completed++;
  }
  offer(c);
}

static int ascending(const void *a, const void *b) {
  ns x = *(const ns *)a, y = *(const ns *)b;
  return (x > y) - (x < y);
}

static void print_percentiles(const char *name, struct samples *samples) {
  static const double percents[] = {50, 99, 99.9, 100};
  static const char *const labels[] = {"p50", "p99", "p99_9", "max"};
  qsort(samples->values, samples->count, sizeof(ns), ascending);
  printf("\"%s\":{", name);
  for (int i = 0; i < 4; i++) {
    size_t rank = samples->count * percents[i] / 100;
    ns value = samples->count ? samples->values[rank < samples->count ? rank : samples->count - 1] : 0;
    printf("%s\"%s\":%lld", i ? "," : "", labels[i], value);
  }
  printf("}");
}

int main(int argc, char **argv) {
  if (argc != 8) {
    fprintf(stderr, "usage: echo_pacer PORT CONNECTIONS MESSAGE_BYTES MESSAGES_PER_SECOND IN_FLIGHT WARMUP_SECONDS SECONDS\n");
    return 2;
  }
  int on = 1;
  double rate = atof(argv[4]), seconds = atof(argv[7]);
  connections = atoi(argv[2]);
  message_bytes = atol(argv[3]);
  pipeline = atoi(argv[5]);
  gap = 1e9 / rate;
  capacity = rate * seconds * 1.1 + 1000;
  round_trips.values = allocate(capacity, sizeof(ns));
  send_lags.values = allocate(capacity, sizeof(ns));
  payload = allocate(1, message_bytes);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  epoll = epoll_create1(0);
  prctl(PR_SET_TIMERSLACK, 1);
  struct connection *all = allocate(connections, sizeof *all);
  for (int i = 0; i < connections; i++) {
    all[i].number = i;
    all[i].fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(all[i].fd, (struct sockaddr *)&address, sizeof address)) fail("connect");
    setsockopt(all[i].fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    all[i].in_flight = allocate(pipeline, sizeof *all[i].in_flight);
    watch(EPOLL_CTL_ADD, &all[i]);
  }
  start = now_ns();
  window_start = start + atof(argv[6]) * 1e9;
  window_end = window_start + seconds * 1e9;
  struct epoll_event events[MAX_EVENTS];
  long next = 0; /* message of the run that is due next */
  for (ns now = start; now < window_end; now = now_ns()) {
    ns due = start + (ns)(next * gap);
    if (due <= now) {
      struct connection *c = &all[next++ % connections];
      c->due++;
      offer(c);
      if (start + (ns)(next * gap) <= now) continue; /* first all that is due, then what has come back */
    }
    ns left = start + (ns)(next * gap) - now_ns() - AWAKE_NS;
    struct timespec wait = {.tv_nsec = left < 0 ? 0 : left < 999999999 ? left : 999999999};
    int ready = epoll_pwait2(epoll, events, MAX_EVENTS, &wait, NULL);
    for (int i = 0; i < ready; i++) {
      struct connection *c = events[i].data.ptr;
      if (events[i].events & EPOLLOUT) {
        flush(c);
        if (!c->unsent) c->writable_since = now_ns();
        offer(c);
      }
      if (events[i].events & ~EPOLLOUT) pull(c);
    }
  }
  printf("{\"messagesPerSecond\":%.1f,", round_trips.count / seconds);
  print_percentiles("sendLagNs", &send_lags);
  printf(",");
  print_percentiles("rttNs", &round_trips);
  printf("}\n");
}
