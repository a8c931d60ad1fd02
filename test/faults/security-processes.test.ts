import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { type AgentProcess, startAgent } from "../support/agent-process.ts";
import { asAnother, canBecomeAnother } from "../support/constrained.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { hitsIn } from "../support/planted.ts";
import { environOf, processes } from "../support/processes.ts";
import { openVault, ROLE_ID, SECRET_ID } from "../support/vault.ts";

const OPENAI = "secret/data/llm/openai";
const IN_FILE = "sk-planted-in-a-file";
const IN_ENV = "sk-planted-in-the-environment";
const LISTENER_TOKEN = "planted-listener-token";
/** What no process but the agent's own may know of. */
const OWN = [SECRET_ID, ROLE_ID, LISTENER_TOKEN, IN_FILE];

/** An agent that starts one of everything: child, readiness command, command of a change, notifier, watchdog. */
async function everything(through: readonly string[] = []) {
	const [vault, place] = [await openVault(), folder()];
	vault.put(OPENAI, { api_key: IN_FILE, other: IN_ENV });
	/** A program that notes what anybody can see of it; another shell looks, for one that redirects has files open for it. */
	const program = (name: string, rest: string) =>
		place.write(
			`bin/${name}`,
			`#!/bin/sh
for what in environ cmdline; do tr '\\0' '\\n' </proc/$$/$what >${place.at(`seen/${name}.$what`)}.new; mv ${place.at(`seen/${name}.$what`)}.new ${place.at(`seen/${name}.$what`)}; done
(ls -l /proc/$$/fd) >${place.at(`seen/${name}.ls`)}
sed -n 's/.* \\([0-9]* -> \\)/\\1/p' <${place.at(`seen/${name}.ls`)} >${place.at(`seen/${name}.fd`)}.new
mv ${place.at(`seen/${name}.fd`)}.new ${place.at(`seen/${name}.fd`)}
${rest}
`,
			0o755,
		);
	place.write("seen/x", "");
	const config = configIn(place, vault, {
		auto_auth: {
			method: "approle",
			config: { role_id: ROLE_ID, secret_id: "${CI_CREDENTIAL}" },
			sinks: [{ path: place.at("run/token") }],
		},
		templates: [
			{
				contents: `{{#secret "${OPENAI}"}}{{api_key}}{{/secret}}`,
				destination: place.at("out/key"),
				on_change: { command: [program("told", "exit 0")] },
			},
		],
		env: { KEY: `${OPENAI}#other` },
		exec: {
			command: [program("child", "exec sleep 600")],
			ready: { command: [program("ready", "exit 0")], interval: "50ms" },
		},
		listener: { address: `unix:${place.at("agent.sock")}`, token: LISTENER_TOKEN },
	});
	program("systemd-notify", "exit 0");
	const env = {
		PATH: `${place.at("bin")}:${dirname(process.execPath)}:/usr/bin:/bin`,
		NOTIFY_SOCKET: place.at("socket"),
		CI_CREDENTIAL: SECRET_ID,
		VAULT_TOKEN: "planted-token-that-this-login-does-not-need",
		AGENT_LISTENER_TOKEN: LISTENER_TOKEN,
	};
	const agent = startAgent(["start", "-c", config], { env, through });
	const names = ["child", "told", "ready", "systemd-notify"];
	const seen = (name: string, what: string) => readFileSync(place.at(`seen/${name}.${what}`), "utf8");
	await eventually(
		() => {
			for (const name of names)
				if (!existsSync(place.at(`seen/${name}.fd`)))
					throw new Error(`${name} has not run: ${agent.stderr()}`);
		},
		{ withinMs: 20_000 },
	);
	const token = readFileSync(place.at("run/token"), "utf8");
	return { agent, place, seen, token };
}

describe("what others can see of the processes that an agent starts", () => {
	test("is no credential of the agent, and no secret that was not meant for them", async () => {
		const { agent, seen, token } = await everything();
		const own = [...OWN, token, "planted-token"];

		for (const name of ["child", "ready", "told", "systemd-notify"]) {
			expect(hitsIn(seen(name, "environ"), own), name).toEqual([]);
			expect(hitsIn(seen(name, "cmdline"), [...own, IN_ENV]), name).toEqual([]);
		}
		// The child's own, and what asks it whether it is ready as it asks itself.
		for (const name of ["child", "ready"]) expect(seen(name, "environ")).toContain(`KEY=${IN_ENV}\n`);
		for (const name of ["told", "systemd-notify"])
			expect(hitsIn(seen(name, "environ"), [IN_ENV])).toEqual([]);
		const names = seen("systemd-notify", "environ").matchAll(/^(\w+)=/gm);
		expect(
			Array.from(names, ([, name]) => name).filter((name) => !/^(PWD|SHLVL|_)$/.test(name ?? "")),
		).toEqual(["NOTIFY_SOCKET", "PATH"]);
		const watchdog = processes().find(
			({ parent, command }) => parent === agent.pid && command.includes("watchdog"),
		);
		expect(
			environOf(watchdog?.pid ?? 0)
				.split("\0")
				.filter(Boolean),
		).toEqual([expect.stringMatching(/^PATH=/)]);
		expect(hitsIn(watchdog?.command ?? "", [...own, IN_ENV])).toEqual([]);
		expect(hitsIn(readFileSync(`/proc/${agent.pid}/cmdline`, "utf8"), [...own, IN_ENV])).toEqual([]);
	});

	test("is no open file or connection of the agent's", async () => {
		const { place, seen } = await everything();
		const given = handedOn();

		for (const name of ["child", "ready", "told", "systemd-notify"]) {
			const open = seen(name, "fd")
				.split("\n")
				.filter((line) => /^([3-9]|\d\d)/.test(line));
			// The shell that runs it has its script open.
			const strange = open.filter((line) => !line.endsWith(place.at(`bin/${name}`)));
			expect(
				strange.filter((line) => !given.has(line)),
				name,
			).toEqual([]);
			expect(seen(name, "fd")).toMatch(/^0 -> /m);
		}
	});
});

