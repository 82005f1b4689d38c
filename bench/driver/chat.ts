import { readFileSync } from "node:fs";
import type { ChatJob, ChatResult, Load } from "./job.ts";
import { Latencies } from "./latencies.ts";
import { countAcks, countEntries, eachStamp, lastSeqId, Peer } from "./peer.ts";

/** Opening all at once is the storm's job. */
const CONNECT_AT_ONCE = 50;
/** Receivers of a group whose frames are searched for times; searching all of them would measure the driver. */
const GROUP_PROBES = 5;
const MAX_PER_FRAME = 256;
const TICK_MS = 1;
const DRAIN_MS = 500;

interface Sender {
  readonly peer: Peer;
  readonly sessionId: string;
}

interface Cast {
  readonly senders: readonly Sender[];
  readonly receivers: readonly Peer[];
  readonly probes: ReadonlySet<Peer>;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function connect(url: string, users: readonly string[]): Promise<Peer[]> {
  const peers: Peer[] = [];
  for (let first = 0; first < users.length; first += CONNECT_AT_ONCE) {
    const batch = users.slice(first, first + CONNECT_AT_ONCE);
    peers.push(...(await Promise.all(batch.map((user) => Peer.live(url, user)))));
  }
  return peers;
}

async function group(url: string, size: number, senders: number): Promise<Cast> {
  const peers = await connect(
    url,
    Array.from({ length: size }, (_, index) => `u${index}`),
  );
  const [owner, ...others] = peers;
  if (owner === undefined) throw new Error("an empty group");
  const info = { name: "bench" };
  const answer = await owner.request({
    type: "group.create",
    packId: "g",
    info,
    userIds: others.map(({ user }) => user),
  });
  const sessionId = /"groupId":"(.*?)"/.exec(answer)?.[1];
  if (sessionId === undefined) throw new Error(answer);
  await sleep(DRAIN_MS);
  const receivers = peers.slice(senders);
  const probes = new Set(receivers.slice(0, GROUP_PROBES));
  return { senders: peers.slice(0, senders).map((peer) => ({ peer, sessionId })), receivers, probes };
}

async function pairs(url: string, count: number): Promise<Cast> {
  const names = (side: string) => Array.from({ length: count }, (_, index) => `${side}${index}`);
  const senders = await connect(url, names("a"));
  const receivers = await connect(url, names("b"));
  return {
    senders: senders.map((peer, index) => ({ peer, sessionId: `SC_a${index}_b${index}` })),
    receivers,
    probes: new Set(receivers),
  };
}

/** Processor time that the process has used, in seconds. Linux counts it in hundredths. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Drives a cast and counts what comes back. */
class Chat {
  readonly #cast: Cast;
  readonly #latencies = new Latencies();
  #acks = 0;
  #entries = 0;
  /** What a sender does when messages of it were acknowledged. */
  #acked: (sender: Sender, count: number) => void = () => {};

  constructor(cast: Cast) {
    this.#cast = cast;
    for (const sender of cast.senders) sender.peer.onText((text) => this.#atSender(sender, text));
    for (const peer of cast.receivers) this.#listen(peer);
  }

  #atSender(sender: Sender, text: string): void {
    this.#entries += countEntries(text);
    const acks = countAcks(text);
    if (acks === 0) return;
    this.#acks += acks;
    this.#acked(sender, acks);
  }

  #listen(peer: Peer): void {
    const isProbe = this.#cast.probes.has(peer);
    let seen: number | undefined;
    peer.onText((text) => {
      const newest = lastSeqId(text);
      // A group's first entry is the notice that it was made.
      this.#entries += newest - (seen ?? newest - countEntries(text));
      seen = newest;
      if (!isProbe) return;
      const nowMs = performance.now();
      eachStamp(text, (sentAtMs) => this.#latencies.add(nowMs - sentAtMs));
    });
  }

  /** Closed loop: every sender keeps `window` messages unacknowledged. */
  async saturate(job: ChatJob): Promise<Load> {
    const send = ({ peer, sessionId }: Sender, count: number) => {
      for (let left = count; left > 0; left -= MAX_PER_FRAME) {
        peer.send(sessionId, Math.min(left, MAX_PER_FRAME), performance.now());
      }
    };
    this.#acked = send;
    for (const sender of this.#cast.senders) send(sender, job.window);
    await sleep(job.warmUpMs);
    const load = await this.#measure(job);
    this.#acked = () => {};
    await sleep(DRAIN_MS);
    return load;
  }

  /** Open loop at a given rate. Times count from when a message was due, so a stall hides nothing. */
  async pace(perSecond: number, job: ChatJob): Promise<Load> {
    const { senders } = this.#cast;
    const startMs = performance.now();
    let sent = 0;
    const tick = () => {
      const due = Math.floor(((performance.now() - startMs) * perSecond) / 1000);
      for (; sent < due; sent++) {
        const sender = senders[sent % senders.length];
        sender?.peer.send(sender.sessionId, 1, startMs + (sent * 1000) / perSecond);
      }
    };
    const timer = setInterval(tick, TICK_MS);
    await sleep(job.warmUpMs);
    const load = await this.#measure(job);
    clearInterval(timer);
    await sleep(DRAIN_MS);
    return load;
  }

  async #measure({ measureMs, serverPid }: ChatJob): Promise<Load> {
    const { acks, entries, atMs } = { acks: this.#acks, entries: this.#entries, atMs: performance.now() };
    const cpuBefore = serverPid === undefined ? 0 : cpuSeconds(serverPid);
    this.#latencies.clear();
    await sleep(measureMs);
    const seconds = (performance.now() - atMs) / 1000;
    const acked = this.#acks - acks;
    return {
      acksPerSecond: acked / seconds,
      deliveriesPerSecond: (this.#entries - entries) / seconds,
      cpuMicros: serverPid === undefined ? undefined : ((cpuSeconds(serverPid) - cpuBefore) * 1e6) / acked,
      ...this.#latencies.summary(),
    };
  }
}

export async function runChat(job: ChatJob): Promise<ChatResult> {
  const { shape, url } = job;
  const cast = "pairs" in shape ? await pairs(url, shape.pairs) : await group(url, shape.group, shape.senders);
  const chat = new Chat(cast);
  const saturated = await chat.saturate(job);
  const paced = job.pacedShare > 0 ? await chat.pace(saturated.acksPerSecond * job.pacedShare, job) : undefined;
  return { saturated, paced };
}
