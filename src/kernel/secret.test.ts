import { inspect } from "node:util";
import { Console } from "node:console";
import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { Secret } from "./mod.ts";

const PLAIN = "sk-canary-0000";

test("reveal() gives the value back", () => {
	expect(new Secret(PLAIN).reveal()).toBe(PLAIN);
});

test("map() makes another secret of it", () => {
	expect(new Secret(` ${PLAIN}\n`).map((text) => text.trim()).reveal()).toBe(PLAIN);
});

test("equals() compares what is inside", () => {
	const secret = new Secret(PLAIN);

	const same = [new Secret(PLAIN), new Secret(`${PLAIN}1`), undefined].map((other) => secret.equals(other));

	expect(same).toEqual([true, false, false]);
});

test.each<[string, (secret: Secret) => string]>([
	["text", (secret) => String(secret)],
	["JSON", (secret) => JSON.stringify({ nested: [secret] })],
	["inspect", (secret) => inspect({ nested: { secret } }, { depth: 9, showHidden: true })],
	["inspect without its own method", (secret) => inspect(secret, { customInspect: false, showHidden: true })],
	["the keys", (secret) => JSON.stringify([Object.entries(secret), Reflect.ownKeys(secret)])],
	["a structured clone", (secret) => inspect(structuredClone(secret))],
	["an error's cause", (secret) => inspect(new Error("failed", { cause: secret }))],
	["a map and a set", (secret) => inspect([new Map([["k", secret]]), new Set([secret])])],
])("a Secret does not show in %s", (_where, print) => {
	expect(print(new Secret(PLAIN))).not.toContain(PLAIN);
});

test("a Secret does not show on a console", () => {
	let printed = "";
	const sink = new Writable({
		write(chunk: Buffer, _encoding, done) {
			printed += chunk.toString();
			done();
		},
	});
	const output = new Console({ stdout: sink });
	const secret = new Secret({ token: PLAIN });

	output.log(secret, "%s", secret);
	output.log("%s %o %O %j %d", secret, secret, secret, secret, secret);
	output.dir({ secret }, { showHidden: true, depth: 9 });
	output.table([secret]);

	expect(printed).toContain("[secret]");
	expect(printed).not.toContain(PLAIN);
});
