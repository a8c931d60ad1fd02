export { Agent, timedOut } from "./agent.ts";
export { orderOf } from "./order.ts";
export type { ChildPort, NoticePort, Variables } from "./ports.ts";
export { renderUnits, type Rendering } from "./renderer.ts";
export type { ChangeAction, FileUnit, Unit, VariableUnit } from "./spec.ts";
