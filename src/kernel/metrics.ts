/** What a metric is called and says. `unit`, where there is one, is the end of the name. */
export interface About {
  readonly name: string;
  readonly help: string;
  readonly unit?: "seconds" | "bytes";
}

export type Labels = Readonly<Record<string, string>>;

/** One value of a gauge that has several, told apart by labels. */
export interface Sample {
  readonly labels?: Labels;
  readonly value: number;
}

/** Only grows. */
export class Counter {
  #value = 0;

  add(amount = 1): void {
    this.#value += amount;
  }

  get value(): number {
    return this.#value;
  }
}

/** How often values fell below each of some fixed bounds. */
export class Histogram {
  readonly bounds: readonly number[];
  /** One more than there are bounds. */
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let bucket = 0;
    while (value > (this.bounds[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  get sum(): number {
    return this.#sum;
  }

  /** How many values were at most each bound; the last is how many there were. */
  cumulated(): number[] {
    let total = 0;
    return Array.from(this.#counts, (count) => {
      total += count;
      return total;
    });
  }
}

/** Metrics of one name, told apart by labels. Their values come from fixed sets: nothing that a client can make up. */
export class Labelled<M> {
  readonly #names: readonly string[];
  readonly #make: () => M;
  readonly #metrics = new Map<string, { readonly labels: Labels; readonly metric: M }>();

  constructor(names: readonly string[], make: () => M) {
    this.#names = names;
    this.#make = make;
  }

  /** The metric of these values, in the order of the names. Hot paths ask once and keep it. */
  of(...values: readonly string[]): M {
    const key = values.join("\0");
    let found = this.#metrics.get(key);
    if (found === undefined) {
      const labels = Object.fromEntries(this.#names.map((name, index) => [name, values[index] ?? ""]));
      found = { labels, metric: this.#make() };
      this.#metrics.set(key, found);
    }
    return found.metric;
  }

  all(): readonly { readonly labels: Labels; readonly metric: M }[] {
    return [...this.#metrics.values()];
  }
}

export const OPEN_METRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type Kind = "counter" | "gauge" | "histogram";
type Line = (suffix: string, labels: Labels, value: number) => void;

interface Family {
  readonly kind: Kind;
  readonly about: About;
  write(line: Line): void;
}

/** The metrics of a process, as OpenMetrics text. */
export class Metrics {
  readonly #families = new Map<string, Family>();
  readonly #constant: Labels;

  /** `constant`: labels of every sample. */
  constructor(constant: Labels = {}) {
    this.#constant = constant;
  }

  counter(about: About): Counter {
    const counter = new Counter();
    this.#add("counter", about, (line) => line("_total", {}, counter.value));
    return counter;
  }

  counters(about: About, labels: readonly string[]): Labelled<Counter> {
    const counters = new Labelled(labels, () => new Counter());
    this.#add("counter", about, (line) => {
      for (const { labels: own, metric } of counters.all()) line("_total", own, metric.value);
    });
    return counters;
  }

  /** Counted elsewhere: asked when somebody looks. */
  counted(about: About, read: () => number): void {
    this.#add("counter", about, (line) => line("_total", {}, read()));
  }

  /** Asked when somebody looks. What is not known now, `undefined`, is left out. */
  gauge(about: About, read: () => number | undefined | readonly Sample[]): void {
    this.#add("gauge", about, (line) => {
      const found = read();
      const samples = typeof found === "object" ? found : found === undefined ? [] : [{ value: found }];
      for (const { labels = {}, value } of samples) line("", labels, value);
    });
  }

  histogram(about: About, bounds: readonly number[]): Histogram {
    const histogram = new Histogram(bounds);
    this.#add("histogram", about, (line) => writeHistogram(line, {}, histogram));
    return histogram;
  }

  histograms(about: About, labels: readonly string[], bounds: readonly number[]): Labelled<Histogram> {
    const histograms = new Labelled(labels, () => new Histogram(bounds));
    this.#add("histogram", about, (line) => {
      for (const { labels: own, metric } of histograms.all()) writeHistogram(line, own, metric);
    });
    return histograms;
  }

  /** {@link OPEN_METRICS_TYPE} */
  text(): string {
    const lines: string[] = [];
    for (const { kind, about, write } of this.#families.values()) {
      const { name, help, unit } = about;
      lines.push(`# TYPE ${name} ${kind}`);
      if (unit !== undefined) lines.push(`# UNIT ${name} ${unit}`);
      lines.push(`# HELP ${name} ${escaped(help)}`);
      write((suffix, labels, value) => {
        lines.push(`${name}${suffix}${shown({ ...this.#constant, ...labels })} ${numeral(value)}`);
      });
    }
    lines.push("# EOF", "");
    return lines.join("\n");
  }

  #add(kind: Kind, about: About, write: Family["write"]): void {
    const { name, unit } = about;
    if (this.#families.has(name)) throw new Error(`two metrics are called ${name}`);
    if (unit !== undefined && !name.endsWith(`_${unit}`)) throw new Error(`${name} does not end with its unit`);
    this.#families.set(name, { kind, about, write });
  }
}

function writeHistogram(line: Line, labels: Labels, histogram: Histogram): void {
  const counts = histogram.cumulated();
  for (const [index, bound] of [...histogram.bounds, Number.POSITIVE_INFINITY].entries())
    line("_bucket", { ...labels, le: floatNumeral(bound) }, counts[index] ?? 0);
  line("_count", labels, counts.at(-1) ?? 0);
  line("_sum", labels, histogram.sum);
}

function shown(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function numeral(value: number): string {
  return Number.isFinite(value) || Number.isNaN(value) ? String(value) : value > 0 ? "+Inf" : "-Inf";
}

/** Bounds are floats to OpenMetrics, and written as such: `1.0`. */
function floatNumeral(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : numeral(value);
}
