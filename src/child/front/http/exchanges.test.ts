import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	cuts,
	exchanges,
	inPieces,
	type Message,
	requestMessage,
} from "../../../../test/fixtures/child/http-messages.ts";
import { Exchanges } from "./exchanges.ts";
import { LONGEST_HEAD } from "./message-reader.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

type Direction = "requests" | "answers";

/** Reads bytes in pieces. @returns where messages ended */
function read(into: Exchanges, direction: Direction, pieces: readonly Buffer[]): number[] {
	const ends: number[] = [];
	let before = 0;
	for (const piece of pieces) {
		for (let at = 0; at < piece.length; ) {
			at = direction === "requests" ? into.readRequest(piece, at) : into.readAnswer(piece, at);
			if (into[direction].place === "between") ends.push(before + at);
		}
		before += piece.length;
	}
	return ends;
}

const bytesOf = (text: string) => Buffer.from(text, "latin1");
const together = (messages: readonly Message[]) => Buffer.concat(messages.map(({ bytes }) => bytes));

function endsOf(messages: readonly Message[]): number[] {
	let at = 0;
	return messages.map(({ bytes }) => (at += bytes.length));
}

describe("Exchanges", () => {
	test("requests end where they end, however their bytes come", () => {
		fc.assert(
			fc.property(fc.array(requestMessage, { minLength: 1, maxLength: 5 }), cuts, (requests, at) => {
				const followed = new Exchanges();

				expect(read(followed, "requests", inPieces(together(requests), at))).toEqual(endsOf(requests));
				expect(followed.opaque).toBeUndefined();
			}),
		);
	});

	test("answers end where they end, and nothing is under way after the last", () => {
		fc.assert(
			fc.property(exchanges, cuts, (pairs, at) => {
				const requests = pairs.map(([request]) => request);
				const answers = pairs.map(([, answer]) => answer);
				const followed = new Exchanges();
				read(followed, "requests", [together(requests)]);
				expect(followed.isIdle).toBe(false);

				const ends = read(followed, "answers", inPieces(together(answers), at));

				expect(ends).toEqual(expect.arrayContaining(endsOf(answers)));
				expect(followed.opaque).toBeUndefined();
				expect(followed.isIdle).toBe(true);
			}),
		);
	});

	test("one exchange after the other is idle between them and never pipelined", () => {
		fc.assert(
			fc.property(exchanges, cuts, (pairs, at) => {
				const followed = new Exchanges();
				for (const [request, answer] of pairs) {
					read(followed, "requests", inPieces(request.bytes, at));
					expect(followed.isIdle).toBe(false);
					read(followed, "answers", inPieces(answer.bytes, at));
					expect(followed.isIdle).toBe(true);
				}
				expect(followed.isPipelined).toBe(false);
			}),
		);
	});

	test("any bytes at all are read to their end, in any pieces, with the same judgement", () => {
		const noise = fc.oneof(
			fc.uint8Array({ maxLength: 200 }).map((octets) => Buffer.from(octets)),
			fc
				.tuple(requestMessage, fc.nat(), fc.nat(255))
				.map(([{ bytes }, place, octet]) =>
					Buffer.from(bytes).fill(octet, place % bytes.length, (place % bytes.length) + 1),
				),
		);
		fc.assert(
			fc.property(noise, cuts, (bytes, at) => {
				const whole = new Exchanges();
				const parted = new Exchanges();

				const ends = read(whole, "requests", [bytes]);

				expect(read(parted, "requests", inPieces(bytes, at))).toEqual(ends);
				expect([parted.opaque, parted.requests.place]).toEqual([whole.opaque, whole.requests.place]);
			}),
		);
	});
});

