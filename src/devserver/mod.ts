export { serviceAccountsOf } from "./plant-logins.ts";
export type { Seed } from "./seed.ts";
export { type DevServer, type DevServerOptions, startDevServer } from "./start.ts";
