import type { ImportResult } from "../../src/protocol/rpc/import-call.ts";
import { NDJSON } from "../../src/routes/line-stream.ts";
import type { AdminPorts } from "./command.ts";
import { patiently } from "./patient.ts";

/** Of one request: the server takes more, and this is at most three times as many bytes. */
const MAX_CHARS = 1_048_576;

/** One conversation on its way to the server, which says where it is: an import that broke off goes on there. */
export class SessionImport {
  readonly sessionId: string;
  imported = 0;
  skipped = 0;
  #headSeqId: number;
  #lines: string[] = [];
  #chars = 0;
  readonly #ports: AdminPorts;

  private constructor(ports: AdminPorts, sessionId: string, headSeqId: number) {
    this.#ports = ports;
    this.sessionId = sessionId;
    this.#headSeqId = headSeqId;
  }

  static async begin(ports: AdminPorts, sessionId: string): Promise<SessionImport> {
    const { headSeqId } = await send(ports, sessionId, "");
    return new SessionImport(ports, sessionId, headSeqId);
  }

  /** The newest entry that is there is sent once more: the server sees whether it is the same. */
  async take(line: string, seqId: number): Promise<void> {
    if (seqId < this.#headSeqId) {
      this.skipped += 1;
      return;
    }
    if (this.#chars + line.length > MAX_CHARS) await this.flush();
    this.#lines.push(line);
    this.#chars += line.length + 1;
  }

  async flush(): Promise<void> {
    if (this.#lines.length === 0) return;
    const body = this.#lines.join("\n");
    this.#lines = [];
    this.#chars = 0;
    const { headSeqId, imported, skipped } = await send(this.#ports, this.sessionId, body);
    this.#headSeqId = headSeqId;
    this.imported += imported;
    this.skipped += skipped;
    this.#ports.say(`${this.sessionId}: ${headSeqId} entries`);
  }
}

function send(ports: AdminPorts, sessionId: string, lines: string): Promise<ImportResult> {
  return patiently(ports, async () => {
    const body = new Blob([lines], { type: NDJSON });
    const answer = await ports.app.sessions[":sessionId"].import.$post({ param: { sessionId } }, { init: { body } });
    return answer.json();
  });
}