/** Ways in which requests are smuggled: two readers find two ends. */
const AMBIGUOUS_REQUESTS: Readonly<Record<string, string>> = {
	"both lengths (RFC 9112, 6.3)":
		"POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
	"both lengths, the other way round":
		"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n",
	"two lengths": "POST / HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n",
	"the same length twice": "POST / HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\n",
	"a list of lengths": "POST / HTTP/1.1\r\nContent-Length: 4, 4\r\n\r\n",
	"a length with a sign": "POST / HTTP/1.1\r\nContent-Length: +4\r\n\r\n",
	"a negative length": "POST / HTTP/1.1\r\nContent-Length: -4\r\n\r\n",
	"a hexadecimal length": "POST / HTTP/1.1\r\nContent-Length: 0x4\r\n\r\n",
	"an empty length": "POST / HTTP/1.1\r\nContent-Length:\r\n\r\n",
	"a length beyond all numbers": "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
	"a length with a no-break space": "POST / HTTP/1.1\r\nContent-Length: 4\xa0\r\n\r\n",
	"a length with a vertical tab": "POST / HTTP/1.1\r\nContent-Length: \x0b4\r\n\r\n",
	"another coding (6.1)": "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
	"chunked twice": "POST / HTTP/1.1\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
	"chunked in two fields":
		"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
	"chunked and identity":
		"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
	"a coding that looks like chunked": "POST / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n",
	"a quoted coding": 'POST / HTTP/1.1\r\nTransfer-Encoding: "chunked"\r\n\r\n',
	"a coding behind a vertical tab": "POST / HTTP/1.1\r\nTransfer-Encoding: \x0bchunked\r\n\r\n",
	"chunked in HTTP/1.0 (6.1)": "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
	"space before the colon (5.1)": "POST / HTTP/1.1\r\nContent-Length : 4\r\n\r\n",
	"a name with a space": "POST / HTTP/1.1\r\nContent Length: 4\r\n\r\n",
	"a line without a colon": "POST / HTTP/1.1\r\nContent-Length\r\n\r\n",
	"an empty name": "POST / HTTP/1.1\r\n: 4\r\n\r\n",
	"a folded line (5.2)": "POST / HTTP/1.1\r\nX: a\r\n Content-Length: 4\r\n\r\n",
	"a line folded with a tab": "POST / HTTP/1.1\r\nTransfer-Encoding:\r\n\tchunked\r\n\r\n",
	"white space before the first field (2.2)": "POST / HTTP/1.1\r\n Content-Length: 4\r\n\r\n",
	"a bare LF between fields (2.2)": "POST / HTTP/1.1\r\nX: a\nContent-Length: 4\r\n\r\n",
	"a bare LF at the end of the request line": "POST / HTTP/1.1\nContent-Length: 4\r\n\r\n",
	"bare LFs alone": "GET / HTTP/1.1\nHost: a\n\nGET / HTTP/1.1\r\n\r\n",
	"a bare CR (2.2)": "POST / HTTP/1.1\r\nX: a\rContent-Length: 4\r\n\r\n",
	"a CR more": "POST / HTTP/1.1\r\nX: a\r\r\nContent-Length: 4\r\n\r\n",
	"a NUL": "POST / HTTP/1.1\r\nX: a\0\r\nContent-Length: 4\r\n\r\n",
	"an empty line first (2.2)": "\r\nGET / HTTP/1.1\r\n\r\n",
	"two spaces in the request line (3)": "GET  / HTTP/1.1\r\n\r\n",
	"a space in the target": "GET /a b HTTP/1.1\r\n\r\n",
	"a tab in the request line": "GET\t/ HTTP/1.1\r\n\r\n",
	"no target": "GET HTTP/1.1\r\n\r\n",
	"no version": "GET /\r\n\r\n",
	"another version": "GET / HTTP/1.2\r\n\r\n",
	"a small version": "GET / http/1.1\r\n\r\n",
	"a space behind the version": "GET / HTTP/1.1 \r\n\r\n",
	"HTTP/2 (RFC 9113, 3.4)": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	TLS: "\x16\x03\x01\x02\r\n\r\n",
	"a PROXY header": "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\nGET / HTTP/1.1\r\n\r\n",
	"a method that is HEAD for some": "Head / HTTP/1.1\r\n\r\n",
	"a tunnel for some": "connect a:443 HTTP/1.1\r\n\r\n",
	"a tunnel (RFC 9110, 9.3.6)": "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
};

