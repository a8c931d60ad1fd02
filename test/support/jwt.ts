/** A JWT with these claims, whose signature nobody would accept. */
export function unsignedJwt(claims: object): string {
	return `eyJhbGciOiJSUzI1NiJ9.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2lnbmF0dXJl`;
}
