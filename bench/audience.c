/* A crowd of phones that costs next to nothing, so that the server is what a measurement measures.

   audience HOST PORT PATH COUNT SUBPROTOCOL GREETING reads|deaf FROM

   COUNT phones come as WebSockets, 64 at a time, 20,000 from each source address, the first of which is FROM. With a GREETING each says it
   once it is in, as Socket.IO wants, and is in when that is answered. Deaf ones ask to come in and never read a byte. When all are in it
   prints {"following", "seconds"}; then it does what lines on standard input say:

   begin MS       note anew from now on; frames, lateness and ages are counted for so many ms; prints {}
   shown OFFSET   print {"count", "last_ns"}: how many show this event or a newer one, and when the last of them began to
   again          hang up, come again, and print {"following", "seconds"}
   end            print what was seen

   and ends with its input. A frame is known by "offset": and tells with "due_ns": when its event was due; times are CLOCK_MONOTONIC. How
   late a frame is counts from then. The age of what a phone shows counts from then too, and is looked at every 20 ms on every phone. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

enum { COMING_AT_ONCE = 64, PER_SOURCE = 20000, READ_BYTES = 65536, EVENTS = 512, LOOK_MS = 20, OFFSETS_MAX = 1 << 20, TIMES = 1 << 20 };
enum stage { IN_HEAD, IN_GREETING, FOLLOWING };
static const int64_t NS_PER_MS = 1000000, NS_PER_BUCKET = 100000; /* times are kept to a tenth of a ms, up to 105 s */

struct phone {
    int fd;
    enum stage stage;
    long offset;
    int64_t due;
    unsigned char *rest; /* of a frame, or of the response's head, that is not whole yet */
    size_t size;
};
struct arrival {
    long count;
    int64_t first, last, due;
};
struct times {
    uint64_t total;
    uint32_t buckets[TIMES];
};

static struct {
    struct sockaddr_in server, from;
    const char *host, *path, *subprotocol, *greeting;
    long count;
    int deaf, epoll;
} crowd;
static struct phone *phones;
static struct arrival arrivals[OFFSETS_MAX];
static struct times lateness, ages;
static long coming, following, lost, backwards, newest, frames_seen, events_seen;
static int64_t begun, until, next_look;
static double cpu_at_begin, cpu_s;
static unsigned char buffer[READ_BYTES * 2];

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static double own_cpu_s(void) {
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return used.tv_sec + used.tv_nsec / 1e9;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

/* Times, by tenth of a ms */

static void keep(struct times *times, int64_t ns) {
    int64_t bucket = ns < 0 ? 0 : ns / NS_PER_BUCKET;
    times->buckets[bucket < TIMES ? bucket : TIMES - 1]++;
    times->total++;
}

static double rank_ms(const struct times *times, double share) {
    uint64_t rank = (uint64_t)(share * times->total + 0.999999), sum = 0;
    for (long n = 0; n < TIMES; n++)
        if ((sum += times->buckets[n]) >= rank && sum) return n * (double)NS_PER_BUCKET / NS_PER_MS;
    return 0;
}

/* What is seen */

static void note(struct phone *phone, long offset, int64_t due, int64_t now) {
    if (offset < phone->offset) backwards++;
    if (begun && now < until) {
        frames_seen++;
        events_seen += phone->offset ? offset - phone->offset : 1;
        if (due) keep(&lateness, now - due);
    }
    for (long each = phone->offset ? phone->offset + 1 : offset; begun && each <= offset && each < OFFSETS_MAX; each++) {
        if (!arrivals[each].count++) arrivals[each].first = now;
        arrivals[each].last = now;
    }
    if (offset < OFFSETS_MAX) arrivals[offset].due = due;
    if (offset > newest) newest = offset;
    phone->offset = offset;
    phone->due = due;
}

static void look(int64_t now) {
    for (long n = 0; n < crowd.count; n++)
        if (phones[n].due) keep(&ages, now - phones[n].due);
    next_look = now + LOOK_MS * NS_PER_MS;
}

static long long number_after(const unsigned char *data, size_t size, const char *name) {
    const unsigned char *at = memmem(data, size, name, strlen(name));
    return at ? strtoll((const char *)at + strlen(name), NULL, 10) : 0;
}

/* What is said: every frame of a client is masked, here with nothing */

static void say(struct phone *phone, int opcode, const void *payload, size_t size) {
    unsigned char frame[256] = {0x80 | opcode, 0x80 | size};
    if (size > 125) return;
    memcpy(frame + 6, payload, size);
    if (write(phone->fd, frame, size + 6) < 0 && errno != EAGAIN && errno != EPIPE && errno != ECONNRESET) fail("write");
}

static void frame(struct phone *phone, int opcode, const unsigned char *payload, size_t length, int64_t now) {
    static const char HEARTBEAT[] = "{\"channel\":\"\"";
    if (opcode == 9) say(phone, 10, payload, length);
    if (opcode != 1 && opcode != 2) return;
    if (*crowd.greeting && length == 1 && *payload == '2') say(phone, 1, "3", 1);
    if (phone->stage == IN_GREETING && length >= 2 && !memcmp(payload, crowd.greeting, 2)) {
        phone->stage = FOLLOWING;
        following++;
    }
    if (length >= sizeof HEARTBEAT - 1 && !memcmp(payload, HEARTBEAT, sizeof HEARTBEAT - 1)) return;
    long offset = number_after(payload, length, "\"offset\":");
    if (offset) note(phone, offset, number_after(payload, length, "\"due_ns\":"), now);
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
        frame(phone, data[done] & 15, data + done + start, length, now);
        done += start + length;
    }
    return done;
}

