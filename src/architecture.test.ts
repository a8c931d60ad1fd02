import { globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, test } from "vitest";

const SRC = import.meta.dirname;
const ROOM_ROW = /^\| (?<room>[a-z]+) \|(?<allowed>[^|]*)\|$/gm;
const IMPORT = /\bfrom\s+"(?<target>[^"]+)"|\bimport\("(?<lazy>[^"]+)"\)|^import\s+"(?<bare>[^"]+)"/gm;

interface Import {
	readonly file: string;
	readonly target: string;
}

const files = globSync("**/*.ts", { cwd: SRC }).filter((file) => !file.endsWith(".test.ts"));
const imports: readonly Import[] = files.flatMap((file) => {
	const text = readFileSync(join(SRC, file), "utf8");
	return [...text.matchAll(IMPORT)].map(({ groups = {} }) => ({
		file,
		target: groups["target"] ?? groups["lazy"] ?? groups["bare"] ?? "",
	}));
});
const local = imports.filter(({ target }) => target.startsWith("."));

/** The table in ROOMS.md is the rule; this test only enforces it. */
function readRooms(): Map<string, Set<string>> {
	const text = readFileSync(join(SRC, "ROOMS.md"), "utf8");
	const table = text.slice(text.indexOf("|---|"));
	return new Map(
		[...table.matchAll(ROOM_ROW)].map(({ groups = {} }) => [
			groups["room"] ?? "",
			new Set((groups["allowed"] ?? "").split(",").map((name) => name.trim())),
		]),
	);
}

/** The composition root, the real clock, and the text of a program of its own. */
const OUTSIDE = new Set(["main.ts", "kernel/clock.ts", "child/watchdog-script.ts"]);

const roomOf = (file: string) => (file.includes("/") ? (file.split("/")[0] ?? "") : "");
const resolve = ({ file, target }: Import) => posix.join(posix.dirname(file), target);

describe("src/", () => {
	const rooms = readRooms();

	test("has a row in ROOMS.md for every room, and a room for every row", () => {
		expect(new Set(files.map(roomOf).filter(Boolean))).toEqual(new Set(rooms.keys()));
	});

	test("rooms import only what ROOMS.md allows", () => {
		const trespasses = local
			.map((one) => ({ from: roomOf(one.file), to: roomOf(resolve(one)), ...one }))
			.filter(({ from, to }) => from !== "" && to !== from && !rooms.get(from)?.has(to))
			.map(({ file, to }) => `${file} -> ${to}`);
		expect(trespasses).toEqual([]);
	});

	test("rooms are entered by their doors", () => {
		const windows = local
			.filter((one) => roomOf(one.file) !== "" && roomOf(resolve(one)) !== roomOf(one.file))
			.filter((one) => !resolve(one).endsWith("/mod.ts"))
			.map(({ file, target }) => `${file} -> ${target}`);
		expect(windows).toEqual([]);
	});

	test("each third-party package is imported in one file of a room", () => {
		const users = new Map<string, Set<string>>();
		for (const { file, target } of imports) {
			if (target.startsWith(".") || target.startsWith("node:")) continue;
			const name = target.split("/")[0] ?? "";
			// config reads files with it, template checks its own, Go templates parse texts: one file of each room.
			const key = name === "yaml" ? `yaml of ${roomOf(file)}` : name;
			users.set(key, (users.get(key) ?? new Set()).add(file));
		}
		expect([...users.keys()].toSorted()).toEqual([
			"chokidar",
			"commander",
			"execa",
			"handlebars",
			"node-vault",
			"pino",
			"prom-client",
			"re2js",
			"yaml of compat",
			"yaml of config",
			"yaml of template",
			"zod",
		]);
		const shared = [...users].filter(([, where]) => where.size > 1).map(([name, where]) => [name, ...where]);
		expect(shared).toEqual([]);
	});

	test("plain text of a secret is taken out in few places", () => {
		const places = files.filter((file) => readFileSync(join(SRC, file), "utf8").includes(".reveal("));
		expect(places.toSorted()).toEqual([
			"auth/approle.ts",
			"auth/envelope.ts",
			"auth/handover-file.ts",
			"auth/jwt-login.ts",
			"auth/jwt.ts",
			"auth/sealing.ts",
			"auth/sink.ts",
			"auth/wrapped-secret-id.ts",
			"child/live-child.ts",
			"cli/link/credential-files.ts",
			"cli/link/secret-guard.ts",
			"cli/link/sink-files.ts",
			"cli/listener-spec.ts",
			"cli/status/agent-client.ts",
			"kernel/secret.ts",
			"status/guard.ts",
			"vault/client.ts",
		]);
	});

	test("time, randomness and the process come in from outside", () => {
		const inside = /\bDate\.now\(|\bMath\.random\(|\bsetTimeout\(|\bprocess\.(env|exit|on|argv)\b/;
		const guilty = files.filter((file) => {
			const code = readFileSync(join(SRC, file), "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
			return !OUTSIDE.has(file) && inside.test(code);
		});
		expect(guilty).toEqual([]);
	});

	test("no file is longer than 250 lines", () => {
		const long = files.filter((file) => readFileSync(join(SRC, file), "utf8").split("\n").length > 251);
		expect(long).toEqual([]);
	});

	test("every room has a README of at most 40 lines", () => {
		const missing = [...rooms.keys()].filter((room) => {
			const [readme] = globSync(`${room}/README.md`, { cwd: SRC });
			return (
				readme === undefined || readFileSync(join(SRC, readme), "utf8").trimEnd().split("\n").length > 40
			);
		});
		expect(missing).toEqual([]);
	});
});
