import { main } from "../native/main.ts";
import { denoRuntime } from "./runtime.ts";

await main(denoRuntime);
