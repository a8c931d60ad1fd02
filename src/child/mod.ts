export { logChildEvents } from "./event-log.ts";
export type { ChildEvent, ChildState } from "./events.ts";
export type { ChildExit, ChildSpec, ChildValues } from "./ports.ts";
export { FORWARDED_SIGNALS } from "./signals.ts";
export { createSupervisor, type Supervisor } from "./supervisor.ts";
export { systemProcesses } from "./system-processes.ts";
export type { TurnOverOutcome } from "./trial.ts";
