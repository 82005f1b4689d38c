import { type Config, ConfigError, readConfig, readPart } from "../../routes/config.ts";
import { type Bindings, missingBindings } from "./bindings.ts";

/** The configuration of a deployment. Throws `ConfigError` with all that is wrong: of its variables, and what wrangler.toml does not bind. */
export function readDeployment(bindings: Bindings): Config {
  const faults = missingBindings(bindings).map(
    (name) => `${name} is not bound: wrangler.toml of this version binds it`,
  );
  const config = readPart(faults, () => readConfig({ PARLEY_ENV: "production", ...bindings }));
  if (faults.length > 0 || config === undefined) throw new ConfigError(faults);
  return config;
}

const read = new WeakMap<Bindings, Config>();

/** The configuration for what is done many times: its variables are checked once for the bindings of an object, or of the Worker. */
export function configOf(bindings: Bindings): Config {
  let config = read.get(bindings);
  if (config === undefined) {
    config = readConfig({ PARLEY_ENV: "production", ...bindings });
    read.set(bindings, config);
  }
  return config;
}
