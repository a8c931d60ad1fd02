export { type Counters, createTally, type Tally } from "./counters.ts";
export type { Access } from "./guard.ts";
export type { ProcessUsage } from "./gauges.ts";
export { type Listener, type ListenAddress, type ListenerSpec, prepareListener } from "./listener.ts";
export { metricsOf } from "./metrics.ts";
export type * from "./report.ts";
export type { ListenerPorts } from "./routes.ts";
