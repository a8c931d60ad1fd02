import type { Ids } from "../../ids.ts";

/** User names as the PostgreSQL plugin makes them: `v-token-reader-…-1795256712`. */
export function newUsername(ids: Ids, who: { displayName: string; role: string; now: number }): string {
	const parts = [who.displayName.slice(0, 8), who.role.slice(0, 8), ids.base62(20)];
	return `v-${parts.join("-")}-${Math.floor(who.now / 1000)}`.slice(0, 63);
}

const CLASSES = ["abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", "-"];
const RUN = 5;

/** 20 characters with at least one of each class, as the default policy wants (https://developer.hashicorp.com/vault/docs/concepts/password-policies#default-password-policy). */
export function newPassword(ids: Ids): string {
	return CLASSES.map((wanted) => {
		const at = ids.below(RUN);
		return ids.base62(at) + wanted.charAt(ids.below(wanted.length)) + ids.base62(RUN - 1 - at);
	}).join("");
}
