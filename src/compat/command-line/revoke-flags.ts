import { toggle, type GoFlags } from "./go-flag.ts";
import { SERVER_FLAGS } from "./server-flags.ts";

const OWN_ALONE = {
	refused: {
		why: "keyturn revokes the token that it is called with, and no other",
		advice: "vault token revoke -self",
	},
};

/** Flags of `vault token revoke`. */
export const REVOKE_FLAGS: GoFlags = {
	self: toggle("revoke the token in VAULT_TOKEN, or in ~/.vault-token"),
	accessor: { kind: "switch", ...OWN_ALONE },
	mode: { kind: "text", ...OWN_ALONE },
	...SERVER_FLAGS,
};