const CHUNKS = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
/** RFC 9112, section 7.1 */
const AMBIGUOUS_CHUNKS: Readonly<Record<string, string>> = {
	"no size": "\r\n",
	"a size with a prefix": "0x5\r\nhello\r\n",
	"a size with a sign": "+5\r\nhello\r\n",
	"a size with a space": "5 \r\nhello\r\n",
	"a size behind a space": " 5\r\nhello\r\n",
	"a size with an underscore": "1_0\r\n",
	"a size beyond all numbers": "10000000000000005\r\nhello\r\n",
	"a bare LF behind the size": "5\nhello\r\n",
	"a bare CR behind the size": "5\rhello\r\n",
	"a bare LF in an extension": "5;a\nhello\r\n",
	"a NUL in an extension": "5;a\0\r\nhello\r\n",
	"an endless extension": `5;${"a".repeat(70_000)}\r\nhello\r\n`,
	"data that is longer": "5\r\nhello!\r\n",
	"data that is followed by LF": "5\r\nhello\n0\r\n\r\n",
	"data that is followed by two other bytes": "5\r\nhelloXX0\r\n\r\n",
	"a bare LF at the end": "0\r\n\n",
	"a bare LF behind a trailer": "0\r\nX: a\n\r\n",
	"a folded trailer": "0\r\nX: a\r\n b\r\n\r\n",
	"endless trailers": `0\r\n${"X: a\r\n".repeat(20_000)}\r\n`,
};

const AMBIGUOUS_ANSWERS: Readonly<Record<string, string>> = {
	"both lengths": "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
	"two lengths": "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n",
	"another coding": "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
	"chunked in HTTP/1.0": "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
	"a folded line": "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n",
	"a bare LF": "HTTP/1.1 200 OK\nContent-Length: 4\r\n\r\n",
	"no status line": "hello\r\n\r\n",
	"a status of two digits": "HTTP/1.1 20 OK\r\n\r\n",
	"a status of four digits": "HTTP/1.1 2000 OK\r\n\r\n",
	"a status that is none": "HTTP/1.1 999 OK\r\n\r\n",
	"another protocol": "ICY 200 OK\r\n\r\n",
	"no content, with a length (RFC 9112, 6.3)": "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n",
	"no content, in chunks": "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
	"interim, with a length": "HTTP/1.1 100 Continue\r\nContent-Length: 4\r\n\r\n",
	"an upgrade that nobody asked for": "HTTP/1.1 101 Switching Protocols\r\n\r\n",
	"a bad chunk": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
};

const octetWise = (text: string) => [...bytesOf(text)].map((octet) => Buffer.from([octet]));

