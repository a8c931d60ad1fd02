export { Agent } from "./agent.ts";
export { type ChildTally, tallyChild } from "./child-tally.ts";
export { countChildEvent } from "./counting.ts";
export { orderOf } from "./order.ts";
export type { ChildPort, ChildTerms, NoticePort, Variables } from "./ports.ts";
export { renderUnits, type Rendering } from "./renderer.ts";
export type { ChangeAction, FileUnit, Plan, Unit, VariableUnit } from "./spec.ts";
export { statusReport, type StatusSources } from "./status-report.ts";
export { timedOut } from "./waiting.ts";
