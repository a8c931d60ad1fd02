import type { ServerResponse } from "node:http";
import type { Answer } from "../answer.ts";

const HEADERS = { "Content-Type": "application/json", "Cache-Control": "no-store" };

export function send(
	response: ServerResponse,
	answer: Answer,
	headers: Readonly<Record<string, string>> = {},
): void {
	const text = asText(answer);
	const length = answer.status === 204 ? {} : { "Content-Length": Buffer.byteLength(text) };
	const type = answer.type === undefined ? {} : { "Content-Type": answer.type };
	response.writeHead(answer.status, { ...HEADERS, ...type, ...length, ...headers });
	response.end(text);
}

function asText({ body, type }: Answer): string {
	if (body === undefined) return "";
	return type !== undefined && typeof body === "string" ? body : `${JSON.stringify(body)}\n`;
}

/** A body as it is, under a content type of one's own. */
export function sendText(
	response: ServerResponse,
	status: number,
	{ type, text }: { type: string; text: string },
): void {
	response.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(text) });
	response.end(text);
}

/** Promises the whole answer, sends half of it and cuts the connection. */
export function sendHalf(response: ServerResponse, answer: Answer): void {
	const bytes = Buffer.from(`${JSON.stringify(answer.body ?? {})}\n`);
	response.writeHead(answer.status === 204 ? 200 : answer.status, {
		...HEADERS,
		"Content-Length": bytes.length,
	});
	response.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => response.destroy());
}
