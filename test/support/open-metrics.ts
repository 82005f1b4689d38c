/** A strict reader of OpenMetrics text: whatever the format forbids makes it throw. */

export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ReadFamily {
  readonly type: string;
  readonly help: string;
  readonly unit: string | undefined;
  readonly samples: readonly ReadSample[];
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = `[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"`;
const COMMENT = new RegExp(`^# (TYPE|UNIT|HELP) (${NAME}) (.+)$`);
const SAMPLE = new RegExp(
  `^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)?\\})? (\\+Inf|-Inf|NaN|-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)$`,
);
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ["_total"],
  gauge: [""],
  histogram: ["_bucket", "_count", "_sum"],
};

interface Open {
  readonly name: string;
  type?: string;
  help?: string;
  unit?: string;
  readonly samples: ReadSample[];
}

/** The families of an exposition by their names. Throws at the first thing that is wrong. */
export function readOpenMetrics(text: string): Map<string, ReadFamily> {
  if (!text.endsWith("\n# EOF\n")) throw new Error("does not end with # EOF");
  const families = new Map<string, ReadFamily>();
  let open: Open | undefined;
  const close = () => {
    if (open !== undefined) families.set(open.name, checked(open));
  };
  for (const line of text.slice(0, -"\n# EOF\n".length).split("\n")) {
    const [, keyword, name, rest] = COMMENT.exec(line) ?? [];
    if (name !== undefined && name !== open?.name) {
      close();
      if (families.has(name)) throw new Error(`${name} comes twice`);
      open = { name, samples: [] };
    }
    if (open === undefined) throw new Error(`belongs to no metric: ${line}`);
    if (keyword === undefined) open.samples.push(sampleIn(line));
    else describe(open, keyword, String(rest));
  }
  close();
  return families;
}

function describe(open: Open, keyword: string, rest: string): void {
  if (open.samples.length > 0) throw new Error(`${open.name} is described after its samples`);
  const key = keyword.toLowerCase() as "type" | "help" | "unit"; // SAFETY: the pattern has no others
  if (open[key] !== undefined) throw new Error(`${open.name} has two of ${keyword}`);
  open[key] = rest;
}

function sampleIn(line: string): ReadSample {
  const [whole, name, labels = "", value] = SAMPLE.exec(line) ?? [];
  if (whole === undefined) throw new Error(`not a sample: ${line}`);
  const pairs = [...labels.matchAll(new RegExp(LABEL, "g"))].map(([pair]) => pairIn(pair));
  if (new Set(pairs.map(([label]) => label)).size < pairs.length) throw new Error(`a label comes twice: ${line}`);
  const number =
    value === "+Inf" ? Number.POSITIVE_INFINITY : value === "-Inf" ? Number.NEGATIVE_INFINITY : Number(value);
  return { name: String(name), labels: Object.fromEntries(pairs), value: number };
}

function pairIn(pair: string): readonly [string, string] {
  const at = pair.indexOf("=");
  const text = pair.slice(at + 2, -1).replace(/\\(.)/g, (_, after: string) => (after === "n" ? "\n" : after));
  return [pair.slice(0, at), text];
}

function checked({ name, type, help, unit, samples }: Open): ReadFamily {
  if (type === undefined || help === undefined) throw new Error(`${name} has no type or no help`);
  if (unit !== undefined && !name.endsWith(`_${unit}`)) throw new Error(`${name} does not end with its unit`);
  const suffixes = SUFFIXES[type];
  if (suffixes === undefined) throw new Error(`${name} is of an unknown type ${type}`);
  const seen = new Set<string>();
  for (const sample of samples) {
    const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
    if (seen.has(key)) throw new Error(`comes twice: ${key}`);
    seen.add(key);
    if (!suffixes.includes(sample.name.slice(name.length)) || !sample.name.startsWith(name))
      throw new Error(`${sample.name} is no sample of the ${type} ${name}`);
    if (type !== "gauge" && !(sample.value >= 0)) throw new Error(`${key} is ${sample.value}`);
  }
  if (type === "histogram") checkBuckets(name, samples);
  return { type, help, unit, samples };
}

/** Of each set of labels: buckets in order, never fewer, the last one without a bound and equal to the count. */
function checkBuckets(name: string, samples: readonly ReadSample[]): void {
  const groups = Map.groupBy(samples, ({ labels: { le: _, ...labels } }) =>
    JSON.stringify(Object.entries(labels).sort()),
  );
  for (const [labels, group] of groups) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels: { le } }) => String(le));
    if (!bounds.every((le) => le === "+Inf" || /\d\.\d|e/.test(le)))
      throw new Error(`${name} has a bound that is no float`);
    const values = bounds.map((le) => (le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le)));
    const isSorted = values.every((value, index) => index === 0 || value > Number(values[index - 1]));
    const isCumulated = buckets.every(({ value }, index) => index === 0 || value >= Number(buckets[index - 1]?.value));
    const count = group.find((sample) => sample.name === `${name}_count`)?.value;
    const isWhole = bounds.at(-1) === "+Inf" && buckets.at(-1)?.value === count;
    if (!isSorted || !isCumulated || !isWhole) throw new Error(`${name} ${labels} is no histogram`);
  }
}

/** The value of the one sample with these labels. Throws when there is none or several. */
export function sampleOf(
  families: ReadonlyMap<string, ReadFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const all = [...families.values()].flatMap(({ samples }) => samples);
  const found = all.filter((sample) => {
    return sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value);
  });
  if (found.length !== 1) throw new Error(`${found.length} samples of ${name} ${JSON.stringify(labels)}`);
  return Number(found[0]?.value);
}
