import { requestOf, type TemplateInputs, type TemplateRequest } from "../../../template/mod.ts";
import { absentSecret } from "./absence.ts";
import { inBraces } from "../language/errors.ts";
import type { Execution } from "./execution.ts";
import { secretStruct } from "../values/from-vault.ts";
import type { SideFile, Surroundings } from "../functions/function.ts";
import { GoFault } from "../values/fault.ts";
import { Output } from "./output.ts";
import type { Provenance } from "./result.ts";
import { executeTemplate } from "./statements.ts";
import { GoMap, type GoStruct } from "../values/values.ts";

/** A side file, with whether something from outside is in it. */
export interface Written {
	readonly file: SideFile;
	readonly isForeign: boolean;
}

/** What one pass has asked for and written beside its own text. */
export class Exchange {
	readonly requests: TemplateRequest[] = [];
	readonly missing: TemplateRequest[] = [];
	readonly files: Written[] = [];
	readonly #inputs: TemplateInputs;
	readonly #fileRoots: readonly string[];

	constructor(inputs: TemplateInputs, fileRoots: readonly string[]) {
		this.#inputs = inputs;
		this.#fileRoots = fileRoots;
	}

	/** What the functions of an execution can reach; it is told where each thing came from. */
	surroundings(execution: Execution): Surroundings {
		const inputs = this.#inputs;
		const touched = <T>(value: T): T => {
			execution.touch({ isForeign: true });
			return value;
		};
		return {
			env: (name) => touched(inputs.env(name)),
			readFile: (path) => touched(inputs.readFile(path, this.#fileRoots)),
			now: () => inputs.now(),
			interfaces: () => touched(inputs.interfaces?.() ?? {}),
			ask: (request) => this.#ask(execution, request),
			told: (name) => toldName(execution, name),
			execute: (name, data) => {
				if (!execution.program.templates.has(name))
					throw new GoFault(`template "${toldName(execution, name)}" not defined`);
				const outer = execution.output;
				const inner = new Output();
				execution.output = inner;
				executeTemplate(execution, name, () => ({ ...execution.touched(), value: data }));
				execution.output = outer;
				for (const piece of inner.pieces) {
					if (piece.kind === "value") execution.touch({ isForeign: true, ...fromOf(piece.origin) });
				}
				return inner.toString();
			},
			spend: (letters) => execution.spend(letters),
			writeFile: (file) => void this.files.push({ file, isForeign: execution.touched().isForeign === true }),
			scratch: new GoMap("interface {}", new Map()),
		};
	}

	#ask(
		execution: Execution,
		{ kind, path, version, parameters }: TemplateRequest,
	): GoStruct | readonly string[] | "pending" {
		const place = execution.place();
		const words = {
			kind,
			path,
			...(version !== undefined && { version }),
			...(parameters && { parameters }),
		};
		const request = requestOf(words, { ...place, expression: inBraces(place) });
		this.requests.push(request);
		const found = this.#inputs.lookup(request);
		switch (found.kind) {
			case "pending":
				this.missing.push(request);
				return "pending";
			case "failed":
				throw found.error;
			case "absent":
				// As there: a list of nothing is an empty one, and a secret that is not there an error.
				if (kind === "list") return [];
				throw absentSecret(place, { ...found, ...(version !== undefined && { pinned: version }) });
			case "names":
				execution.touch({ isForeign: true, from: { path: request.path } });
				return found.names;
			case "secret": {
				const { secret } = found;
				const hasVersions = secret.version !== undefined;
				const from: Provenance = {
					path: secret.path,
					...(secret.version !== undefined && { version: secret.version }),
					...(hasVersions && { isEnvelope: true }),
				};
				execution.touch({ isForeign: true, from });
				return secretStruct(secret);
			}
			default:
				return found satisfies never;
		}
	}
}

/** Letters of a name that a message repeats. */
const LONGEST_NAME = 1024;

function toldName(execution: Execution, name: string): string {
	const isComputed = execution.touched().isForeign || name.length > LONGEST_NAME;
	return isComputed ? `(${name.length} letters)` : name;
}

function fromOf({ path, field }: { readonly path?: string; readonly field?: string }): {
	readonly from?: Provenance;
} {
	return path === undefined ? {} : { from: { path, ...(field !== undefined && { field }) } };
}
