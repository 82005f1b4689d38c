import { main } from "../native/main.ts";
import { bunRuntime } from "./runtime.ts";

await main(bunRuntime);
