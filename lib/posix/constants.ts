/**
 * The numbers of Linux's C interface, with the header that defines each. They are the same on x86-64 and arm64, and in
 * glibc and musl.
 */

// asm-generic/errno-base.h, asm-generic/errno.h
export const EINTR = 4;
export const EBADF = 9;
export const EAGAIN = 11;
export const EINPROGRESS = 115;

// asm-generic/unistd.h
export const SYS_IO_URING_SETUP = 425;
export const SYS_IO_URING_ENTER = 426;
export const SYS_EPOLL_PWAIT2 = 441;

// linux/time.h
export const CLOCK_MONOTONIC = 1;

// asm-generic/fcntl.h, linux/fcntl.h
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;
export const F_SETFD = 2;
export const F_SETFL = 4;
export const F_DUPFD_CLOEXEC = 1030;
export const FD_CLOEXEC = 1;

// bits/socket.h, sys/socket.h
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
export const MSG_DONTWAIT = 0x40;
export const MSG_ERRQUEUE = 0x2000;
export const MSG_NOSIGNAL = 0x4000;
export const SHUT_WR = 1;

// asm-generic/socket.h
export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const SO_TYPE = 3;
export const SO_ERROR = 4;
export const SO_SNDBUF = 7;
export const SO_RCVBUF = 8;
export const SO_KEEPALIVE = 9;
export const SO_LINGER = 13;
export const SO_REUSEPORT = 15;
export const SO_BINDTODEVICE = 25;
export const SO_ACCEPTCONN = 30;
export const SO_PROTOCOL = 38;
export const SO_DOMAIN = 39;
export const SO_BUSY_POLL = 46;
export const SO_MAX_PACING_RATE = 47;
export const SO_INCOMING_CPU = 49;
export const SO_ATTACH_REUSEPORT_CBPF = 51;
export const SO_DETACH_REUSEPORT_BPF = 68;

// linux/in.h, linux/in6.h, netinet/in.h
export const IPPROTO_IP = 0;
export const IPPROTO_TCP = 6;
export const IPPROTO_IPV6 = 41;
export const IPPROTO_MPTCP = 262;
export const IP_TOS = 1;
export const IP_RECVERR = 11;
export const IP_BIND_ADDRESS_NO_PORT = 24;
export const IP_LOCAL_PORT_RANGE = 51;
export const IPV6_RECVERR = 25;
export const IPV6_V6ONLY = 26;
export const IPV6_TCLASS = 67;
export const INET6_ADDRSTRLEN = 46;

// netinet/tcp.h
export const TCP_NODELAY = 1;
export const TCP_MAXSEG = 2;
export const TCP_KEEPIDLE = 4;
export const TCP_INFO = 11;
export const TCP_CONGESTION = 13;
export const TCP_USER_TIMEOUT = 18;
export const TCP_FASTOPEN = 23;
export const TCP_NOTSENT_LOWAT = 25;
export const TCP_FASTOPEN_CONNECT = 30;

// linux/mptcp.h, linux/socket.h
export const SOL_MPTCP = 284;
export const MPTCP_INFO = 1;
export const MPTCP_INFO_FLAG_FALLBACK = 1;

// netdb.h
export const AI_NUMERICHOST = 0x4;
export const AI_NUMERICSERV = 0x400;

// linux/errqueue.h
export const SO_EE_ORIGIN_ICMP = 2;
export const SO_EE_ORIGIN_ICMP6 = 3;

// sys/epoll.h, sys/eventfd.h, poll.h
export const EPOLLIN = 0x1;
export const EPOLLOUT = 0x4;
export const EPOLLERR = 0x8;
export const EPOLLHUP = 0x10;
export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CTL_MOD = 3;
export const EPOLL_CLOEXEC = 0o2000000;
export const EFD_NONBLOCK = 0o4000;
export const EFD_CLOEXEC = 0o2000000;
export const POLLIN = 0x1;

// linux/prctl.h
export const PR_SET_PDEATHSIG = 1;
export const PR_SET_TIMERSLACK = 29;

// linux/timex.h
export const STA_UNSYNC = 0x40;
export const STA_NANO = 0x2000;

// asm-generic/signal.h
export const SIGKILL = 9;

// sys/mman.h
export const PROT_READ = 0x1;
export const PROT_WRITE = 0x2;
export const MAP_SHARED = 0x1;
export const MAP_POPULATE = 0x8000;
export const MADV_DONTNEED = 4;

// linux/io_uring.h
export const IORING_FEAT_SINGLE_MMAP = 0x1;
export const IORING_OFF_SQ_RING = 0;
export const IORING_OFF_SQES = 0x10000000;
export const IORING_OP_SEND = 26;
export const IORING_OP_RECV = 27;

// linux/bpf_common.h, linux/filter.h: an instruction's code is its class, mode and size joined
export const BPF_LD_W_ABS = 0x20;
export const BPF_ALU_MOD_K = 0x94;
export const BPF_ALU_ADD_K = 0x04;
export const BPF_RET_A = 0x16;
export const SKF_AD_RANDOM = 0xfffff000 + 56;

// linux/sched.h, sys/resource.h
export const SCHED_OTHER = 0;
export const SCHED_IDLE = 5;
export const SCHED_RESET_ON_FORK = 0x40000000;
export const PRIO_PROCESS = 0;
