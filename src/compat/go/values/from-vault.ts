import type { TemplateSecret } from "../../../template/mod.ts";
import { secretData } from "./from-json.ts";
import { GoInteger, GoMap, GoSlice, GoStruct, type GoValue } from "./values.ts";

/** Pointers of a secret that may be nil: those are there nevertheless, and of a type. */
export const POINTERS: ReadonlyMap<string, string> = new Map([
	["Auth", "*dependency.SecretAuth"],
	["WrapInfo", "*dependency.SecretWrapInfo"],
]);

/** A secret with consul-template's names. Warnings have been logged, and a wrapped reply is never asked for. */
export function secretStruct(secret: TemplateSecret): GoStruct {
	return new GoStruct(
		"*dependency.Secret",
		new Map<string, GoValue>([
			["RequestID", secret.requestId ?? ""],
			["LeaseID", secret.LeaseID],
			["LeaseDuration", new GoInteger("int", BigInt(Math.trunc(secret.LeaseDuration)))],
			["Renewable", secret.Renewable],
			["Data", secretData(secret.Data)],
			["Warnings", new GoSlice("string", [])],
			["Auth", secret.auth && tokenStruct(secret.auth)],
			["WrapInfo", undefined],
		]),
	);
}

/** A token that a write has made. */
function tokenStruct(auth: NonNullable<TemplateSecret["auth"]>): GoStruct {
	const text = (name: string) => (typeof auth[name] === "string" ? auth[name] : "");
	const policies = Array.isArray(auth["policies"]) ? auth["policies"].map(String) : [];
	const metadata = secretData(auth["metadata"] ?? null);
	return new GoStruct(
		"*dependency.SecretAuth",
		new Map<string, GoValue>([
			["ClientToken", text("client_token")],
			["Accessor", text("accessor")],
			["Policies", new GoSlice("string", policies)],
			["Metadata", new GoMap("string", metadata instanceof GoMap ? metadata.entries : new Map())],
			["LeaseDuration", new GoInteger("int", BigInt(Math.trunc(Number(auth["lease_duration"] ?? 0))))],
			["Renewable", auth["renewable"] === true],
		]),
	);
}
