/* A crowd of phones that costs next to nothing, so that the hub is what a measurement measures.

   crowd HOST PORT PATH COUNT arrivals|deliveries

   It follows and prints as `bench.phones` does, and takes frames off one epoll. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTING_AT_ONCE = 50, READ_BYTES = 65536, EVENTS = 512, OFFSETS_MAX = 1 << 20, TENTHS_MAX = 36000 };
static const int64_t NS_PER_TENTH = 100000000;

struct phone {
    int fd, following;
    long offset;
    unsigned char *rest; /* of a frame, or of the response's head, that is not whole yet */
    size_t size;
};
struct arrival {
    long count;
    int64_t first, last;
};

static struct phone *phones;
static struct arrival arrivals[OFFSETS_MAX];
static long deliveries[TENTHS_MAX];
static int64_t first_tenth;
static int noting_arrivals;
static long following, lost;
static unsigned char buffer[READ_BYTES * 2];

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void note(struct phone *phone, long offset, int64_t now) {
    if (!phone->following) {
        phone->following = 1;
        following++;
    } else if (noting_arrivals) {
        for (long each = phone->offset + 1; each <= offset && each < OFFSETS_MAX; each++) {
            if (!arrivals[each].count++) arrivals[each].first = now;
            arrivals[each].last = now;
        }
    } else if (now / NS_PER_TENTH - first_tenth < TENTHS_MAX) {
        deliveries[now / NS_PER_TENTH - first_tenth]++;
    }
    phone->offset = offset;
}

static void frame(struct phone *phone, const unsigned char *payload, size_t length, int64_t now) {
    static const char HEARTBEAT[] = "{\"channel\":\"\"", OFFSET[] = "\"offset\":";
    if (length < sizeof HEARTBEAT - 1 || !memcmp(payload, HEARTBEAT, sizeof HEARTBEAT - 1)) return;
    const unsigned char *at = memmem(payload, length, OFFSET, sizeof OFFSET - 1);
    if (at) note(phone, strtol((const char *)at + sizeof OFFSET - 1, NULL, 10), now);
}

/* Takes whole frames off the front; how many bytes they were. */
static size_t frames(struct phone *phone, const unsigned char *data, size_t size, int64_t now) {
    size_t done = 0;
    while (size - done >= 2) {
        const unsigned char *head = data + done;
        size_t start = head[1] < 126 ? 2 : head[1] == 126 ? 4 : 10, length = head[1];
        if (size - done < start) break;
        if (start > 2)
            for (length = 0, head += 2; head < data + done + start; head++) length = length << 8 | *head;
        if (size - done < start + length) break;
        if (data[done] != 0x88) frame(phone, data + done + start, length, now);
        done += start + length;
    }
    return done;
}

static void hear(struct phone *phone, int64_t now) {
    memcpy(buffer, phone->rest, phone->size);
    ssize_t got = read(phone->fd, buffer + phone->size, READ_BYTES);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        lost++;
        close(phone->fd);
        return;
    }
    size_t size = phone->size + got, done = 0;
    if (phone->offset < 0) { /* the response's head comes first */
        unsigned char *end = memmem(buffer, size, "\r\n\r\n", 4);
        if (end && memcmp(buffer, "HTTP/1.1 101", 12)) {
            fprintf(stderr, "refused: %.*s\n", (int)(end - buffer), buffer);
            exit(1);
        }
        if (end) {
            done = end + 4 - buffer;
            phone->offset = 0;
        }
    }
    if (phone->offset >= 0) done += frames(phone, buffer + done, size - done, now);
    phone->size = size - done;
    phone->rest = realloc(phone->rest, phone->size + 1);
    memcpy(phone->rest, buffer + done, phone->size);
}

static void call(struct phone *phone, int epoll, const struct sockaddr_in *hub, const char *host, const char *path) {
    char request[1024];
    int size = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: %s:%d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: urut.v1.json\r\n\r\n",
                        path, host, ntohs(hub->sin_port));
    phone->fd = socket(AF_INET, SOCK_STREAM, 0);
    phone->offset = -1;
    phone->rest = malloc(1);
    if (phone->fd < 0 || connect(phone->fd, (const struct sockaddr *)hub, sizeof *hub)) fail("connect");
    if (write(phone->fd, request, size) != size) fail("write");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = phone};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, phone->fd, &event)) fail("epoll_ctl");
}

/* Hears whoever has something to say; 1 when standard input has. */
static int turn(int epoll) {
    struct epoll_event events[EVENTS];
    int count = epoll_wait(epoll, events, EVENTS, -1), enough = 0;
    for (int n = 0; n < count; n++) {
        if (events[n].data.ptr) hear(events[n].data.ptr, now_ns());
        else enough = 1;
    }
    return enough;
}

static void tell(void) {
    const char *comma = "";
    printf("{\"lost\": %ld, \"seen\": {", lost);
    for (long n = 0; n < OFFSETS_MAX; n++)
        if (arrivals[n].count) {
            printf("%s\"%ld\": [%ld, %lld, %lld]", comma, n, arrivals[n].count, (long long)arrivals[n].first, (long long)arrivals[n].last);
            comma = ", ";
        }
    for (long n = 0; n < TENTHS_MAX; n++)
        if (deliveries[n]) {
            printf("%s\"%lld\": %ld", comma, (long long)(first_tenth + n), deliveries[n]);
            comma = ", ";
        }
    printf("}}\n");
}

int main(int argc, char **argv) {
    if (argc != 6) return 2;
    long count = strtol(argv[4], NULL, 10);
    struct sockaddr_in hub = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};
    inet_pton(AF_INET, argv[1], &hub.sin_addr);
    phones = calloc(count, sizeof *phones);
    noting_arrivals = !strcmp(argv[5], "arrivals");
    first_tenth = now_ns() / NS_PER_TENTH;
    int epoll = epoll_create1(0);
    for (long n = 0; n < count; n++) {
        while (n - following >= CONNECTING_AT_ONCE) turn(epoll);
        call(&phones[n], epoll, &hub, argv[1], argv[3]);
    }
    while (following < count) turn(epoll);
    printf("{\"following\": %ld}\n", count);
    fflush(stdout);
    struct epoll_event input = {.events = EPOLLIN, .data.ptr = NULL};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &input)) fail("standard input");
    while (!turn(epoll)) continue;
    tell();
    return 0;
}
