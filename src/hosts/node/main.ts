import { main } from "../native/main.ts";
import { nodeRuntime } from "./runtime.ts";

await main(nodeRuntime);
