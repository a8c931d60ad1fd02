// A stand-in for an LLM gateway: it holds an API key and says which one, never what it is.
//
//   OPENAI_API_KEY   the key; or
//   KEY_FILE         a file that holds it, read again on SIGHUP
//   HOST, PORT       where it listens; default 127.0.0.1 and 4000
//   LATENCY_MS       how long it "thinks" about a completion, or about each word of a streamed one; default 20
//
// GET /health, GET /, POST /v1/chat/completions, with {"stream": true, "max_tokens": 100} word by word.
// SIGTERM: requests in flight are finished, streams too, then it ends with 0.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const { HOST = "127.0.0.1", PORT = "4000", LATENCY_MS = "20", KEY_FILE, OPENAI_API_KEY } = process.env;

let key;
try {
	key = readKey();
} catch (error) {
	fail(error.message);
}

let unanswered = 0;
const server = createServer((request, response) => {
	unanswered++;
	response.once("close", () => {
		unanswered--;
		closeWhenAnswered();
	});
	const route = `${request.method} ${request.url.split("?")[0]}`;
	if (route === "POST /v1/chat/completions") {
		readBody(request).then(
			(body) => complete(body, response),
			(error) => answer(response, 400, { error: error.message }),
		);
		return;
	}
	request.resume(); // What was asked does not matter here, but it has to be taken off the wire.
	if (route === "GET /health") answer(response, 200, { status: "ok" });
	else if (route === "GET /") answer(response, 200, describeMyself());
	else answer(response, 404, { error: `there is no ${route}` });
});

server.on("error", (error) => {
	if (error.code === "EADDRINUSE") fail(`port ${PORT} of ${HOST} is taken; choose another with PORT`);
	fail(`cannot listen on ${HOST}:${PORT} (${error.code}); see HOST and PORT`);
});

if (!/^\d{1,5}$/.test(PORT) || PORT > 65535) fail(`PORT is "${PORT}", expected a number up to 65535`);
server.listen(Number(PORT), HOST, () => {
	process.on("SIGTERM", stop);
	process.on("SIGINT", stop);
	say(process.stdout, `listening on ${HOST}:${server.address().port} with key ${fingerprint(key)}`);
});

if (KEY_FILE) process.on("SIGHUP", reload);

function describeMyself() {
	return { gateway: "sample", key: fingerprint(key), pid: process.pid, in_flight: unanswered - 1 };
}

/** What was asked, and how long it was. */
async function readBody(request) {
	let text = "";
	request.setEncoding("utf8");
	for await (const chunk of request) text += chunk;
	let asked;
	try {
		asked = text === "" ? {} : JSON.parse(text);
	} catch {
		throw new Error("the body is not JSON");
	}
	return {
		bytes: Buffer.byteLength(text),
		isStream: asked?.stream === true,
		words: Number(asked?.max_tokens ?? 10),
	};
}

/** An answer in the shape of the OpenAI API. The key is the one held when the request came in. */
function complete({ bytes, isStream, words }, response) {
	const held = fingerprint(key);
	if (isStream) return speak(held, words, response);
	const message = { role: "assistant", content: `answered with key ${held}` };
	const choices = [{ index: 0, message, finish_reason: "stop" }];
	const body = { object: "chat.completion", model: "sample", key: held, received: bytes, choices };
	setTimeout(() => answer(response, 200, body), Number(LATENCY_MS));
}

/** Server-sent events, as the OpenAI API streams: a word each, and the word that ends it. */
function speak(held, words, response) {
	response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
	let said = 0;
	const sayNext = () => {
		const choices = [{ index: 0, delta: { content: `word${said} ` } }];
		const chunk = { object: "chat.completion.chunk", model: "sample", key: held, choices };
		if (said++ < words) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
		else response.end("data: [DONE]\n\n");
	};
	const timer = setInterval(sayNext, Number(LATENCY_MS));
	response.once("close", () => clearInterval(timer));
}

function answer(response, status, body) {
	// Once it has stopped listening, no client may keep its connection for another request.
	if (!server.listening) response.setHeader("Connection", "close");
	response.writeHead(status, { "Content-Type": "application/json; charset=utf-8" });
	response.end(`${JSON.stringify(body)}\n`);
}

/** Takes no more connections; with the last of them closed the process ends by itself. */
function stop() {
	server.close();
	closeWhenAnswered();
}

/** Connections that nobody waits on, also those on which nothing was ever asked, must not hold up the end. */
function closeWhenAnswered() {
	if (!server.listening && unanswered === 0) server.closeAllConnections();
}

function readKey() {
	if (!KEY_FILE && !OPENAI_API_KEY)
		throw new Error("there is no key; set OPENAI_API_KEY, or KEY_FILE to a file that holds it");
	if (!KEY_FILE) return OPENAI_API_KEY;
	let text;
	try {
		text = readFileSync(KEY_FILE, "utf8").trim();
	} catch (error) {
		throw new Error(`cannot read KEY_FILE ${KEY_FILE} (${error.code})`, { cause: error });
	}
	if (text === "") throw new Error(`KEY_FILE ${KEY_FILE} is empty`);
	return text;
}

/** A file that cannot be read just now is no reason to forget the key that works. */
function reload() {
	try {
		key = readKey();
		say(process.stdout, `now with key ${fingerprint(key)}`);
	} catch (error) {
		say(process.stderr, `${error.message}; going on with key ${fingerprint(key)}`);
	}
}

/** Enough to tell two keys apart, too little to be of use to anybody. */
function fingerprint(text) {
	return `…${createHash("sha256").update(text).digest("hex").slice(-4)}`;
}

function say(stream, text) {
	stream.write(`sample gateway: ${text}\n`);
}

function fail(reason) {
	say(process.stderr, reason);
	process.exit(1);
}
