export { type Access, AccessSurvey } from "./access.ts";
export { SecretReader, type TokenSource } from "./reader.ts";
export { requestKey, type SecretRequest } from "./request.ts";
export { type Change, type Entry, SecretStore } from "./secret-store.ts";
export type { AbsenceReason, Finding, SecretView } from "./view.ts";
