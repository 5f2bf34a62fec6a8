/* The floor: what the kernel needs to bring one ready frame to so many sockets, and nothing else.

   floor COUNT BYTES

   It prints the port it listens on, lets COUNT phones in (without a look at what they ask for), and then sweeps: one write() of a frame
   of BYTES bytes to each socket, over and over, until standard input ends. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SEND_BUFFER_BYTES = 32 * 1024, PORT_BACKLOG = 1024, REQUEST_BYTES = 2048 };
static const char ANSWER[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static size_t ready_frame(unsigned char *to, size_t bytes, long offset) {
    char payload[65536];
    int size = snprintf(payload, sizeof payload, "{\"channel\":\"line/A\",\"offset\":%ld,\"view\":\"", offset);
    memset(payload + size, '.', bytes - size - 2);
    memcpy(payload + bytes - 2, "\"}", 2);
    to[0] = 0x81, to[1] = 126, to[2] = bytes >> 8, to[3] = bytes & 255;
    memcpy(to + 4, payload, bytes);
    return bytes + 4;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    long count = strtol(argv[1], NULL, 10), bytes = strtol(argv[2], NULL, 10);
    int *phones = calloc(count, sizeof *phones), listening = socket(AF_INET, SOCK_STREAM, 0);
    int buffer = SEND_BUFFER_BYTES, yes = 1;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof here;
    static unsigned char frame[70000];
    if (bind(listening, (struct sockaddr *)&here, size) || listen(listening, PORT_BACKLOG)) fail("listen");
    getsockname(listening, (struct sockaddr *)&here, &size);
    printf("{\"port\": %d}\n", ntohs(here.sin_port));
    fflush(stdout);
    size_t length = ready_frame(frame, bytes, 1);
    for (long n = 0; n < count; n++) {
        char request[REQUEST_BYTES];
        phones[n] = accept4(listening, NULL, NULL, 0);
        if (phones[n] < 0 || read(phones[n], request, sizeof request) <= 0) fail("accept");
        setsockopt(phones[n], SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
        setsockopt(phones[n], IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes); /* every frame goes out at once, as the hub's do */
        if (write(phones[n], ANSWER, sizeof ANSWER - 1) < 0 || write(phones[n], frame, length) < 0) fail("write");
    }
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    for (long offset = 2; poll(&input, 1, 0) == 0; offset++) {
        length = ready_frame(frame, bytes, offset);
        for (long n = 0; n < count; n++) {
            ssize_t sent = send(phones[n], frame, length, MSG_DONTWAIT);
            if (sent < 0 && errno != EAGAIN) fail("send");
            if (sent > 0 && sent < (ssize_t)length && send(phones[n], frame + sent, length - sent, 0) < 0) fail("send");
        }
    }
    return 0;
}
