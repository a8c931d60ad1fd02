/** What a request to Vault is for, in the words of the metrics: few of them, and none that a path could add to. */
export function operationOf({ method, path }: { readonly method: string; readonly path: string }): string {
	const known = OPERATIONS.find(([pattern]) => pattern.test(path));
	if (known !== undefined) return known[1];
	if (method === "LIST") return "list";
	return method === "GET" ? "read" : "write";
}

const OPERATIONS: readonly (readonly [RegExp, string])[] = [
	[/^auth\/.+\/login(\/|$)/, "login"],
	[/^auth\/token\/renew-self$/, "token_renew"],
	[/^auth\/token\/lookup-self$/, "token_lookup"],
	[/^auth\/token\/revoke-self$/, "token_revoke"],
	[/^sys\/leases\/renew$/, "lease_renew"],
	[/^sys\/leases\/revoke$/, "lease_revoke"],
	[/^sys\/wrapping\//, "wrapping"],
	[/^sys\//, "system"],
];
