export { Agent } from "./agent.ts";
export { orderOf } from "./order.ts";
export type { ChildPort, ChildTerms, NoticePort, Variables } from "./ports.ts";
export { renderUnits, type Rendering } from "./renderer.ts";
export type { ChangeAction, FileUnit, Plan, Unit, VariableUnit } from "./spec.ts";
export { timedOut } from "./waiting.ts";
