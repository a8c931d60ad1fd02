import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

const ROOT = join(import.meta.dirname, "..", "..");
const WORKFLOWS = join(ROOT, ".github/workflows");

interface Step {
	readonly uses?: string;
	readonly run?: string;
	readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
	readonly permissions?: Readonly<Record<string, string>>;
	readonly steps: readonly Step[];
}

interface Workflow {
	readonly permissions: Readonly<Record<string, string>>;
	readonly jobs: Readonly<Record<string, Job>>;
}

const files = readdirSync(WORKFLOWS);
const textOf = (file: string) => readFileSync(join(WORKFLOWS, file), "utf8");
const workflowOf = (file: string) => parse(textOf(file)) as Workflow;
const release = workflowOf("release.yml");

function npm(...args: readonly string[]): string {
	// Asks nobody: what it says is of the lock file and of the folder.
	return execFileSync("npm", [...args, "--offline"], {
		cwd: ROOT,
		encoding: "utf8",
		stdio: ["ignore", "pipe", "ignore"],
		maxBuffer: 64 * 1024 * 1024,
	});
}

describe("the workflows", () => {
	test.each(files)("%s names each action by its commit, and for people by its version", (file) => {
		const uses = textOf(file)
			.split("\n")
			.filter((line) => /\buses:/.test(line));

		expect(uses.length).toBeGreaterThan(1);
		expect(uses.filter((line) => !/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual(
			[],
		);
	});

	test.each(files)("%s gives all jobs together no right but to read", (file) => {
		expect([{}, { contents: "read" }]).toContainEqual(workflowOf(file).permissions);
	});

	test.each(files)("%s leaves no credential behind in what it has checked out", (file) => {
		const steps = Object.values(workflowOf(file).jobs).flatMap((job) => job.steps);
		const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));

		expect(checkouts.filter((step) => step.with?.["persist-credentials"] !== false)).toEqual([]);
	});

	test.each(files)("%s puts nothing that somebody else chose into a command", (file) => {
		const runs = Object.values(workflowOf(file).jobs).flatMap((job) =>
			job.steps.flatMap(({ run }) => run ?? []),
		);

		expect(runs.filter((run) => run.includes("${{"))).toEqual([]);
	});
});

describe("a release", () => {
	test("is tested before it is built, and published by who runs nothing of anybody else", () => {
		const mayWrite = Object.entries(release.jobs).filter(([, { permissions = {} }]) =>
			Object.values(permissions).includes("write"),
		);
		const commands = mayWrite.flatMap(([, { steps }]) => steps.flatMap(({ run }) => run ?? []));

		expect(mayWrite.map(([name]) => name)).toEqual(["publish", "image"]);
		expect(commands.filter((run) => /npm (ci|install|run|test|pack)|\.ci\/run/.test(run))).toEqual([]);
		expect(release.jobs["check"]?.steps.map(({ run }) => run)).toContain("bash .ci/run");
		expect(release.jobs).toMatchObject({
			build: { needs: "check" },
			publish: { needs: "build" },
			image: { needs: "check" },
		});
	});

	test("says who has made it, and what of: package and image", () => {
		const commands = release.jobs["publish"]?.steps.map(({ run = "" }) => run).join("\n");
		const image = release.jobs["image"]?.steps.find(({ uses = "" }) =>
			uses.startsWith("docker/build-push-action@"),
		);
		const attested = Object.entries(release.jobs).filter(([, { steps }]) =>
			steps.some(({ uses = "" }) => uses.startsWith("actions/attest-build-provenance@")),
		);

		expect(commands).toContain("npm publish ./release/keyturn-*.tgz --provenance");
		expect(image?.with).toMatchObject({ sbom: true, provenance: "mode=max", "no-cache": true });
		expect(attested.map(([name]) => name)).toEqual(["publish", "image"]);
	});

	test.each(["cyclonedx", "spdx"])("has a list of everything in the lock file, in %s", (format) => {
		const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
			readonly packages: Readonly<Record<string, { readonly version?: string; readonly link?: boolean }>>;
		};
		const args = ["sbom", "--package-lock-only", "--sbom-type", "application", "--sbom-format", format];
		const list = npm(...args);

		for (const name of ["handlebars", "node-vault", "pino", "yaml", "zod", "rolldown"]) {
			const { version } = lock.packages[`node_modules/${name}`] ?? {};
			expect(list).toContain(`pkg:npm/${name}@${version}`);
		}
	});
});

describe("the package", () => {
	const [packed] = JSON.parse(npm("pack", "--dry-run", "--json", "--ignore-scripts")) as [
		{ readonly files: readonly { readonly path: string; readonly mode: number }[] },
	];
	const paths = packed.files.map(({ path }) => path);

	test("holds the program, its documents and examples, and nothing else", () => {
		const known = /^(bin|dist|templates|docs|deploy)\/|^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/;

		expect(paths).toEqual(expect.arrayContaining(["bin/agent.cjs", "dist/main.cjs", "README.md", "LICENSE"]));
		expect(paths.filter((path) => !known.test(path))).toEqual([]);
		expect(
			paths.filter((path) => /\.(test|spec)\.|fixture|(^|\/)(src|test|bench|dev)\/|\.map$|\.ts$/.test(path)),
		).toEqual([]);
		expect(
			paths.filter((path) => /\.(key|pem|p12|pfx|jks|env|npmrc|token)$|(^|\/)\.(?!dockerignore)/.test(path)),
		).toEqual(["deploy/compose/.env"]); // versions and a port
	});

	test("holds no key, no credential and no name of the machine that made it", () => {
		// What V8 has compiled goes before a release: it names the folder that it was made in.
		const texts = paths
			.filter((path) => !path.startsWith("dist/compile-cache/"))
			.map((path) => [path, readFileSync(join(ROOT, path), "latin1")] as const);
		const secret =
			/-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/]{40}|\bhv[sb]\.[\w-]{24,}|\bgh[pousr]_\w{30,}|\bnpm_\w{30,}|\bAKIA[0-9A-Z]{16}\b/;

		expect(texts.filter(([, text]) => secret.test(text)).map(([path]) => path)).toEqual([]);
		expect(texts.filter(([, text]) => text.includes(ROOT)).map(([path]) => path)).toEqual([]);
	});

	test("runs nothing when it is installed, and needs no other", () => {
		const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Record<string, unknown>;

		expect(
			Object.keys(manifest["scripts"] as object).filter((name) =>
				/^(pre|post)?install$|^prepare$/.test(name),
			),
		).toEqual([]);
		expect(manifest).not.toHaveProperty("dependencies");
		expect(manifest).not.toHaveProperty("optionalDependencies");
	});

	test("has no file that others may write to, nor one with rights of its own", () => {
		expect(packed.files.filter(({ mode }) => (mode & 0o6022) !== 0)).toEqual([]);
	});
});
