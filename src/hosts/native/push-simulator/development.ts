import { PhoneDesk } from "./desk.ts";
import { PushSimulators } from "./simulators.ts";

export interface SimulatedPush {
  /** For the server's configuration. */
  readonly variables: { readonly PARLEY_PUSH: string; readonly PARLEY_PUSH_SIMULATOR: string };
  close(): void;
}

/** Every vendor, and the desk that shows their phones, for a server under development. */
export async function simulatedPush({ http2 }: { readonly http2: boolean }): Promise<SimulatedPush> {
  const simulators = await PushSimulators.start();
  const desk = await PhoneDesk.open(simulators);
  const variables = {
    PARLEY_PUSH: JSON.stringify(simulators.configuration({ http2 })),
    PARLEY_PUSH_SIMULATOR: desk.url,
  };
  return { variables, close: () => desk.close() };
}
