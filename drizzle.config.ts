import { defineConfig } from "drizzle-kit";

/** `npx drizzle-kit generate --name what_changed` after a change of the schema; what it writes is committed. */
export default defineConfig({
  dialect: "sqlite",
  schema: "./src/archive/schema.ts",
  out: "./migrations",
});
