/* A plain TCP echo load client on epoll: the baseline of clients in `bench peers`.
 * usage: echo_client PORT CONNECTIONS MESSAGE_BYTES PIPELINE WARMUP_SECONDS SECONDS [PERIOD_BYTES]
 * With a period it compares every byte with a payload that repeats after so many, otherwise none.
 * Closed loop over IPv4 loopback. Prints one JSON line: {"messagesPerSecond":...,"p99Us":...,...} */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 512 * 1024, MAX_EVENTS = 512, HISTOGRAM_US = 1 << 20 };

struct connection {
  int fd, waits_for_room;
  size_t unsent, received;   /* bytes still to send; bytes of the current message received */
  size_t send_at, expect_at; /* where the next bytes to send and to receive lie in the payload */
  unsigned oldest;           /* index into started of the oldest message in flight */
  double *started;
};

static char read_buffer[READ_BYTES];
static char *payload;
static size_t message_bytes, period; /* period: 0 if nothing is compared */
static unsigned pipeline;
static int epoll;
static unsigned long histogram[HISTOGRAM_US], counted;
static double window_start, window_end;

static double now_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void watch(int operation, struct connection *c) {
  struct epoll_event event = {.events = EPOLLIN | (c->waits_for_room ? EPOLLOUT : 0), .data.ptr = c};
  if (epoll_ctl(epoll, operation, c->fd, &event)) fail("epoll_ctl");
}

/* At least as many bytes as are in flight follow the period, so that every run is contiguous. */
static void fill_payload(size_t in_flight) {
  payload = malloc(period + in_flight);
  if (!payload) fail("malloc");
  for (size_t i = 0; i < period; i++) payload[i] = rand() >> 8;
  for (size_t i = period; i < period + in_flight; i++) payload[i] = period ? payload[i - period] : 'x';
}

/* Without a period every payload byte is the same, so any run of the right length is the right run. */
static size_t advance(size_t at, size_t bytes) { return period ? (at + bytes) % period : 0; }

static void push(struct connection *c) {
  while (c->unsent) {
    ssize_t sent = send(c->fd, payload + c->send_at, c->unsent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) fail("send");
    if (sent < 0) break;
    c->unsent -= sent;
    c->send_at = advance(c->send_at, sent);
  }
  if (c->waits_for_room != (c->unsent > 0)) {
    c->waits_for_room = c->unsent > 0;
    watch(EPOLL_CTL_MOD, c);
  }
}

static void record(double started, double now) {
  if (now < window_start || now > window_end) return;
  unsigned long us = (now - started) * 1e6;
  histogram[us < HISTOGRAM_US ? us : HISTOGRAM_US - 1]++;
  counted++;
}

static void pull(struct connection *c) {
  ssize_t received = recv(c->fd, read_buffer, READ_BYTES, MSG_DONTWAIT);
  if (received < 0 && errno == EAGAIN) return;
  if (received <= 0) fail("recv");
  double now = now_seconds();
  if (period && memcmp(read_buffer, payload + c->expect_at, received)) {
    fprintf(stderr, "wrong bytes came back\n");
    exit(1);
  }
  c->expect_at = advance(c->expect_at, received);
  for (c->received += received; c->received >= message_bytes; c->received -= message_bytes) {
    record(c->started[c->oldest], now);
    c->started[c->oldest] = now;
    c->oldest = (c->oldest + 1) % pipeline;
    c->unsent += message_bytes;
  }
  push(c);
}

static unsigned long percentile_us(double p) {
  unsigned long seen = 0, us = 0;
  for (; us < HISTOGRAM_US - 1 && (seen += histogram[us]) < counted * p; us++) continue;
  return us;
}

int main(int argc, char **argv) {
  if (argc < 7 || argc > 8)
    return fprintf(stderr, "usage: echo_client PORT CONNECTIONS MESSAGE_BYTES PIPELINE WARMUP_SECONDS SECONDS [PERIOD_BYTES]\n"), 2;
  int connections = atoi(argv[2]), on = 1;
  message_bytes = atol(argv[3]);
  pipeline = atoi(argv[4]);
  period = argc == 8 ? atol(argv[7]) : 0;
  fill_payload(message_bytes * pipeline);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  epoll = epoll_create1(0);
  struct connection *all = calloc(connections, sizeof *all);
  for (int i = 0; i < connections; i++) {
    all[i].fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(all[i].fd, (struct sockaddr *)&address, sizeof address)) fail("connect");
    setsockopt(all[i].fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (period) all[i].send_at = all[i].expect_at = rand() % period;
    all[i].started = calloc(pipeline, sizeof *all[i].started);
    watch(EPOLL_CTL_ADD, &all[i]);
  }
  window_start = now_seconds() + atof(argv[5]);
  window_end = window_start + atof(argv[6]);
  for (int i = 0; i < connections; i++) {
    for (unsigned k = 0; k < pipeline; k++) all[i].started[k] = now_seconds();
    all[i].unsent = message_bytes * pipeline;
    push(&all[i]);
  }
  struct epoll_event events[MAX_EVENTS];
  while (now_seconds() < window_end) {
    int ready = epoll_wait(epoll, events, MAX_EVENTS, 1000);
    for (int i = 0; i < ready; i++) {
      if (events[i].events & EPOLLOUT) push(events[i].data.ptr);
      if (events[i].events & ~EPOLLOUT) pull(events[i].data.ptr);
    }
  }
  printf("{\"messagesPerSecond\":%.1f,\"p50Us\":%lu,\"p99Us\":%lu,\"p99_9Us\":%lu}\n", counted / atof(argv[6]),
         percentile_us(0.5), percentile_us(0.99), percentile_us(0.999));
}
