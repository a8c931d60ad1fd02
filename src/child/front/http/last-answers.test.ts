import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cuts, exchanges, inPieces } from "../../../../test/fixtures/child/http-messages.ts";
import { Exchanges } from "./exchanges.ts";
import { LastAnswers } from "./last-answers.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const bytesOf = (text: string) => Buffer.from(text, "latin1");

/** @returns what is passed on of an answer to a request */
function answered(request: string, answer: string, mayClose = true): { text: string; isPromised: boolean } {
	const followed = new Exchanges();
	const last = new LastAnswers(followed);
	for (let at = 0; at < request.length; ) at = followed.readRequest(bytesOf(request), at);
	const text = Buffer.concat(last.read(bytesOf(answer), mayClose)).toString("latin1");
	return { text, isPromised: last.isPromised };
}

describe("LastAnswers", () => {
	const HEADS: readonly (readonly [string, string, string])[] = [
		["none", "", "Connection: close\r\n"],
		["keep-alive", "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n", "Connection: close\r\n"],
		[
			"keep-alive in two fields",
			"connection: Keep-Alive\r\nCONNECTION:keep-alive\r\n",
			"Connection: close\r\n",
		],
		[
			"another one",
			"Connection: Upgrade\r\nUpgrade: h2c\r\n",
			"Upgrade: h2c\r\nConnection: upgrade, close\r\n",
		],
		["a list", "Connection: keep-alive, X-Hop,\r\nX-Hop: 1\r\n", "X-Hop: 1\r\nConnection: x-hop, close\r\n"],
	];
	test.each(HEADS)("says close in the head of the last answer in place of: %s", (_, before, after) => {
		const answer = (fields: string) => `HTTP/1.1 200 a:b\r\nX: \xff\r\n${fields}\r\nok`;

		expect(answered(GET, answer(`Content-Length: 2\r\n${before}`))).toEqual({
			text: answer(`Content-Length: 2\r\n${after}`),
			isPromised: true,
		});
	});

	test("says so behind the interim answers, and to an answer without a body", () => {
		const text =
			"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 204 No Content\r\n";

		expect(answered(GET, `${text}\r\n`)).toEqual({
			text: `${text}Connection: close\r\n\r\n`,
			isPromised: true,
		});
	});

	const UNTOUCHED: readonly (readonly [string, string, string])[] = [
		[
			"an upgrade",
			"GET / HTTP/1.1\r\nUpgrade: x\r\n\r\n",
			"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nabc",
		],
		["a stream until close", GET, "HTTP/1.1 200 OK\r\n\r\nabc"],
		["what closes anyway", GET, "HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n"],
		[
			"the answer to a request that closes",
			"GET / HTTP/1.0\r\n\r\n",
			"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		],
		["an answer that others follow", GET + GET, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
		[
			"an answer that comes before the request has ended",
			"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel",
			"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n",
		],
		["what is ambiguous", GET, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nabc"],
		["what is no answer", GET, "\0\0\0hello\r\n\r\n"],
	];
	test.each(UNTOUCHED)("touches no byte of %s", (_, request, answer) => {
		expect(answered(request, answer)).toEqual({ text: answer, isPromised: false });
	});

	test("touches no byte where the client pipelines", () => {
		const followed = new Exchanges();
		const last = new LastAnswers(followed);
		const two = bytesOf(GET + GET);
		for (let at = 0; at < two.length; ) at = followed.readRequest(two, at);
		const answers = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n";

		expect(Buffer.concat(last.read(bytesOf(answers), true)).toString()).toBe(answers);
		expect(followed.isIdle).toBe(true);
	});

	test("gives back what it held of a head that breaks off", () => {
		const followed = new Exchanges();
		const last = new LastAnswers(followed);
		followed.readRequest(bytesOf(GET), 0);

		expect(last.read(bytesOf("HTTP/1.1 20"), true)).toEqual([]);
		expect(last.read(bytesOf("0 OK\r\nX:"), true)).toEqual([]);

		expect(last.holdsHead).toBe(true);
		expect(last.takeRest().toString()).toBe("HTTP/1.1 200 OK\r\nX:");
		expect(last.holdsHead).toBe(false);
	});

	test("touches no byte where it may not, however they come", () => {
		fc.assert(
			fc.property(exchanges, cuts, (pairs, at) => {
				const followed = new Exchanges();
				const last = new LastAnswers(followed);
				for (const [request, answer] of pairs) {
					for (let read = 0; read < request.bytes.length; ) read = followed.readRequest(request.bytes, read);
					const passed = inPieces(answer.bytes, at).flatMap((piece) => last.read(piece, false));
					expect(Buffer.concat(passed).equals(answer.bytes)).toBe(true);
				}
				expect(last.isPromised).toBe(false);
			}),
		);
	});

	test("changes nothing but the head's connection fields, however the answer comes", () => {
		fc.assert(
			fc.property(exchanges, cuts, ([pair], at) => {
				const [request, answer] = pair ?? [];
				if (request === undefined || answer === undefined) return;
				const followed = new Exchanges();
				const last = new LastAnswers(followed);
				for (let read = 0; read < request.bytes.length; ) read = followed.readRequest(request.bytes, read);

				const passed = Buffer.concat(inPieces(answer.bytes, at).flatMap((piece) => last.read(piece, true)));

				expect(last.isPromised).toBe(true);
				const at1 = passed.lastIndexOf("Connection: close\r\n\r\n");
				const without = [passed.subarray(0, at1), passed.subarray(at1 + "Connection: close\r\n".length)];
				expect(Buffer.concat(without).equals(answer.bytes)).toBe(true);
			}),
		);
	});
});
