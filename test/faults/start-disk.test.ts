import { chmodSync, chownSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { configIn } from "../support/agent-config.ts";
import { type AgentOptions, runAgent, startAgent } from "../support/agent-process.ts";
import { CHILD, started } from "../support/child-notes.ts";
import { asAnother, canBecomeAnother, canMount, onReadOnlyMount } from "../support/constrained.ts";
import { eventually } from "../support/eventually.ts";
import { folder } from "../support/folder.ts";
import { privateDisk } from "../support/private-disk.ts";
import { openVault } from "../support/vault.ts";

const OPENAI = "secret/data/llm/openai";
const CONTENTS = `{{#secret "${OPENAI}"}}K={{api_key}}{{/secret}}`;

/** A server, and a folder `out` with a file in it; a start ends by itself. */
async function scene() {
	const [vault, place] = [await openVault(), folder()];
	vault.put(OPENAI, { api_key: "sk-1" });
	place.write("out/key.env", "K=old");
	const template = (name: string, more: object = {}) => ({
		contents: CONTENTS,
		destination: place.at(`out/${name}`),
		...more,
	});
	const once = async (templates: readonly object[], options: AgentOptions = {}) => {
		const file = configIn(place, vault, { templates });
		chmodSync(place.path, 0o755);
		chmodSync(file, 0o644);
		const args = ["start", "-c", file, "--exit-after-auth", "--timeout", "5s", "--log-format", "pretty"];
		const before = vault.server.requests.entries.length;
		const { code, stderr } = await runAgent(args, { env: vault.env, ...options });
		const says = stderr.slice(Math.max(0, stderr.indexOf("error: "))).replaceAll(place.path, "{place}");
		return { code, says, requests: vault.server.requests.entries.length - before };
	};
	return { vault, place, template, once };
}

describe("where a file could not be written, a start ends before its login", () => {
	test.runIf(canBecomeAnother)("naming folder, mode, owner and user", async () => {
		const { place, template, once } = await scene();

		const found = await once([template("key.env"), template("new.env")], { through: asAnother });

		expect(found).toEqual({
			code: 6,
			says: `error: cannot write {place}/out/new.env: permission denied
  at   {place}/out   mode ${modeOf(place.at("out"))}, owner 0:0; the agent runs as uid 65534
  do   let the agent's user write to that folder      E_DELIVERY, exit 6
`,
			requests: 0,
		});
		expect(place.entries("out")).toEqual(["key.env"]);
	});

	test.runIf(canBecomeAnother)("when it may not give the file to the owner that is named", async () => {
		const { place, template, once } = await scene();
		chownSync(place.at("out"), 65534, 65534);

		const found = await once([template("new.env", { user: "root" })], { through: asAnother });

		expect(found).toEqual({
			code: 6,
			says: `error: cannot write {place}/out/new.env: not permitted
  at   {place}/out   mode ${modeOf(place.at("out"))}, owner 65534:65534; the agent runs as uid 65534
  do   run the agent as a user that may change the owner, or leave user and group out      E_DELIVERY, exit 6
`,
			requests: 0,
		});
		expect(place.entries("out")).toEqual(["key.env"]);
	});

	test.runIf(canMount)("when a single file is mounted over the destination", async () => {
		const { place, template, once } = await scene();
		const disk = await privateDisk(place.at("out"));
		disk.run('touch other "key with blank.env"; mount --bind other "key with blank.env"');

		const found = await once([template("key with blank.env")], { through: disk.through });

		expect(found).toEqual({
			code: 6,
			says: `error: {place}/out/key with blank.env is a mount point of its own: a file that was mounted cannot be replaced
  do   mount its folder instead of the single file, here and in the reader      E_DESTINATION, exit 6
`,
			requests: 0,
		});
	});

	test.runIf(canMount)("of agent render, too", async () => {
		const { vault, place, template } = await scene();
		const config = configIn(place, vault, { templates: [template("new.env")] });
		const before = vault.server.requests.entries.length;

		const { code, stderr } = await runAgent(["render", "-c", config], {
			env: vault.env,
			through: onReadOnlyMount(place.at("out")),
		});

		expect(code).toBe(6);
		expect(stderr).toContain("new.env: the file system is read-only");
		expect(vault.server.requests.entries.length - before).toBe(0);
	});

	test("when its name leaves no room for that of a scratch file", async () => {
		const { place, template, once } = await scene();

		const found = await once([template("k".repeat(224))]);

		expect(found).toEqual({
			code: 6,
			says: `error: cannot write {place}/out/${"k".repeat(224)}: the name is too long
  do   choose a shorter one: beside the file stands for a moment one whose name is 32 bytes longer      E_DELIVERY, exit 6
`,
			requests: 0,
		});
		expect(await once([template("k".repeat(223))])).toMatchObject({ code: 0 });
		expect(place.entries("out")).toEqual(["key.env", "k".repeat(223)]);
	});
});

test.runIf(canMount)("on a read-only root it works with only its own folder writable", async () => {
	const { place, template, once } = await scene();
	const disk = await privateDisk(place.at("out"));
	const found = await once([template("key.env"), template("deep/key.env")], {
		through: [...disk.through, "sh", "-c", 'mount -o remount,bind,ro / && exec "$0" "$@"'],
	});

	expect(found).toMatchObject({ code: 0 });
	expect(disk.run("cat key.env deep/key.env; touch /probe 2>&1 || true")).toContain("K=sk-1K=sk-1");
	expect(() => disk.run("touch /probe")).toThrow("Read-only file system");
});

test.runIf(canMount)(
	"files that are right on a disk that cannot be written are enough for a start",
	async () => {
		const { vault, place, template } = await scene();
		place.write("out/key.env", "K=sk-1");
		const notes = place.at("notes");
		const config = configIn(place, vault, {
			templates: [template("key.env", { on_change: "restart" })],
			exec: { command: ["sh", CHILD, notes] },
		});

		const agent = startAgent(["start", "-c", config], {
			env: vault.env,
			through: onReadOnlyMount(place.at("out")),
		});

		await started(notes);
		const { level, msg } = await agent.logged("delivery failed");
		expect([level, msg.replaceAll(place.path, "{place}")]).toEqual([
			"error",
			"cannot write {place}/out/key.env: the file system is read-only; the file that stands is used as long as it is right",
		]);
	},
);

test("a config that is read anew and names a place where nothing can be written is refused, and the old one goes on", async () => {
	const { vault, place, template } = await scene();
	const config = configIn(place, vault, { templates: [template("key.env")] });
	const agent = startAgent(["start", "-c", config], { env: vault.env });
	await agent.logged("rendered");
	symlinkSync("key.env", place.at("out/link.env"));

	configIn(place, vault, { templates: [template("key.env"), template("link.env")] });
	agent.signal("SIGHUP");
	const { level, msg } = await agent.logged("reload", (line) => line.level !== "info");
	vault.put(OPENAI, { api_key: "sk-2" });
	agent.signal("SIGHUP");

	expect([level, msg.replaceAll(place.path, "{place}")]).toEqual([
		"error",
		"{place}/out/link.env is a link to elsewhere; the config before it stays in force",
	]);
	await eventually(() => expect(readFileSync(place.at("out/key.env"), "utf8")).toBe("K=sk-2"));
	expect(agent.log().filter(({ event }) => event === "delivery failed")).toEqual([]);
});

function modeOf(path: string): string {
	return (statSync(path).mode & 0o7777).toString(8).padStart(4, "0");
}
