import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { runAgent } from "../support/agent-process.ts";
import { folder } from "../support/folder.ts";
import { openVault } from "../support/vault.ts";

const OPENAI = "secret/data/llm/openai";
const SCRATCH = /\/out\/\.key\.env\.[0-9a-f]{18}\.keyturn-new/g;

/** The folder by its open file. */
const HELD = /\/proc\/self\/fd\/\d+\/(?=\.?key\.env)/g;

function hasStrace(): boolean {
	try {
		execFileSync("strace", ["-f", "true"], { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}

/** A run that writes a file, tells a command of it, and puts the token into a sink. */
async function once(through: readonly string[]) {
	const [vault, place] = [await openVault(), folder()];
	vault.put(OPENAI, { api_key: "sk-1" });
	const config = configIn(place, vault, {
		auto_auth: {
			method: "approle",
			config: { role_id: vault.roleId, secret_id: vault.secretId },
			sinks: [{ path: place.at("sinks/token") }],
		},
		templates: [
			{
				contents: `{{#secret "${OPENAI}"}}K={{api_key}}{{/secret}}`,
				destination: place.at("out/key.env"),
				mode: "0640",
				user: String(process.getuid?.() ?? 0),
				on_change: { command: ["cp", "-r", place.at("out"), place.at("seen")] },
			},
		],
	});
	const { code } = await runAgent(["start", "-c", config, "--exit-after-auth"], { through });
	expect(code).toBe(0);
	return place;
}

/** A line of the trace as call, place and what else matters; nothing for what is about other things. */
function stepOf(line: string): readonly string[] {
	const [, call = "", rest = ""] = /^\d+ +(\w+)\((.*)$/.exec(line) ?? [];
	if (call === "execve") return rest.includes('"cp"') ? ["execve cp"] : [];
	const [, path] = /["<](\/out[^">]*)[">]/.exec(rest) ?? [];
	if (path === undefined) return [];
	const [more = ""] = /O_(?:WRONLY|RDONLY)[A-Z_|]*(?:, \d+)?|, 0\d+/.exec(rest) ?? [];
	return [`${call} ${path} ${more.replace("|O_CLOEXEC", "").replace(/^, /, "")}`.trim()];
}

describe("a file is put in place", () => {
	test.runIf(hasStrace())("in this order of system calls", async () => {
		const trace = folder().at("trace");
		const calls = "openat,fchown,fchmod,write,pwrite64,fsync,rename,unlink,execve";

		const place = await once(["strace", "-f", "-y", "-e", `trace=${calls}`, "-o", trace]);

		const text = readFileSync(trace, "utf8")
			.replaceAll(place.path, "")
			.replaceAll(HELD, "/out/")
			.replaceAll(SCRATCH, "/out/scratch");
		const steps = text
			.split("\n")
			.filter((line) => !line.includes("= -1"))
			.flatMap(stepOf);
		const made = "openat /out/scratch O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW, 0600";
		expect(steps.slice(steps.lastIndexOf(made), steps.indexOf("execve cp") + 1)).toEqual([
			made,
			"fchown /out/scratch",
			"fchmod /out/scratch 0640",
			"write /out/scratch",
			"fsync /out/scratch",
			"openat /out/.key.env.keyturn-notify O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW, 0600",
			"rename /out/scratch",
			"openat /out O_RDONLY|O_DIRECTORY",
			"fsync /out",
			"execve cp",
		]);
	});

	test.each(["000", "022", "077"])("with its own mode, whatever the umask (%s)", async (umask) => {
		const place = await once(["sh", "-c", `umask ${umask}; exec "$0" "$@"`]);

		const names = ["out", "out/key.env", "sinks", "sinks/token"];
		const modes = names.map((name) => (statSync(place.at(name)).mode & 0o7777).toString(8));
		expect(modes).toEqual(["700", "640", "700", "600"]);
	});
});
