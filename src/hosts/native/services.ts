import { ArchiveDesk } from "../../archive/desk.ts";
import { assertNever } from "../../kernel/assert.ts";
import type { Measures } from "../../kernel/measures.ts";
import type { Clock } from "../../kernel/ports.ts";
import type { ServiceQuestion } from "../../kernel/services.ts";
import { ParleyError } from "../../protocol/errors.ts";
import type { ArchiveCall } from "../../protocol/rpc/archive-call.ts";
import { failed, type Outcome } from "../../protocol/rpc/outcome.ts";
import type { Http } from "../../queues/http.ts";
import { type HookService, hookService } from "../../queues/webhook/hook-service.ts";
import type { Config } from "../../routes/config.ts";
import { guardPolicyOf } from "../../routes/guard-policy.ts";
import { fetchHttp } from "../fetch-http.ts";
import { ArchiveLink } from "./archive-link.ts";
import { nativeHttp } from "./http.ts";
import { Http2Client } from "./http2-client.ts";
import { resolve } from "./resolve.ts";

const UNAVAILABLE = failed(new ParleyError("UNAVAILABLE"));

interface ServicePorts {
  readonly clock: Clock;
  readonly measures: Measures;
  readonly onOutage: (service: string, fault: unknown) => void;
}

/** What rooms and routes ask besides rooms. */
export class Services {
  readonly archive: ArchiveLink | undefined;
  readonly #http2 = new Http2Client();
  readonly http: Http = nativeHttp(this.#http2);
  readonly #hooks: HookService;
  readonly #desk: ArchiveDesk | undefined;

  private constructor(archive: ArchiveLink | undefined, config: Config, { clock, measures }: ServicePorts) {
    this.archive = archive;
    this.#hooks = hookService({ http: fetchHttp, clock, measures, policy: guardPolicyOf(config), resolve });
    this.#desk = archive && new ArchiveDesk(archive, clock);
  }

  /** Throws when what is stored is newer than this code. */
  static async open(config: Config, ports: ServicePorts): Promise<Services> {
    const { archive } = config;
    const link = archive && (await ArchiveLink.open(archive, (fault) => ports.onOutage("archive", fault)));
    return new Services(link, config, ports);
  }

  /** Never rejects. */
  async ask(question: ServiceQuestion): Promise<Outcome> {
    switch (question.service) {
      case "@archive":
        return this.askArchive(question.call);
      case "@hook":
        return this.#hooks(question.call);
      default:
        return assertNever(question);
    }
  }

  /** Never rejects. */
  async askArchive(call: ArchiveCall): Promise<Outcome> {
    return this.#desk?.answer(call) ?? UNAVAILABLE;
  }

  async close(): Promise<void> {
    this.#http2.close();
    await this.archive?.close();
  }
}
