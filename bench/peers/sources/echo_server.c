/* A plain TCP echo server on epoll: the baseline of servers in `bench peers`.
 * usage: echo_server PORT          single-threaded, level-triggered, IPv4 loopback
 * Bytes that the kernel does not take at once wait in a buffer; until it is empty, the peer is not read. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_BYTES = 512 * 1024, MAX_EVENTS = 512 };

struct peer {
  int fd;
  char *unsent; /* NULL while everything was echoed */
  size_t offset, length;
};

static char read_buffer[READ_BYTES];

static void watch(int epoll, int operation, struct peer *peer, unsigned events) {
  struct epoll_event event = {.events = events, .data.ptr = peer};
  epoll_ctl(epoll, operation, peer->fd, &event);
}

static void drop(struct peer *peer) {
  close(peer->fd);
  free(peer->unsent);
  free(peer);
}

static void keep_unsent(int epoll, struct peer *peer, const char *bytes, size_t length) {
  peer->unsent = malloc(length);
  if (!peer->unsent) abort();
  memcpy(peer->unsent, bytes, length);
  peer->offset = 0;
  peer->length = length;
  watch(epoll, EPOLL_CTL_MOD, peer, EPOLLOUT);
}

static void echo(int epoll, struct peer *peer) {
  ssize_t received = recv(peer->fd, read_buffer, READ_BYTES, 0);
  if (received == 0 || (received < 0 && errno != EAGAIN && errno != EINTR)) return drop(peer);
  if (received < 0) return;
  ssize_t sent = send(peer->fd, read_buffer, received, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) return drop(peer);
  if (sent < 0) sent = 0;
  if (sent < received) keep_unsent(epoll, peer, read_buffer + sent, received - sent);
}

static void flush(int epoll, struct peer *peer) {
  ssize_t sent = send(peer->fd, peer->unsent + peer->offset, peer->length - peer->offset, MSG_NOSIGNAL);
  if (sent < 0) {
    if (errno != EAGAIN) drop(peer);
    return;
  }
  peer->offset += sent;
  if (peer->offset < peer->length) return;
  free(peer->unsent);
  peer->unsent = NULL;
  watch(epoll, EPOLL_CTL_MOD, peer, EPOLLIN);
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: echo_server PORT\n"), 2;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096))
    return perror("echo_server"), 3;
  int epoll = epoll_create1(0);
  struct peer accepting = {.fd = listener};
  watch(epoll, EPOLL_CTL_ADD, &accepting, EPOLLIN);
  socklen_t length = sizeof address;
  getsockname(listener, (struct sockaddr *)&address, &length);
  printf("Listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);

  struct epoll_event events[MAX_EVENTS];
  for (;;) {
    int ready = epoll_wait(epoll, events, MAX_EVENTS, -1);
    for (int i = 0; i < ready; i++) {
      struct peer *peer = events[i].data.ptr;
      if (peer != &accepting) {
        if (peer->unsent) flush(epoll, peer);
        else echo(epoll, peer);
        continue;
      }
      int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
      if (fd < 0) continue;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      struct peer *arrived = calloc(1, sizeof *arrived);
      if (!arrived) abort();
      arrived->fd = fd;
      watch(epoll, EPOLL_CTL_ADD, arrived, EPOLLIN);
    }
  }
}
