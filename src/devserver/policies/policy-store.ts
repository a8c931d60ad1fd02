import { ApiError } from "../api-error.ts";
import { Acl } from "./acl.ts";
import { DEFAULT_POLICY, RESPONSE_WRAPPING_POLICY } from "./builtin.ts";
import { type Policy, parsePolicy } from "./policy.ts";

export const WRAPPING_POLICY_NAME = "response-wrapping";

/** Named policies of one namespace (https://developer.hashicorp.com/vault/api-docs/system/policies). */
export class PolicyStore {
	readonly #policies = new Map<string, Policy>();

	/** @param hasRoot whether the policy that allows everything is one of them: in the root namespace alone */
	constructor(hasRoot: boolean) {
		if (hasRoot) this.#policies.set("root", { name: "root", text: "", rules: [] });
		this.write("default", DEFAULT_POLICY);
		this.#policies.set(WRAPPING_POLICY_NAME, parsePolicy(WRAPPING_POLICY_NAME, RESPONSE_WRAPPING_POLICY));
	}

	get(name: string): Policy | undefined {
		return this.#policies.get(name.toLowerCase());
	}

	/** @throws ApiError 400 when the text is no policy or the name is taken by the server itself */
	write(name: string, text: string): void {
		if (name === "root" || name === WRAPPING_POLICY_NAME) {
			throw new ApiError(400, `cannot update "${name}" policy`);
		}
		this.#policies.set(name.toLowerCase(), parsePolicy(name.toLowerCase(), text));
	}

	remove(name: string): undefined {
		if (["root", "default", WRAPPING_POLICY_NAME].includes(name.toLowerCase())) {
			throw new ApiError(
				400,
				name === "default" ? "cannot delete default policy" : `cannot delete "${name}" policy`,
			);
		}
		this.#policies.delete(name.toLowerCase());
	}

	names(): string[] {
		const shown = [...this.#policies.keys()].filter(
			(name) => name !== "root" && name !== WRAPPING_POLICY_NAME,
		);
		return [...shown.toSorted(), ...(this.#policies.has("root") ? ["root"] : [])];
	}

	/** What a token with these policies may do; names that do not exist allow nothing. */
	acl(names: readonly string[], base = ""): Acl {
		const policies = names.map((name) => this.get(name)).filter((policy) => policy !== undefined);
		return new Acl(policies, base);
	}
}
