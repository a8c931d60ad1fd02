/** A refusal: what the client gets is the status and `{"errors": […]}` (https://developer.hashicorp.com/vault/api-docs#http-status-codes). */
export class ApiError extends Error {
	readonly status: number;
	readonly errors: readonly string[];

	constructor(status: number, ...errors: readonly string[]) {
		super(errors.join("; "));
		this.name = "ApiError";
		this.status = status;
		this.errors = errors;
	}
}

/** An error that the server's core wraps into a list of its own before it answers: the text has a heading then. */
export function listedError(status: number, message: string): ApiError {
	return new ApiError(status, `1 error occurred:\n\t* ${message}\n\n`);
}

export function unsupportedOperation(): ApiError {
	return listedError(405, "unsupported operation");
}

export function unsupportedPath(): ApiError {
	return listedError(404, "unsupported path");
}
