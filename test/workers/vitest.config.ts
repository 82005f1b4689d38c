import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineProject } from "vitest/config";

/** These tests run inside workerd, with the configuration that is deployed. */
export default defineProject({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: "../../wrangler.toml" },
      miniflare: {
        bindings: {
          PARLEY_TOKEN_SECRET: "workers-token-secret-0123456789-abcdefg",
          PARLEY_SERVER_KEYS: "sk_main_0123456789abcdefghijklmnopqrstuvwxyz",
          PARLEY_REQUESTS_PER_SECOND: "1000000",
          PARLEY_REQUEST_BURST: "1000000",
        },
      },
    }),
  ],
  test: { name: "workers", include: ["**/*.test.ts"], globalSetup: "../support/archive-server.ts" },
});
