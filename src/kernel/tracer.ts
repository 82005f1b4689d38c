import type { Random } from "./ports.ts";
import { parseTraceparent, type TraceContext } from "./trace.ts";

export type SpanKind = "internal" | "server" | "consumer";
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** A piece of work that has ended. */
export interface Span extends TraceContext {
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  /** ms since 1970, with fractions where the host has them. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  /** The name of an error that is no caller's fault. */
  readonly error: string | undefined;
}

interface TracerPorts {
  /** Of requests that come without a trace: which share is traced, from 0 to 1. */
  readonly ratio: number;
  readonly random: Random;
  nowMs(): number;
  ended(span: Span): void;
}

/** Begins spans. Where nothing is traced there is no tracer. */
export class Tracer {
  readonly #ports: TracerPorts;

  constructor(ports: TracerPorts) {
    this.#ports = ports;
  }

  /** A request from outside: traced if its caller says so; if it says nothing, by the ratio. */
  accept(name: string, traceparent: string | undefined): OpenSpan | undefined {
    const parent = parseTraceparent(traceparent);
    const isTraced = parent?.isSampled ?? this.#ports.random() < this.#ports.ratio;
    return isTraced ? this.begin(name, "server", parent) : undefined;
  }

  begin(name: string, kind: SpanKind, parent?: TraceContext): OpenSpan {
    const context = { traceId: parent?.traceId ?? hex(16), spanId: hex(8) };
    return new OpenSpan(this.#ports, { name, kind, context, parentSpanId: parent?.spanId });
  }
}

interface Opened {
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: TraceContext;
  readonly parentSpanId: string | undefined;
}

export class OpenSpan {
  readonly context: TraceContext;
  readonly #ports: TracerPorts;
  readonly #opened: Opened;
  readonly #startMs: number;

  constructor(ports: TracerPorts, opened: Opened) {
    this.context = opened.context;
    this.#ports = ports;
    this.#opened = opened;
    this.#startMs = ports.nowMs();
  }

  end(attributes: Attributes = {}, { name, error }: { name?: string; error?: string | undefined } = {}): void {
    const { context, kind, parentSpanId } = this.#opened;
    const times = { startMs: this.#startMs, endMs: this.#ports.nowMs() };
    this.#ports.ended({ ...context, ...times, kind, parentSpanId, name: name ?? this.#opened.name, attributes, error });
  }
}

function hex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}
