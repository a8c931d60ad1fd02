export type { Fault, FaultControl, FaultRule } from "./http/faults.ts";
export type { RequestEntry, RequestFilter, RequestLog } from "./http/request-log.ts";
export type { Seed, SeededRole } from "./seed.ts";
export { type DevServer, type DevServerOptions, startDevServer } from "./start.ts";
