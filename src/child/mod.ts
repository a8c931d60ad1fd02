export { logChildEvents } from "./event-log.ts";
export type { ChildEvent, ChildState } from "./events.ts";
export { freePort } from "./free-port.ts";
export type { ChildExit, ChildSpec, ChildValues, ReadySpec, RollingSpec } from "./ports.ts";
export type { TurnOverOutcome } from "./report.ts";
export { FORWARDED_SIGNALS } from "./signals.ts";
export { createSupervisor, type Supervisor } from "./supervisor.ts";
export { systemProbes } from "./system-probes.ts";
export { systemProcesses } from "./system-processes.ts";
