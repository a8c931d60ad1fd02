export type { HclBody } from "./hcl/body.ts";
