import { z } from "zod";
import { LOG_LEVELS, type LogLevel } from "../kernel/logger.ts";
import type { Attributes } from "../kernel/tracer.ts";

/** Where spans go. */
export interface TracingConfig {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of requests that come without a trace. */
  readonly ratio: number;
  readonly resource: Attributes;
}

export interface ObservabilityConfig {
  readonly logLevel: LogLevel;
  /** `undefined`: nothing is traced. */
  readonly tracing: TracingConfig | undefined;
}

const Endpoint = z.url({ protocol: /^https?$/, error: "needs an http or https URL" });

/** `name=value` pairs, percent-encoded, separated by commas. */
const Headers = z.string().transform((text, context): Record<string, string> => {
  const pairs = text.split(",").filter((pair) => pair.trim() !== "");
  const headers = pairs.map((pair) => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at).trim().toLowerCase(), pair.slice(at + 1).trim()] as const;
  });
  try {
    if (pairs.some((pair) => !pair.includes("=")) || headers.some(([name]) => !/^[a-z0-9-]+$/.test(name)))
      throw new Error("no name");
    return Object.fromEntries(headers.map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    context.addIssue("needs pairs like name=value, separated by commas");
    return z.NEVER;
  }
});

/** The variables of OpenTelemetry have the names and meanings that its specification gives them. */
export const ObservabilityVariables = {
  PARLEY_LOG_LEVEL: z.enum(LOG_LEVELS, `needs to be one of ${LOG_LEVELS.join(", ")}`).default("info"),
  OTEL_EXPORTER_OTLP_ENDPOINT: Endpoint.optional(),
  OTEL_EXPORTER_OTLP_HEADERS: Headers.default({}),
  OTEL_SERVICE_NAME: z.string().min(1).default("parley"),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number("needs a number from 0 to 1")
    .min(0, "needs a number from 0 to 1")
    .max(1, "needs a number from 0 to 1")
    .default(1),
};

type Given = z.infer<z.ZodObject<typeof ObservabilityVariables>>;

export function observabilityOf(given: Given): ObservabilityConfig {
  const endpoint = given.OTEL_EXPORTER_OTLP_ENDPOINT;
  const tracing =
    endpoint === undefined
      ? undefined
      : {
          url: `${endpoint.replace(/\/+$/, "")}/v1/traces`,
          headers: given.OTEL_EXPORTER_OTLP_HEADERS,
          ratio: given.OTEL_TRACES_SAMPLER_ARG,
          resource: { "service.name": given.OTEL_SERVICE_NAME },
        };
  return { logLevel: given.PARLEY_LOG_LEVEL, tracing };
}