static size_t response(struct phone *phone, const unsigned char *data, size_t size) {
    const unsigned char *end = memmem(data, size, "\r\n\r\n", 4);
    if (!end) return 0;
    if (memcmp(data, "HTTP/1.1 101", 12)) {
        fprintf(stderr, "refused: %.*s\n", (int)(end - data), data);
        exit(1);
    }
    phone->stage = *crowd.greeting ? IN_GREETING : FOLLOWING;
    if (*crowd.greeting) say(phone, 1, crowd.greeting, strlen(crowd.greeting));
    else following++;
    return end + 4 - data;
}

static void hear(struct phone *phone, int64_t now) {
    if (phone->size) memcpy(buffer, phone->rest, phone->size);
    ssize_t got = read(phone->fd, buffer + phone->size, READ_BYTES);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        if (phone->stage != FOLLOWING) fail("a phone was not let in");
        lost++;
        close(phone->fd);
        phone->fd = -1;
        return;
    }
    size_t size = phone->size + got, done = phone->stage == IN_HEAD ? response(phone, buffer, size) : 0;
    if (phone->stage != IN_HEAD) done += frames(phone, buffer + done, size - done, now);
    phone->size = size - done;
    if (!phone->size) return;
    phone->rest = realloc(phone->rest, phone->size);
    memcpy(phone->rest, buffer + done, phone->size);
}

/* How they come */

