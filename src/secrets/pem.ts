/** A block of PEM (RFC 7468), without a line end behind it. */
export interface PemBlock {
	/** Such as `CERTIFICATE` or `EC PRIVATE KEY`. */
	readonly label: string;
	readonly text: string;
}

const BLOCK = /-----BEGIN (?<label>[A-Z0-9 ]+)-----(?<body>[A-Za-z0-9+/=\s]+)-----END \k<label>-----/g;

/** The blocks of a text in their order, without indentation; none are those with headers, such as encrypted keys. */
export function pemBlocks(text: string): readonly PemBlock[] {
	return [...text.matchAll(BLOCK)].map(({ groups: { label = "", body = "" } = {} }) => {
		const lines = body.split(/\s+/).filter((line) => line !== "");
		return { label, text: [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join("\n") };
	});
}
