// The package ws of Node: one send() for each client, as its documentation shows it.

import { fromFolder, obey, payload } from "./publisher.mjs";

const { WebSocket, WebSocketServer } = fromFolder("ws");

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, path: "/live", perMessageDeflate: false, backlog: 1024 });

function publish(offset, due) {
  const data = Buffer.from(payload(offset, due));
  for (const client of server.clients) {
    if (client.readyState === WebSocket.OPEN) client.send(data, { binary: false });
  }
}

function handedOver() {
  for (const client of server.clients) if (client.bufferedAmount) return false;
  return true;
}

server.on("listening", () => obey(server.address().port, publish, handedOver));
