import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigError } from "../../routes/config.ts";
import { readSettings } from "./settings.ts";

const dataDir = mkdtempSync(join(tmpdir(), "parley-settings-"));
afterAll(() => rmSync(dataDir, { recursive: true }));

describe("the words of a native server", () => {
  it("come from a file", () => {
    const file = join(dataDir, "words.txt");
    writeFileSync(file, "bad\nworse\n");
    const { config } = readSettings({ PARLEY_DATA: dataDir, PARLEY_WORDS_FILE: file });
    expect(config.policy.words?.apply("bad or worse")).toBe("*** or *****");
  });

  it("are demanded when they are named: without them the server does not start", () => {
    const PARLEY_WORDS_FILE = join(dataDir, "nowhere.txt");
    expect(() => readSettings({ PARLEY_DATA: dataDir, PARLEY_WORDS_FILE })).toThrow(ConfigError);
  });
});

describe("the settings of a native server", () => {
  it("are refused with all faults at once, and with no value of a secret", () => {
    const read = () =>
      readSettings({
        PARLEY_ENV: "production",
        PARLEY_DATA: join(dataDir, "words.txt"),
        PARLEY_PORT: "http",
        PARLEY_TOKEN_SECRET: "weak-secret",
        PARLEY_REQUEST_BURST: "many",
        PARLEY_MESSAGES: "nobody",
        PARLEY_LOG_LEVEL: "loud",
        PARLEY_PUSH_FILE: join(dataDir, "nowhere.json"),
        OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318",
        OTEL_EXPORTER_OTLP_HEADERS: "nothing",
        OTEL_TRACES_SAMPLER_ARG: "2",
      });
    writeFileSync(join(dataDir, "words.txt"), "");
    try {
      read();
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      const { faults, message } = error as ConfigError; // SAFETY: as asserted
      expect(faults.map((fault) => fault.split(" ")[0]).sort()).toEqual([
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_HEADERS",
        "OTEL_TRACES_SAMPLER_ARG",
        "PARLEY_DATA",
        "PARLEY_LOG_LEVEL",
        "PARLEY_MESSAGES",
        "PARLEY_PORT",
        "PARLEY_PUSH_FILE",
        "PARLEY_REQUEST_BURST",
        "PARLEY_SERVER_KEYS",
        "PARLEY_TOKEN_SECRET",
      ]);
      expect(message).not.toContain("weak-secret");
      expect(message).toContain("PARLEY_MESSAGES needs to be one of everyone, friends");
    }
  });

  it("listen on loopback only in development, which gives tokens to whoever asks", () => {
    expect(() => readSettings({ PARLEY_DATA: dataDir, PARLEY_HOST: "0.0.0.0" })).toThrow("PARLEY_HOST");
    expect(readSettings({ PARLEY_DATA: dataDir, PARLEY_HOST: "::1" }).hostname).toBe("::1");
  });
});
