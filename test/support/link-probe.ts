import { Link } from "../../src/client/link.ts";
import type { Status } from "../../src/client/status.ts";
import type { TokenSource } from "../../src/client/token.ts";
import { FakeEnvironment, fakeToken, turn } from "./fake-environment.ts";

/** A link in the hands of a test, with what it told. */
export class LinkProbe {
  readonly environment: FakeEnvironment;
  readonly statuses: Status[] = [];
  readonly events: string[] = [];

  constructor(seed = 1) {
    this.environment = new FakeEnvironment(seed);
  }

  readonly linkWith = (token: TokenSource, onStatus: (status: Status) => void = () => {}): Link => {
    const options = { url: "http://parley.test/ignored", token, deviceId: "d1", deviceType: "web" };
    return new Link(options, this.environment, {
      opened: (userId) => void this.events.push(`opened ${userId}`),
      text: (text) => void this.events.push(`text ${text}`),
      lost: () => void this.events.push("lost"),
      status: (status) => {
        this.statuses.push(status);
        onStatus(status);
      },
    });
  };

  /** A link whose socket is open. */
  readonly openLink = async (token: TokenSource = () => fakeToken("ann")): Promise<Link> => {
    const link = this.linkWith(token);
    link.start();
    await turn();
    this.environment.socket.open();
    return link;
  };

  readonly onlineLink = async (token?: TokenSource): Promise<Link> => {
    const link = await this.openLink(token);
    link.online();
    return link;
  };

  readonly states = (): Status["state"][] => this.statuses.map(({ state }) => state);

  readonly waitingMs = (): number => {
    const status = this.statuses.at(-1);
    if (status?.state !== "waiting") throw new Error(`it is ${status?.state}`);
    return status.delayMs;
  };
}
