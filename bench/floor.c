/* The floor: what the kernel needs to bring one ready frame to so many sockets, and nothing else.

   floor BYTES

   It prints the port it listens on, lets in whoever comes (without a look at what they ask for), and publishes as every server of a
   measurement does (bench/peers/publisher.py): an event is one write() of a frame of BYTES bytes to each socket. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SEND_BUFFER_BYTES = 32 * 1024, PORT_BACKLOG = 1024, REQUEST_BYTES = 2048, PHONES_MAX = 1 << 20, FRAME_MAX = 65536 };
static const char ANSWER[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
static const int64_t NS_PER_MS = 1000000;

static int phones[PHONES_MAX], listening;
static long count, bytes, offset, events;
static long turn_events; /* 0: not going */
static int64_t every, due;

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static size_t ready_frame(unsigned char *to) {
    char *payload = (char *)to + 4;
    int size = snprintf(payload, 128, "{\"channel\":\"line/A\",\"offset\":%ld,\"due_ns\":%lld,\"view\":\"", offset, (long long)due);
    memset(payload + size, '.', bytes - size - 2);
    memcpy(payload + bytes - 2, "\"}", 2);
    to[0] = 0x81, to[1] = 126, to[2] = bytes >> 8, to[3] = bytes & 255;
    return bytes + 4;
}

static void let_in(void) {
    int buffer = SEND_BUFFER_BYTES, yes = 1, phone;
    char request[REQUEST_BYTES];
    while ((phone = accept4(listening, NULL, NULL, 0)) >= 0) {
        if (count == PHONES_MAX || read(phone, request, sizeof request) <= 0) {
            close(phone);
            continue;
        }
        setsockopt(phone, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
        setsockopt(phone, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes); /* every frame goes out at once, as the hub's do */
        if (write(phone, ANSWER, sizeof ANSWER - 1) > 0) phones[count++] = phone;
    }
}

static void publish(void) {
    static unsigned char frame[FRAME_MAX + 4];
    offset++, events++;
    size_t length = ready_frame(frame);
    for (long n = 0; n < count; n++) {
        ssize_t sent = send(phones[n], frame, length, MSG_DONTWAIT);
        if (sent > 0 && sent < (ssize_t)length) sent = send(phones[n], frame + sent, length - sent, 0);
        if (sent < 0 && errno != EAGAIN) { /* who is gone is forgotten */
            close(phones[n]);
            phones[n--] = phones[--count];
        }
    }
}

static void obey(const char *line) {
    long ms;
    if (sscanf(line, "go %ld %ld", &turn_events, &ms) == 2) {
        every = ms * NS_PER_MS, due = now_ns(), events = 0;
        return;
    }
    turn_events = 0;
    printf("{\"events\": %ld, \"offset\": %ld, \"due_ns\": %lld}\n", events, offset, (long long)(due - every));
    fflush(stdout);
}

/* Does what standard input says; 0 at its end. */
static int hear(void) {
    static char lines[256];
    ssize_t got = read(STDIN_FILENO, lines, sizeof lines - 1);
    if (got <= 0) return 0;
    lines[got] = 0;
    for (char *line = strtok(lines, "\n"); line; line = strtok(NULL, "\n")) obey(line);
    return 1;
}

int main(int argc, char **argv) {
    struct rlimit files;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof here;
    if (argc != 2 || (bytes = strtol(argv[1], NULL, 10)) < 128 || bytes > FRAME_MAX) return 2;
    if (!getrlimit(RLIMIT_NOFILE, &files)) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    signal(SIGPIPE, SIG_IGN);
    listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (bind(listening, (struct sockaddr *)&here, size) || listen(listening, PORT_BACKLOG)) fail("listen");
    getsockname(listening, (struct sockaddr *)&here, &size);
    printf("{\"port\": %d}\n", ntohs(here.sin_port));
    fflush(stdout);
    struct pollfd polled[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = listening, .events = POLLIN}};
    for (;;) {
        int64_t wait = turn_events ? due - now_ns() : -1;
        struct timespec until = {.tv_sec = wait / 1000000000, .tv_nsec = wait % 1000000000}, none = {0};
        ppoll(polled, 2, turn_events ? wait > 0 ? &until : &none : NULL, NULL);
        if (polled[0].revents && !hear()) return 0;
        if (polled[1].revents) let_in();
        if (!turn_events || now_ns() < due) continue;
        for (long n = 0; n < turn_events; n++) publish();
        due = every ? due + every : now_ns();
    }
}
