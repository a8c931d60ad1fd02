import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { folder } from "../../../test/support/folder.ts";
import { freePort } from "../../../test/support/free-port.ts";
import type { ExecConfig } from "../../config/mod.ts";
import { machine } from "./machine.ts";
import { publicAddressCheck } from "./process-checks.ts";
import { readyCheck } from "./ready-check.ts";

const world = { cwd: "/srv", env: { PATH: "/bin" } };

describe("the ready probe", () => {
	async function look(probe: NonNullable<ExecConfig["ready"]>["probe"] | undefined, over: object = {}) {
		const ready = probe && { ready: { probe, timeoutMs: 60_000, intervalMs: 250 } };
		const exec = { command: ["gw"], ...ready } as unknown as ExecConfig;
		const there = { connect: async () => ({}), may: async () => true, ...over };
		const [found] = await readyCheck(
			{ exec },
			{ world, machine: there, isRunning: async () => false, ...over },
		);
		return found;
	}

	const failing = (code: string) => async () =>
		await Promise.reject(Object.assign(new Error("no"), { code }));
	const target = { kind: "http", url: "http://127.0.0.1:4000/health" } as const;

	test("is left out where nobody asks", async () => {
		expect(await look(undefined)).toMatchObject({ result: "left out" });
	});

	test.each([
		[{ kind: "http-path", path: "/health" } as const, "GET /health on the child's private port"],
		[{ kind: "tcp-private" } as const, "the child's private port has to take a connection"],
	])("on the private port is said: %j", async (probe, words) => {
		expect(await look(probe)).toMatchObject({ result: "ok", says: expect.stringContaining(words) as string });
	});

	test("that is a program has to be found", async () => {
		const probe = { kind: "command", command: ["curl", "-f"] } as const;

		expect(await look(probe)).toMatchObject({
			result: "ok",
			says: "curl is /bin/curl; it has to end with 0",
		});
		expect(await look(probe, { may: async () => false })).toMatchObject({ result: "failure", exitCode: 1 });
	});

	test("finds nobody at its target before there is a child", async () => {
		expect(await look(target, { connect: failing("ECONNREFUSED") })).toMatchObject({ result: "ok" });
		expect(await look(target)).toMatchObject({
			result: "warning",
			says: "somebody listens at 127.0.0.1:4000 already: each new child would count as ready at once",
		});
		expect(await look(target, { isRunning: async () => true })).toMatchObject({ result: "ok" });
	});

	test("has to be able to reach its target", async () => {
		const tcp = { kind: "tcp", host: "nowhere.example", port: 1 } as const;

		expect(await look(tcp, { connect: failing("ENOTFOUND") })).toMatchObject({ result: "warning" });
	});
});

describe("the public address", () => {
	test.each([
		["free", "ok"],
		["ours", "ok"],
		["taken", "failure"],
		["not here", "failure"],
	] as const)("that is %s is found %s", (state, result) => {
		expect(publicAddressCheck({ address: "0.0.0.0:4000", state, code: "EACCES" })).toMatchObject([
			{ result },
		]);
	});

	test("is left out where the child has its own", () => {
		expect(publicAddressCheck(undefined)).toMatchObject([{ result: "left out" }]);
	});
});

describe("canListen()", () => {
	async function listening(
		where: { readonly path: string } | { readonly host: string; readonly port: number },
	) {
		const server = createServer().listen(where);
		await new Promise((resolve) => server.once("listening", resolve));
		onTestFinished(() => void server.close());
	}

	test("tells a port that is free from one that is taken, and gives it back", async () => {
		const address = { kind: "tcp", host: "127.0.0.1", port: await freePort() } as const;

		expect([await machine.canListen(address), await machine.canListen(address)]).toEqual([
			undefined,
			undefined,
		]);
		await listening({ host: address.host, port: address.port });
		expect(await machine.canListen(address)).toBe("EADDRINUSE");
	});

	test("tells a socket on which somebody listens, and leaves no file behind", async () => {
		const place = folder();
		const path = place.at("gw.sock");

		expect(await machine.canListen({ kind: "unix", path })).toBeUndefined();
		expect(place.entries(".")).toEqual([]);
		await listening({ path });
		expect(await machine.canListen({ kind: "unix", path })).toBe("EADDRINUSE");
		expect(await machine.canListen({ kind: "unix", path: place.write("a-file", "") })).toBe("EEXIST");
		expect(await machine.canListen({ kind: "unix", path: join(path, "in-a-file.sock") })).toBe("ENOTDIR");
		expect(await machine.canListen({ kind: "unix", path: place.at("nope/gw.sock") })).toBe("ENOENT");
	});
});
