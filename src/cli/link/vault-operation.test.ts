import { expect, test } from "vitest";
import { operationOf } from "./vault-operation.ts";

test.each([
	["POST", "auth/approle/login", "login"],
	["PUT", "auth/team/k8s/login", "login"],
	["POST", "auth/token/renew-self", "token_renew"],
	["GET", "auth/token/lookup-self", "token_lookup"],
	["POST", "auth/token/revoke-self", "token_revoke"],
	["PUT", "sys/leases/renew", "lease_renew"],
	["PUT", "sys/leases/revoke", "lease_revoke"],
	["POST", "sys/wrapping/unwrap", "wrapping"],
	["GET", "sys/internal/ui/mounts/secret/x", "system"],
	["GET", "secret/data/llm/openai", "read"],
	["LIST", "secret/metadata/llm", "list"],
	["POST", "pki/issue/gateway", "write"],
	["GET", "secret/data/auth/token/renew-self", "read"],
])("%s %s is counted as %s", (method, path, operation) => {
	expect(operationOf({ method, path })).toBe(operation);
});
