import type { TemplateSecret } from "../../template/mod.ts";
import { int } from "./define.ts";
import { secretData } from "./from-json.ts";
import { GoSlice, GoStruct } from "./values.ts";

/**
 * A secret with consul-template's names. What the native secret does not keep, since it says nothing of the secret
 * itself (the request's id, warnings), is empty; a reply that was a login has no place in a file.
 */
export function goSecretOf(secret: TemplateSecret): GoStruct {
	return new GoStruct(
		"*dependency.Secret",
		new Map([
			["RequestID", ""],
			["LeaseID", secret.LeaseID],
			["LeaseDuration", int(secret.LeaseDuration)],
			["Renewable", secret.Renewable],
			["Data", secretData(secret.Data)],
			["Warnings", new GoSlice("string", [])],
			["Auth", undefined],
			["WrapInfo", undefined],
		]),
	);
}
