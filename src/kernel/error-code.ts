/**
 * The code by which the system, OpenSSL or Node names a fault, such as `ENOENT` (nodejs.org/api/errors.html, error.code).
 *
 * @returns nothing for a fault without one
 */
export function errorCode(error: unknown): string | undefined {
	return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