describe("Exchanges becomes opaque at", () => {
	test.each(Object.entries(AMBIGUOUS_REQUESTS))("a request with %s", (_, text) => {
		for (const pieces of [[bytesOf(text)], octetWise(text)]) {
			const followed = new Exchanges();
			read(followed, "requests", pieces);
			expect(followed.opaque).toBe("ambiguous request");
			expect(followed.isIdle).toBe(false);
		}
	});

	test.each(Object.entries(AMBIGUOUS_CHUNKS))("a chunked request with %s", (_, text) => {
		for (const pieces of [[bytesOf(CHUNKS + text)], octetWise(CHUNKS + text)]) {
			const followed = new Exchanges();
			read(followed, "requests", pieces);
			expect(followed.opaque).toBe("ambiguous request");
		}
	});

	test.each(Object.entries(AMBIGUOUS_ANSWERS))("an answer with %s", (_, text) => {
		for (const pieces of [[bytesOf(text)], octetWise(text)]) {
			const followed = new Exchanges();
			read(followed, "requests", [bytesOf(GET)]);
			read(followed, "answers", pieces);
			expect(followed.opaque).toBe("ambiguous answer");
		}
	});

	test("a head that is longer than 64 KiB, and at none that is as long", () => {
		const head = (length: number) => `GET / HTTP/1.1\r\nX: ${"a".repeat(length - 19)}\r\n\r\n`;
		for (const [length, opaque] of [
			[LONGEST_HEAD, undefined],
			[LONGEST_HEAD + 1, "ambiguous request"],
		] as const) {
			for (const parts of [[], [0.5], [0.001, 0.99]]) {
				const followed = new Exchanges();
				const ends = read(followed, "requests", inPieces(bytesOf(head(length)), parts));
				expect(followed.opaque).toBe(opaque);
				expect(ends).toEqual(opaque === undefined ? [length + 4] : []);
			}
		}
	});

	test("an answer to half a request, or to none", () => {
		const half = new Exchanges();
		read(half, "requests", [bytesOf("GET / HTTP/1.1\r\nHo")]);
		read(half, "answers", [bytesOf("HTTP/1.1 408 Request Timeout\r\n\r\n")]);

		const none = new Exchanges();
		read(none, "requests", [bytesOf(GET)]);
		read(none, "answers", [bytesOf(OK + OK)]);

		expect([half.opaque, none.opaque]).toEqual(["answer without a request", "answer without a request"]);
	});

	test("an upgrade that is granted, and not at one that is not", () => {
		const ask = "GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
		const granted = new Exchanges();
		read(granted, "requests", [bytesOf(ask)]);
		read(granted, "answers", [bytesOf("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")]);
		const refused = new Exchanges();
		read(refused, "requests", [bytesOf(ask)]);
		read(refused, "answers", [bytesOf(OK)]);

		expect([granted.opaque, refused.opaque]).toEqual(["upgraded", undefined]);
		expect(refused.isIdle).toBe(true);
	});

	test("bytes behind a request for an upgrade that has no answer yet", () => {
		const followed = new Exchanges();
		read(followed, "requests", [bytesOf("GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\nPRI * HTTP/2.0\r\n\r\n")]);

		expect(followed.opaque).toBe("bytes behind a request for an upgrade");
	});

	test("a final answer to a request whose body waits for an interim one (RFC 9110, 10.1.1)", () => {
		const ask = "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
		const followed = new Exchanges();
		read(followed, "requests", [bytesOf(ask)]);
		read(followed, "answers", [bytesOf("HTTP/1.1 100 Continue\r\n\r\n")]);
		expect(followed.opaque).toBeUndefined();
		read(followed, "answers", [bytesOf(OK)]);

		expect(followed.opaque).toBe("ambiguous answer");
	});

	test("more than a thousand requests without an answer", () => {
		const followed = new Exchanges();
		read(followed, "requests", [bytesOf(GET.repeat(1024))]);
		expect(followed.opaque).toBeUndefined();
		read(followed, "requests", [bytesOf(GET)]);

		expect(followed.opaque).toBe("too many requests without an answer");
	});
});

test("Exchanges bounds what comes with one chunk, not with all of them", () => {
	const followed = new Exchanges();
	const chunks = `1;${"a".repeat(1000)}\r\nx\r\n`.repeat(100);

	const ends = read(followed, "requests", [bytesOf(`${CHUNKS}${chunks}0\r\n\r\n`)]);

	expect([followed.opaque, ends.length]).toEqual([undefined, 1]);
});

describe("Exchanges says that the connection is over after", () => {
	const CLOSES = "Connection: close\r\nContent-Length: 0\r\n\r\n";
	const KEEPS = "Connection: keep-alive\r\nContent-Length: 0\r\n\r\n";
	const OVER: readonly (readonly [string, readonly [string, string], boolean])[] = [
		["nothing in particular", [GET, OK], false],
		["a request with close", ["GET / HTTP/1.1\r\nConnection: x, Close\r\n\r\n", OK], true],
		["an answer with close", [GET, `HTTP/1.1 200 OK\r\n${CLOSES}`], true],
		["a request in HTTP/1.0", ["GET / HTTP/1.0\r\n\r\n", OK], true],
		["one with keep-alive", ["GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", OK], false],
		["an answer in HTTP/1.0", [GET, "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"], true],
		["one with keep-alive, too", [GET, `HTTP/1.0 200 OK\r\n${KEEPS}`], false],
		["an interim answer with close", [GET, `HTTP/1.1 103 Early Hints\r\n${CLOSES}`], false],
	];
	test.each(OVER)("%s", (_, [request, answer], isOver) => {
		const followed = new Exchanges();
		read(followed, "requests", [bytesOf(request)]);
		read(followed, "answers", [bytesOf(answer)]);

		expect(followed.isOver).toBe(isOver);
	});

	test("an answer without a length never ends by itself", () => {
		const followed = new Exchanges();
		read(followed, "requests", [bytesOf(GET)]);
		read(followed, "answers", [bytesOf("HTTP/1.1 200 OK\r\n\r\nhello\r\n\r\n")]);

		expect([followed.answers.place, followed.isIdle, followed.opaque]).toEqual(["body", false, undefined]);
	});
});
