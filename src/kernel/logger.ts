import type { Clock } from "./ports.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "none"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Never message content, tokens, or what a client named itself. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Where everything goes that whoever runs the server should know. */
export interface Logger {
  info(what: string, fields?: LogFields): void;
  warn(what: string, fields?: LogFields): void;
  /** Something that was not thrown on purpose, with its stack. */
  fault(what: string, fault: unknown, fields?: LogFields): void;
}

interface JsonLoggerPorts {
  /** The least that is written. */
  readonly level: LogLevel;
  readonly clock: Clock;
  write(line: string): void;
}

/** One line of JSON for each. */
export class JsonLogger implements Logger {
  readonly #ports: JsonLoggerPorts;

  constructor(ports: JsonLoggerPorts) {
    this.#ports = ports;
  }

  info(what: string, fields?: LogFields): void {
    this.#log("info", what, fields);
  }

  warn(what: string, fields?: LogFields): void {
    this.#log("warn", what, fields);
  }

  fault(what: string, fault: unknown, fields?: LogFields): void {
    this.#log("error", what, { ...fields, fault: textOf(fault) });
  }

  #log(level: LogLevel, what: string, fields: LogFields | undefined): void {
    const { level: least, clock, write } = this.#ports;
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(least)) return;
    write(JSON.stringify({ time: new Date(clock.nowMs()).toISOString(), level, what, ...fields }));
  }
}

function textOf(fault: unknown): string {
  return fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
}
