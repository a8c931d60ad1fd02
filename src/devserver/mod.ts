export type { Fault } from "./http/faults.ts";
export type { RequestEntry } from "./http/request-log.ts";
export type { Seed, SeededRole } from "./seed.ts";
export { type DevServer, type DevServerOptions, startDevServer } from "./start.ts";
