// @tus/server on a free port of this machine: node reference_server.mjs DIRECTORY [LARGEST_PATCH_BYTES]. Prints the port.
import { createServer } from "node:http";
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";

const [directory, largestPatch] = process.argv.slice(2);
const tus = new Server({ path: "/files", datastore: new FileStore({ directory }) });
const server = createServer((request, response) => {
  if (request.method === "PATCH" && Number(request.headers["content-length"]) > Number(largestPatch ?? Infinity)) {
    response.writeHead(413, { "Tus-Resumable": "1.0.0", Connection: "close" }).end();
    request.resume();
    return;
  }
  tus.handle(request, response);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