/** What whoever runs the tests has left open for all that they start. */
function handedOn(): ReadonlySet<string> {
	const open = execFileSync("sh", ["-c", "ls -l /proc/$$/fd"], { encoding: "utf8" });
	return new Set(Array.from(open.matchAll(/\d+ -> .*/g), ([line]) => line));
}

/** Runs a command as somebody who is neither root nor the agent's user. */
function asStranger(...command: readonly string[]): string {
	const [program = "", ...args] = [...asAnother, ...command];
	return spawnSync(program, args, { encoding: "utf8" }).stdout;
}

describe.runIf(canBecomeAnother)("another user of the machine", () => {
	test("reads neither memory nor environment, files or sockets of the agent", async () => {
		const { agent, place } = await everything();
		const paths = ["out/key", "run/token"].map((name) => place.at(name));
		execFileSync("chmod", ["755", place.path]);

		const read = asStranger(
			"cat",
			...paths,
			...["environ", "maps", "mem", "stack"].map((name) => `/proc/${agent.pid}/${name}`),
		);
		const listed = asStranger("ls", "-l", `/proc/${agent.pid}/fd`);
		const command = asStranger("cat", `/proc/${agent.pid}/cmdline`);
		const answer = asStranger(
			"curl",
			"-s",
			"--unix-socket",
			place.at("agent.sock"),
			"http://localhost/v1/status",
		);

		expect([read, listed, answer]).toEqual(["", "", ""]);
		expect(hitsIn(command, [...OWN, IN_ENV])).toEqual([]);
	});
});

test.runIf(canBecomeAnother).each(["000", "277", "777"])(
	"an agent that is started with the umask %s makes its folders and files as it should",
	async (umask) => {
		const [vault, place] = [await openVault(), folder()];
		vault.put(OPENAI, { api_key: "sk-1" });
		const contents = `{{#secret "${OPENAI}"}}{{api_key}}{{/secret}}`;
		const config = configIn(place, vault, {
			auto_auth: {
				method: "approle",
				config: { role_id: vault.roleId, secret_id: vault.secretId },
				sinks: [{ path: place.at("run/sinks/token") }],
			},
			templates: [
				{ contents, destination: place.at("out/deep/key"), mode: "0640" },
				{ contents, destination: place.at("out/deep/own") },
			],
			listener: { address: `unix:${place.at("agent.sock")}` },
		});
		execFileSync("chown", ["-R", "65534", place.path]);
		const agent = startAgent(["start", "-c", config], {
			through: [...asAnother, "sh", "-c", `umask ${umask}; exec "$0" "$@"`],
		});
		await agent.logged("rendered");
		await eventually(() => statSync(place.at("agent.sock")));

		const names = [
			"out",
			"out/deep",
			"out/deep/key",
			"out/deep/own",
			"run",
			"run/sinks",
			"run/sinks/token",
			"agent.sock",
		];
		await eventually(() => {
			const modes = names.map((name) => (statSync(place.at(name)).mode & 0o7777).toString(8));
			expect(modes).toEqual(["700", "700", "640", "600", "700", "700", "600", "600"]);
		});
	},
);

describe.runIf(existsSync("/proc/self/coredump_filter"))("a core dump", () => {
	const filterOf = (pid: number | string) => readFileSync(`/proc/${pid}/coredump_filter`, "utf8").trim();
	/** Whether the kernel puts dumps into the folder of who dies, and is asked nothing else. */
	const isPlain = /^core$/.test(readFileSync("/proc/sys/kernel/core_pattern", "utf8").trim());

	async function running(): Promise<{
		agent: AgentProcess;
		place: ReturnType<typeof folder>;
		child: number;
	}> {
		const [vault, place] = [await openVault(), folder()];
		vault.put(OPENAI, { api_key: IN_ENV });
		const args = ["run", "--env", `KEY=${OPENAI}#api_key`, "--", "sleep", "600"];
		const through = ["sh", "-c", 'ulimit -c unlimited; exec "$0" "$@"'];
		const agent = startAgent(args, { env: vault.env, through, cwd: place.path });
		const { pid } = await agent.logged("child", ({ kind }) => kind === "started");
		return { agent, place, child: Number(pid) };
	}

	test("of the agent holds no memory; one of its child holds what it would without the agent", async () => {
		const { agent, child } = await running();

		expect(filterOf(agent.pid)).toBe("00000000");
		expect(filterOf(child)).toBe(filterOf("self"));
	});

	test.runIf(isPlain)("of a crashed agent has no secret in it", async () => {
		const { agent, place } = await running();

		agent.signal("SIGABRT");
		await agent.ended;

		const dumps = readdirSync(place.path).filter((name) => name.startsWith("core"));
		const texts = dumps.map((name) => readFileSync(place.at(name), "latin1"));
		expect(texts.flatMap((text) => hitsIn(text, [IN_ENV, SECRET_ID]))).toEqual([]);
		expect(texts.join("")).not.toMatch(/hvs\.\w/);
	});
});
