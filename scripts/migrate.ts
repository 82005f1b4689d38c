/** `npm run migrate`: brings the archive up to date: `TURSO_URL` with `TURSO_TOKEN`, else `archive.db` in the data folder. */
import { join } from "node:path";
import { openArchive } from "../src/hosts/native/archive-database.ts";

const { TURSO_URL, TURSO_TOKEN, PARLEY_DATA = "./data" } = process.env;
const url = TURSO_URL ?? `file:${join(PARLEY_DATA, "archive.db")}`;
const client = await openArchive({ url, token: TURSO_TOKEN });
client.close();
console.log(`${url} is up to date`);
