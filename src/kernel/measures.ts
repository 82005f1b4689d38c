import type { Counter, Histogram, Labelled, Labels } from "./metrics.ts";
import { Metrics } from "./metrics.ts";

const REQUEST_BOUNDS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const LAG_BOUNDS_S = [0.1, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 1_800, 7_200, 86_400];

interface MeasuresOptions {
  /** Of every sample. */
  readonly labels?: Labels;
  /** In ms, never set back; for durations. */
  readonly steadyMs: () => number;
}

/** What every host counts. What only one of them knows, it adds to `metrics`. */
export class Measures {
  readonly metrics: Metrics;
  readonly steadyMs: () => number;
  readonly messages: Counter;
  readonly repeats: Counter;
  readonly deliveries: Counter;
  /** By `via` (socket, http) and the name of the error. */
  readonly refusals: Labelled<Counter>;
  /** By method, route and status. */
  readonly requests: Labelled<Histogram>;
  /** By queue and end (done, retry, dead). */
  readonly jobs: Labelled<Counter>;
  /** Entries that the archive took. */
  readonly archived: Counter;
  /** How old they were then: one for each page of a session. */
  readonly archiveLag: Histogram;
  /** By provider and outcome. */
  readonly pushes: Labelled<Counter>;
  /** By call (post, decide) and end: the class of the status, or why there was none. */
  readonly hookCalls: Labelled<Counter>;
  /** By what for: nothing arrived, or the receiver said that it is gone. */
  readonly hooksDisabled: Labelled<Counter>;

  constructor({ labels, steadyMs }: MeasuresOptions) {
    const metrics = new Metrics(labels);
    this.metrics = metrics;
    this.steadyMs = steadyMs;
    this.messages = metrics.counter({ name: "parley_messages", help: "Messages that were stored." });
    this.repeats = metrics.counter({
      name: "parley_repeated_messages",
      help: "Messages that were known already: retries under the same packId.",
    });
    this.deliveries = metrics.counter({
      name: "parley_deliveries",
      help: "Entries that were written to a socket, once for each socket.",
    });
    this.refusals = metrics.counters(
      { name: "parley_refusals", help: "Requests to mailboxes that were answered with an error." },
      ["via", "error"],
    );
    this.requests = metrics.histograms(
      {
        name: "parley_http_request_duration_seconds",
        unit: "seconds",
        help: "HTTP requests, by the route's template.",
      },
      ["method", "route", "status"],
      REQUEST_BOUNDS_S,
    );
    this.jobs = metrics.counters(
      { name: "parley_queue_jobs_handled", help: "Jobs that were handed to their consumer, by what became of them." },
      ["queue", "end"],
    );
    this.archived = metrics.counter({ name: "parley_archived_entries", help: "Entries that the archive took." });
    this.archiveLag = metrics.histogram(
      { name: "parley_archive_lag_seconds", unit: "seconds", help: "How old entries were when the archive took them." },
      LAG_BOUNDS_S,
    );
    this.pushes = metrics.counters(
      { name: "parley_pushes", help: "Push notifications, by provider and what became of them." },
      ["provider", "outcome"],
    );
    this.hookCalls = metrics.counters(
      {
        name: "parley_webhook_calls",
        help: "Requests to servers of apps: events, and questions before a message is stored.",
      },
      ["call", "end"],
    );
    this.hooksDisabled = metrics.counters(
      { name: "parley_webhooks_disabled", help: "Webhook endpoints that were disabled because nothing arrived there." },
      ["why"],
    );
  }
}
