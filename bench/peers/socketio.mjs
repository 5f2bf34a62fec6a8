// Socket.IO on Node: io.emit(), over WebSockets only.

import { createServer } from "node:http";
import { filling, fromFolder, obey } from "./publisher.mjs";

const { Server } = fromFolder("socket.io");

const http = createServer();
const io = new Server(http, { transports: ["websocket"], serveClient: false, pingInterval: 600000 });

/** The frame is as long as everybody's: what Socket.IO puts around it is taken off its filling. */
function publish(offset, due) {
  const view = filling(offset, due).slice('42["e",]'.length);
  io.emit("e", { channel: "line/A", offset, due_ns: Number(due), view });
}

function handedOver() {
  for (const client of io.sockets.sockets.values()) {
    if (client.conn.writeBuffer.length || client.conn.transport.socket.bufferedAmount) return false;
  }
  return true;
}

http.listen(0, "127.0.0.1", 1024, () => obey(http.address().port, publish, handedOver));
