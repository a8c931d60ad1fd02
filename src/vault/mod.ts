export type { ClientCertificate } from "./certificate.ts";
export { NodeVaultClient, type VaultCall, type VaultClient } from "./client.ts";
export { policyFor, type RequestPlace, VaultError } from "./errors.ts";
export { trimSlashes } from "./paths.ts";
export { pauseAfter } from "./pause.ts";
export { asNumber, asObject, asText, asTexts, type JsonObject, type VaultReply } from "./reply.ts";
export { readTlsIdentity, type TlsFiles, type TlsReload, type TlsSettings } from "./tls.ts";
