/**
 * `npm run archive:dev`: a libSQL server for development, with the tables of the archive. `--port 8081`, `--file
 * data/archive-dev.db`, `--token secret` (none: everybody on this machine).
 */
import { parseArgs } from "node:util";
import { openArchive } from "../src/hosts/native/archive-database.ts";
import { ArchiveServer } from "./archive-server/server.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8081" },
    file: { type: "string", default: "./data/archive-dev.db" },
    token: { type: "string" },
  },
});
const { file, token } = values;
(await openArchive({ url: `file:${file}` })).close();
const server = await ArchiveServer.start({ file, port: Number(values.port), token });
console.log(`the archive listens on ${server.url}, data in ${file}`);
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void server.close());
