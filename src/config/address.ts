/** The sentence that says what is wrong with a server address, without quoting it; nothing when it can be used. */
export function addressFault(address: string): string | undefined {
	const url = URL.parse(address);
	if (url === null || !/^https?:$/.test(url.protocol)) {
		return "expected an address with its scheme, such as https://vault.example:8200";
	}
	if (url.username !== "" || url.password !== "") return "an address must not hold a user name or a password";
	if (url.search !== "" || url.hash !== "") return 'an address must not hold "?" or "#"';
	return undefined;
}

/** True when what is sent there can be read on the way: plain http to another machine. */
export function isReadableOnTheWay(address: string): boolean {
	const url = new URL(address);
	return url.protocol === "http:" && !/^(localhost|.*\.localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname);
}
