import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort, systemProbes } from "../../src/child/mod.ts";
import { asUser, canBecomeAnother } from "../support/constrained.ts";
import { folder } from "../support/folder.ts";
import { killAllWith, processesWith } from "../support/processes.ts";

const PATH = process.env["PATH"] ?? "";

const PROBE = join(import.meta.dirname, "../../src/child/probe.ts");

type Question = Parameters<Awaited<ReturnType<typeof systemProbes.load>>>[0];

async function ask(question: Question, ms = 10_000) {
	const probe = await systemProbes.load();
	return await probe(question, AbortSignal.timeout(ms));
}

async function serverWith(listener: RequestListener, host = "127.0.0.1") {
	const server = createServer(listener).listen(0, host);
	await once(server, "listening");
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	return (server.address() as AddressInfo).port;
}

describe("http", () => {
	test.each([
		[200, undefined],
		[204, undefined],
		[299, undefined],
		[301, "answered 301"],
		[404, "answered 404"],
		[503, "answered 503"],
	])("%i: %s", async (status, answer) => {
		const port = await serverWith((_, response) =>
			response.writeHead(status, { location: "/ok" }).end("body"),
		);

		expect(await ask({ kind: "http", url: `http://127.0.0.1:${port}/health?deep=1` })).toBe(answer);
	});

	test("asks for the path with a GET, and goes to no proxy and over no old connection", async () => {
		const seen: string[] = [];
		const port = await serverWith(({ method, url, headers }, response) => {
			seen.push(`${method} ${url} ${headers.connection}`);
			response.end();
		});

		await ask({ kind: "http", url: `http://127.0.0.1:${port}/health?deep=1` });
		await ask({ kind: "http", url: `http://localhost:${port}/health?deep=1` });

		expect(seen).toEqual(["GET /health?deep=1 close", "GET /health?deep=1 close"]);
	});

	test.each([
		["v1", Buffer.from("PROXY UNKNOWN\r\n")],
		["v2", Buffer.from("0d0a0d0a000d0a515549540a20000000", "hex")],
	] as const)(
		"begins with a header of nobody's where PROXY %s is expected",
		async (proxyProtocol, header) => {
			const heard = Promise.withResolvers<Buffer>();
			const server = createTcpServer((socket) => {
				let bytes = Buffer.alloc(0);
				socket.on("data", (chunk) => {
					bytes = Buffer.concat([bytes, chunk]);
					if (!bytes.includes("\r\n\r\n", header.length)) return;
					heard.resolve(bytes);
					socket.end("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
				});
			}).listen(0, "127.0.0.1");
			await once(server, "listening");
			onTestFinished(() => void server.close());
			const { port } = server.address() as AddressInfo;

			const answer = await ask({ kind: "http", url: `http://127.0.0.1:${port}/health`, proxyProtocol });

			expect(answer).toBeUndefined();
			const bytes = await heard.promise;
			expect(bytes.subarray(0, header.length)).toEqual(header);
			expect(bytes.subarray(header.length).toString()).toMatch(/^GET \/health HTTP\/1\.1\r\n/);
		},
	);

	test("speaks IPv6", async () => {
		const port = await serverWith((_, response) => response.end(), "::1");

		expect(await ask({ kind: "http", url: `http://[::1]:${port}/` })).toBeUndefined();
	});

	test("nobody there: connection refused", async () => {
		expect(await ask({ kind: "http", url: `http://127.0.0.1:${await freePort()}/` })).toBe(
			"connection refused",
		);
	});

	test("a server that hangs up is a reset connection", async () => {
		const port = await serverWith(({ socket }) => socket.resetAndDestroy());

		expect(await ask({ kind: "http", url: `http://127.0.0.1:${port}/` })).toBe("connection reset");
	});

	test("a server that says nothing is given up when the time is over", async () => {
		const port = await serverWith(() => {});

		expect(await ask({ kind: "http", url: `http://127.0.0.1:${port}/` }, 100)).toBe("no answer in time");
	});

	test.each([
		[200, undefined],
		[503, "answered 503"],
	])("%i with a body without an end is an answer, and nothing of it stays open", async (status, answer) => {
		const closed = Promise.withResolvers<void>();
		const port = await serverWith((_, response) => {
			response.writeHead(status).write("and so on");
			response.once("close", () => closed.resolve());
		});

		expect(await ask({ kind: "http", url: `http://127.0.0.1:${port}/` }, 100)).toBe(answer);

		await closed.promise;
	});
});

/** The answer to a question that an agent asks which is not root, run with the rights of the user with this number. */
function askAs(uid: number, question: Question): string {
	const script = `
		import { askChild } from ${JSON.stringify(PROBE)};
		console.log(String(await askChild(${JSON.stringify(question)}, AbortSignal.timeout(5000))));
	`;
	const [program, ...args] = [...asUser(uid), process.execPath, "--input-type=module", "-e", script];
	return execFileSync(program, args, { encoding: "utf8", cwd: "/" }).trim();
}

/** The port of a server that runs with the rights of that user. */
async function listeningAs(uid: number): Promise<number> {
	const script = `
		const server = require("node:http").createServer((_, response) => response.end());
		server.listen(0, "127.0.0.1", () => console.log(server.address().port));
	`;
	const [program, ...args] = [...asUser(uid), process.execPath, "-e", script];
	const server = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
	onTestFinished(() => void server.kill("SIGKILL"));
	const [port] = (await once(server.stdout, "data")) as [Buffer];
	return Number(port.toString());
}

describe.runIf(canBecomeAnother)("a private port", () => {
	const STRANGER = 4321;
	const OWN = 1234;
	const questions = (port: number): Question[] => [
		{ kind: "http", url: `http://127.0.0.1:${port}/`, privatePort: port },
		{ kind: "tcp", host: "127.0.0.1", port, privatePort: port },
	];

	test("at which another user's process answers is not the child's", async () => {
		const port = await listeningAs(STRANGER);

		const answers = questions(port).map((question) => askAs(OWN, question));

		expect(answers).toEqual(Array(2).fill("a process of another user listens on its private port"));
	});

	test("at which a process of the own user answers is", async () => {
		const port = await listeningAs(OWN);

		expect(questions(port).map((question) => askAs(OWN, question))).toEqual(["undefined", "undefined"]);
	});

	test("is the child's whoever it runs as, where the agent is root", async () => {
		const port = await listeningAs(STRANGER);

		expect(await Promise.all(questions(port).map((question) => ask(question)))).toEqual([
			undefined,
			undefined,
		]);
	});
});

describe("tcp", () => {
	test.each(["127.0.0.1", "::1"])("a connection that is accepted on %s will do", async (host) => {
		const server = createTcpServer().listen(0, host);
		await once(server, "listening");
		onTestFinished(() => void server.close());
		const { port } = server.address() as AddressInfo;

		expect(await ask({ kind: "tcp", host, port })).toBeUndefined();
	});

	test("nobody there: connection refused", async () => {
		expect(await ask({ kind: "tcp", host: "127.0.0.1", port: await freePort() })).toBe("connection refused");
	});

	test("a host that has no address says so", async () => {
		expect(await ask({ kind: "tcp", host: "no-such-host.invalid", port: 1 })).toMatch(/^no answer \(E/);
	});
});

describe("command", () => {
	const run = (script: string, env: Readonly<Record<string, string>> = {}): Question => {
		return { kind: "command", command: ["sh", "-c", script], env: { PATH, ...env } };
	};

	test.each([
		["exit 0", undefined],
		["exit 3", "ended with 3"],
		["kill -SEGV $$", "was ended by SIGSEGV"],
	])("%s: %s", async (script, answer) => {
		expect(await ask(run(`ulimit -c 0; ${script}`))).toBe(answer);
	});

	test("has the child's environment, and nothing of the agent's", async () => {
		process.env["LEAK"] = "of the agent";
		onTestFinished(() => {
			delete process.env["LEAK"];
		});

		expect(await ask(run('test "$PORT" = 41873 && test -z "$LEAK"', { PORT: "41873" }))).toBeUndefined();
	});

	test("reads nothing from the agent's standard input", async () => {
		expect(await ask(run("cat"))).toBeUndefined();
	});

	test("that is not there says so", async () => {
		const question: Question = { kind: "command", command: ["no-such-program-here"], env: { PATH } };

		expect(await ask(question)).toEqual({ because: "there is no such program" });
	});

	test("that may not be run says so", async () => {
		const program = folder().write("probe", "exit 0");

		expect(await ask({ kind: "command", command: [program], env: { PATH } })).toEqual({
			because: "it may not be run",
		});
	});

	test("that takes too long is killed with all that it has started", async () => {
		const word = folder().path;
		onTestFinished(() => killAllWith(word));

		expect(await ask(run(`trap "" TERM; sh -c "sleep 60; : ${word}" & wait`), 200)).toBe("no answer in time");

		await expect.poll(() => processesWith(word)).toEqual([]);
	});
});

test("a free port can be listened on, is on nobody's hands, and is another each time", async () => {
	const ports: number[] = [];
	for (let turn = 0; turn < 50; turn++) ports.push(await freePort());

	const repeated = ports.filter((port, index) => port === ports[index - 1]);
	expect(repeated).toEqual([]);
	const server = createTcpServer().listen(ports.at(-1), "127.0.0.1");
	await once(server, "listening");
	server.close();
});
