export { approleMethod } from "./approle.ts";
export type { AuthMethod, TokenGrant } from "./auth-method.ts";
export type { CredentialFiles } from "./credential.ts";
export { jwtMethod } from "./jwt.ts";
export { kubernetesMethod } from "./kubernetes.ts";
export { tokenMethod } from "./token.ts";
export { TokenSession } from "./token-session.ts";