static void come(struct phone *phone, long number) {
    char request[1024];
    int yes = 1, little = 4096, named = *crowd.subprotocol;
    int size = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: %s:%d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s%s%s\r\n",
                        crowd.path, crowd.host, ntohs(crowd.server.sin_port), named ? "Sec-WebSocket-Protocol: " : "", crowd.subprotocol,
                        named ? "\r\n" : "");
    struct sockaddr_in from = crowd.from;
    from.sin_addr.s_addr = htonl(ntohl(from.sin_addr.s_addr) + number / PER_SOURCE);
    *phone = (struct phone){.fd = socket(AF_INET, SOCK_STREAM, 0), .rest = phone->rest};
    if (phone->fd < 0) fail("socket");
    setsockopt(phone->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    if (crowd.deaf) setsockopt(phone->fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
    if (bind(phone->fd, (struct sockaddr *)&from, sizeof from)) fail("bind");
    if (connect(phone->fd, (const struct sockaddr *)&crowd.server, sizeof crowd.server)) fail("connect");
    if (write(phone->fd, request, size) != size) fail("write");
    coming++;
    if (crowd.deaf) {
        if (*crowd.greeting) say(phone, 1, crowd.greeting, strlen(crowd.greeting));
        following++;
        return;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = phone};
    if (epoll_ctl(crowd.epoll, EPOLL_CTL_ADD, phone->fd, &event)) fail("epoll_ctl");
}

/* Hears whoever has something to say; 1 when standard input has. */
static int turn(void) {
    struct epoll_event events[EVENTS];
    int open = begun && !cpu_s, enough = 0;
    int count = epoll_wait(crowd.epoll, events, EVENTS, open ? LOOK_MS / 2 : -1);
    for (int n = 0; n < count; n++) {
        if (events[n].data.ptr) hear(events[n].data.ptr, now_ns());
        else enough = 1;
    }
    if (open) {
        int64_t now = now_ns();
        if (now >= until) cpu_s = own_cpu_s() - cpu_at_begin;
        else if (now >= next_look) look(now);
    }
    return enough;
}

static void everybody_comes(void) {
    int64_t start = now_ns();
    coming = following = 0;
    for (long n = 0; n < crowd.count; n++) {
        while (coming - following >= COMING_AT_ONCE) turn();
        come(&phones[n], n);
    }
    while (following < crowd.count) turn();
    printf("{\"following\": %ld, \"seconds\": %.4f}\n", crowd.count, (now_ns() - start) / 1e9);
}

/* What lines say */

static void begin(long ms) {
    memset(arrivals, 0, (newest + 1 < OFFSETS_MAX ? newest + 1 : OFFSETS_MAX) * sizeof *arrivals);
    memset(&lateness, 0, sizeof lateness);
    memset(&ages, 0, sizeof ages);
    frames_seen = events_seen = backwards = 0;
    cpu_s = 0, cpu_at_begin = own_cpu_s();
    begun = now_ns(), until = begun + ms * NS_PER_MS, next_look = begun;
    printf("{}\n");
}

static void tell_times(const char *name, const struct times *times) {
    printf("\"%s\": [%llu, %.1f, %.1f, %.1f], ", name, (unsigned long long)times->total, rank_ms(times, 0.5), rank_ms(times, 0.99),
           rank_ms(times, 1));
}

static void end(void) {
    const char *comma = "";
    printf("{\"lost\": %ld, \"backwards\": %ld, \"frames\": %ld, \"events\": %ld, ", lost, backwards, frames_seen, events_seen);
    printf("\"seconds\": %.3f, \"cpu_s\": %.3f, ", (until - begun) / 1e9, cpu_s);
    tell_times("lateness", &lateness);
    tell_times("ages", &ages);
    printf("\"seen\": {");
    for (long n = 0; n < OFFSETS_MAX && n <= newest; n++)
        if (arrivals[n].count) {
            const struct arrival *at = &arrivals[n];
            printf("%s\"%ld\": [%ld, %lld, %lld, %lld]", comma, n, at->count, (long long)at->first, (long long)at->last, (long long)at->due);
            comma = ", ";
        }
    printf("}}\n");
}

static void again(void) {
    begun = 0;
    for (long n = 0; n < crowd.count; n++)
        if (phones[n].fd >= 0) close(phones[n].fd);
    everybody_comes();
}

static void obey(const char *line) {
    if (!strncmp(line, "begin ", 6)) begin(strtol(line + 6, NULL, 10));
    else if (!strncmp(line, "shown ", 6)) {
        long offset = strtol(line + 6, NULL, 10);
        const struct arrival *at = &arrivals[offset < OFFSETS_MAX ? offset : 0];
        printf("{\"count\": %ld, \"last_ns\": %lld}\n", at->count, (long long)at->last);
    } else if (!strncmp(line, "again", 5)) again();
    else end();
    fflush(stdout);
}

/* Does what standard input says; 0 at its end. */
static int obey_all(void) {
    static char lines[256];
    ssize_t got = read(STDIN_FILENO, lines, sizeof lines - 1);
    if (got <= 0) return 0;
    lines[got] = 0;
    for (char *line = strtok(lines, "\n"); line; line = strtok(NULL, "\n")) obey(line);
    return 1;
}

int main(int argc, char **argv) {
    if (argc != 9) return 2;
    struct rlimit files;
    if (!getrlimit(RLIMIT_NOFILE, &files)) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    signal(SIGPIPE, SIG_IGN);
    crowd.host = argv[1], crowd.path = argv[3], crowd.subprotocol = argv[5], crowd.greeting = argv[6];
    crowd.count = strtol(argv[4], NULL, 10), crowd.deaf = !strcmp(argv[7], "deaf"), crowd.epoll = epoll_create1(0);
    crowd.server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};
    crowd.from = (struct sockaddr_in){.sin_family = AF_INET};
    inet_pton(AF_INET, argv[1], &crowd.server.sin_addr);
    inet_pton(AF_INET, argv[8], &crowd.from.sin_addr);
    phones = calloc(crowd.count + 1, sizeof *phones);
    everybody_comes();
    fflush(stdout);
    struct epoll_event input = {.events = EPOLLIN, .data.ptr = NULL};
    if (epoll_ctl(crowd.epoll, EPOLL_CTL_ADD, STDIN_FILENO, &input)) fail("standard input");
    for (int going = 1; going;)
        if (turn()) going = obey_all();
    return 0;
}
