import { createPublicKey, type KeyObject } from "node:crypto";
import { ApiError } from "../api-error.ts";

/** @param pem a public key or a certificate. @throws ApiError 400 @param heading what stands before the complaint */
export function readPublicKeys(pems: readonly string[], heading: string): KeyObject[] {
	return pems.map((pem) => {
		try {
			return createPublicKey(pem);
		} catch {
			throw new ApiError(400, `${heading}data does not contain any valid public keys`);
		}
	});
}
