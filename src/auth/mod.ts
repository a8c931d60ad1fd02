export { approleMethod } from "./approle.ts";
export type { AuthMethod, TokenGrant } from "./auth-method.ts";
export type { CredentialFiles } from "./credential.ts";
export { tokenMethod } from "./token.ts";
export { TokenSession } from "./token-session.ts";
