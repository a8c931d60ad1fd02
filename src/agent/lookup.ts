import { type Entry, requestKey, type SecretView } from "../secrets/mod.ts";
import { asTexts } from "../vault/mod.ts";
import type { Found, TemplateRequest, TemplateSecret } from "../template/mod.ts";

/** What was found under a key. */
export interface Held {
	entry(key: string): Pick<Entry, "finding" | "error"> | undefined;
}

/** What is held as templates see it. A secret that could not be read this time keeps what was read before. */
export function lookupIn(store: Held): (request: TemplateRequest) => Found {
	return (request) => {
		const entry = store.entry(requestKey(request));
		if (entry === undefined) return { kind: "pending" };
		const { finding, error } = entry;
		if (finding === undefined) return error === undefined ? { kind: "pending" } : { kind: "failed", error };
		if (finding.kind === "absent") return finding;
		const { view } = finding;
		return view.kind === "list"
			? { kind: "names", names: asTexts(view.fields["keys"]) }
			: { kind: "secret", secret: templateSecret(view) };
	};
}

function templateSecret(view: SecretView): TemplateSecret {
	return {
		path: view.path,
		...(view.version !== undefined && { version: view.version }),
		fields: view.fields,
		Data: view.data,
		LeaseID: view.leaseId,
		LeaseDuration: view.leaseDuration,
		Renewable: view.renewable,
		requestId: view.requestId,
		...(view.auth && { auth: view.auth }),
	};
}
