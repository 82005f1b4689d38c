import { AsyncLocalStorage } from "node:async_hooks";
import type { Measures } from "../kernel/measures.ts";
import { otlpBody } from "../kernel/otlp.ts";
import { SpanBuffer } from "../kernel/span-buffer.ts";
import type { TraceContext } from "../kernel/trace.ts";
import { type Span, Tracer } from "../kernel/tracer.ts";
import type { TracingConfig } from "../routes/observability.ts";
import type { Tracing } from "../routes/tracing.ts";
import { fetchHttp } from "./fetch-http.ts";

const TIMEOUT_MS = 10_000;

/** Traces the requests of a host and sends their spans to a collector by OTLP/HTTP. */
export class SpanExport implements Tracing {
  readonly tracer: Tracer;
  readonly #config: TracingConfig;
  readonly #buffer: SpanBuffer;
  readonly #scope = new AsyncLocalStorage<TraceContext>();

  constructor(config: TracingConfig, measures: Measures) {
    this.#config = config;
    this.#buffer = new SpanBuffer(measures);
    this.tracer = new Tracer({
      ratio: config.ratio,
      random: Math.random,
      nowMs: () => performance.timeOrigin + performance.now(),
      ended: (span) => this.#buffer.add(span),
    });
  }

  run<T>(context: TraceContext, work: () => Promise<T>): Promise<T> {
    return this.#scope.run(context, work);
  }

  /** What the request that runs now belongs to. */
  get current(): TraceContext | undefined {
    return this.#scope.getStore();
  }

  /** Never rejects: spans that the collector does not take are dropped. */
  flush(): Promise<void> {
    return this.#buffer.flush((spans) => this.#send(spans));
  }

  async #send(spans: readonly Span[]): Promise<boolean> {
    const { url, headers, resource } = this.#config;
    const { status } = await fetchHttp({
      method: "POST",
      url,
      headers: { ...headers, "content-type": "application/json" },
      body: otlpBody(resource, spans),
      timeoutMs: TIMEOUT_MS,
      http2: false,
    });
    return status >= 200 && status < 300;
  }
}
