import { dirname, resolve } from "node:path";
import { refusePlainAddress } from "./cert-login.ts";
import { checkSettings } from "./check.ts";
import { child } from "./child.ts";
import type { Config } from "./config.ts";
import { type FileInput, readSettings } from "./config-file.ts";
import { compact, type Context, milliseconds } from "./context.ts";
import { templates } from "./delivery.ts";
import { applyReferences, applyVariables, type EnvCredentials, readCredentials } from "./environment.ts";
import { envFrom } from "./env-from.ts";
import { ConfigError, type Problem } from "./errors.ts";
import { applyCommand, applyFlags, type Flags } from "./flags.ts";
import type { ForeignSettings } from "./foreign.ts";
import { handover } from "./handover.ts";
import { applyListenerAddress, applyListenerToken, listener } from "./listener.ts";
import { logging } from "./logging.ts";
import { login, missingCredential } from "./login.ts";
import { refuseSharedAddress } from "./rolling.ts";
import type { FileConfig } from "./schema/file.ts";
import { server } from "./server.ts";
import { Settings } from "./settings.ts";
import { variables } from "./variables.ts";
import { warningsOf } from "./warnings.ts";
import { refuseWrapped } from "./wrapped-login.ts";

export interface ConfigInput extends FileInput {
	readonly flags: Flags;
	/** Whether the log goes to a person. Decides the default of `log.format`. */
	readonly isTerminal: boolean;
	/** In place of the file: one of another program, translated. */
	readonly foreign?: ForeignSettings;
	/** False for what works without Vault: then an address and credentials may be absent. Default true. */
	readonly needsServer?: boolean;
}

/**
 * Reads the file, puts variables and then flags over it, checks all of it and freezes it.
 *
 * @throws ConfigError with every problem that was found
 */
export async function loadConfig(input: ConfigInput): Promise<Config> {
	const { foreign } = input;
	// In keys of its own; what would follow from them is said in ours.
	if (foreign !== undefined && foreign.problems.length > 0) throw refused(foreign.problems, foreign);
	const settings = foreign === undefined ? await readSettings(input) : new Settings(foreign);
	applyCommand(settings, input.flags);
	applyVariables(settings, { ...input, isBelow: foreign?.isOverVariables === true });
	applyReferences(settings, input.env);
	applyListenerAddress(settings, input.env, input.cwd);
	applyFlags(settings, input.flags, input.cwd);
	applyListenerToken(settings, input);

	const { places } = settings;
	const checked = checkSettings(settings.tree, places);
	const problems = [...settings.problems, ...("problems" in checked ? checked.problems : [])];
	if ("problems" in checked || problems.length > 0) throw refused(problems, foreign);

	const folder = input.file === undefined ? input.cwd : dirname(resolve(input.cwd, input.file));
	const context: Context = { places, problems, resolve: (path) => resolve(folder, path) };
	const config = normalize(checked.output, input, context);
	if (problems.length > 0) throw refused(problems, foreign);
	return freeze(config);
}

/** The error of a config with problems, which what another program drops may have caused. */
export function refused(problems: readonly Problem[], foreign: ForeignSettings | undefined): ConfigError {
	return new ConfigError([...problems, ...(foreign?.dropped ?? [])]);
}

function normalize(file: FileConfig, input: ConfigInput, context: Context): Config {
	const { needsServer = true, foreign } = input;
	const credentials = readCredentials(input.env, input.cwd);
	const vault = server(file.vault, context);
	if (needsServer) requireServer(file, credentials, context);
	const auth = login(file.auto_auth, credentials, context);
	refusePlainAddress(file, context);
	refuseWrapped(file, context);
	const exec = child(file, context);
	const answering = listener(file.listener, context);
	const files = templates(file, exec, context);
	const handedOver = handover(file, { auth, templates: files }, context);
	refuseSharedAddress(exec, answering, context);
	const config = compact({
		...originOf(input),
		watch: file.watch,
		vault,
		auth,
		pollIntervalMs: milliseconds(file.poll_interval),
		templates: files,
		allowedRoots: file.allowed_roots.map((root) => context.resolve(root)),
		fileRoots: file.file_roots.map((root) => context.resolve(root)),
		envFrom: envFrom(file.env_from),
		env: variables(file.env, context),
		exec,
		listener: answering,
		handover: handedOver,
		log: logging(file.log, input, context),
		pidFile: file.pid_file === undefined ? undefined : context.resolve(file.pid_file),
		exitAfterAuth: file.exit_after_auth,
		timeoutMs: milliseconds(file.timeout) || undefined,
		onMissing: file.on_missing,
		giveUpAfterMs: file.give_up_after === undefined ? undefined : milliseconds(file.give_up_after),
	});
	return {
		...config,
		warnings: [
			...(foreign?.warnings ?? []),
			...warningsOf(config, { environment: input.env, places: context.places }),
		],
		unsupported: foreign?.unsupported ?? [],
	};
}

/** Where it comes from. */
function originOf({ file, foreign, cwd }: ConfigInput): Pick<Config, "origin" | "files"> {
	if (foreign !== undefined) return { origin: foreign.origin, files: foreign.files };
	if (file === undefined) return { origin: "flags and environment", files: [] };
	return { origin: file, files: [resolve(cwd, file)] };
}

function requireServer(file: FileConfig, credentials: EnvCredentials, context: Context): void {
	const report = (path: string[], message: string) =>
		context.problems.push({ place: context.places.of(path), message });
	if (file.vault.address === undefined) {
		report(
			["vault"],
			"no Vault address; set VAULT_ADDR, pass --address, or write vault.address in the config file",
		);
	}
	const missing = missingCredential(file, credentials);
	if (missing !== undefined) report(["auto_auth", "config"], missing);
}

/** All the way down. Secrets keep their value in a private field and are not harmed. */
function freeze<T extends object>(value: T): T {
	for (const part of Object.values(value)) {
		if (typeof part === "object" && part !== null) freeze(part as object);
	}
	return Object.freeze(value);
}
