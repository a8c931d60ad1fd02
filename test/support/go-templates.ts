import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GoTemplateCase, GoTemplateResult } from "./go-template-cases.ts";

const SOURCE = join(import.meta.dirname, "../integration/go-templates");

/** Go's own templates, as a program that was built from `test/integration/go-templates`. */
export interface GoTemplates extends Disposable {
	readonly render: (cases: readonly GoTemplateCase[]) => readonly GoTemplateResult[];
}

/** Builds the program with the Go that is there: nothing is downloaded, nothing is left behind. */
export function buildGoTemplates(go: string): GoTemplates {
	const folder = mkdtempSync(join(tmpdir(), "go-templates-"));
	const program = join(folder, "go-templates");
	const env = {
		...process.env,
		GOFLAGS: "-mod=mod",
		GOPROXY: "off",
		GOTOOLCHAIN: "local",
		GOWORK: "off",
		GOCACHE: join(folder, "cache"),
		GOPATH: join(folder, "path"),
	};
	execFileSync(go, ["build", "-o", program, "."], { cwd: SOURCE, env });
	return {
		render(cases) {
			const input = JSON.stringify(cases);
			const { stdout, stderr, status } = spawnSync(program, { input, encoding: "utf8", maxBuffer: 2 ** 28 });
			if (status !== 0) throw new Error(stderr);
			return JSON.parse(stdout) as GoTemplateResult[];
		},
		[Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
	};
}
