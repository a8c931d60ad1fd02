import { resolve } from "node:path";
import { fromFolder } from "./listen-address.ts";
import type { Path } from "./place.ts";
import type { Settings } from "./settings.ts";

/** What the command line says; what it leaves out is absent. Texts are as typed. */
export interface Flags {
	readonly address?: string;
	readonly namespace?: string;
	/** `NAME=path#field`, each. */
	readonly env?: readonly string[];
	/** `SRC:DST`, each; paths count from the working folder. */
	readonly templates?: readonly string[];
	readonly onChange?: string;
	/** The child's public address. */
	readonly execListen?: string;
	/** How a new child is asked whether it is up, in a word. */
	readonly execReady?: string;
	/** How long a child that is replaced may keep what is open with it. */
	readonly execDrainTimeout?: string;
	/** The child, as it stood after `--`. */
	readonly command?: readonly string[];
	readonly pollInterval?: string;
	readonly timeout?: string;
	readonly exitAfterAuth?: boolean;
	/** Address of the listener. */
	readonly listen?: string;
	/** Counts from the working folder. */
	readonly listenerTokenFile?: string;
	readonly logLevel?: string;
	readonly logFormat?: string;
	/** What the flags of another program say, each by its own name and by the key of the file that says the same. */
	readonly settings?: readonly FlagSetting[];
}

/** One setting from a command line. */
export interface FlagSetting {
	/** As it was typed, such as `-ca-cert`. */
	readonly name: string;
	readonly path: Path;
	readonly value: unknown;
}

/** Flags that say what one key of the file says. */
const KEYS = [
	["address", "--address", ["vault", "address"]],
	["namespace", "--namespace", ["vault", "namespace"]],
	["pollInterval", "--poll-interval", ["poll_interval"]],
	["timeout", "--timeout", ["timeout"]],
	["exitAfterAuth", "--exit-after-auth", ["exit_after_auth"]],
	["listen", "--listen", ["listener", "address"]],
	["logLevel", "--log-level", ["log", "level"]],
	["logFormat", "--log-format", ["log", "format"]],
] as const;

/** Puts the child's command over the file's; before variables are read, which matter only where there is a child. */
export function applyCommand(settings: Settings, { command = [] }: Flags): void {
	if (command.length > 0) settings.set(["exec", "command"], [...command], "command after --");
}

/** Puts the flags over everything else. Variables replace those of the same name; templates are added. */
export function applyFlags(settings: Settings, flags: Flags, cwd: string): void {
	for (const [flag, name, path] of KEYS) {
		const { [flag]: value } = flags;
		if (value !== undefined)
			settings.set(path, flag === "listen" ? fromFolder(flags[flag] ?? "", cwd) : value, name);
	}
	for (const { name, path, value } of flags.settings ?? []) settings.set(path, value, name);
	for (const assignment of flags.env ?? []) applyEnv(settings, assignment);
	for (const pair of flags.templates ?? []) applyTemplate(settings, pair, cwd);
	applyChild(settings, flags, cwd);
}

/** Flags about the child, which are of no use without one. */
function applyChild(
	settings: Settings,
	{ onChange, execListen, execReady, execDrainTimeout }: Flags,
	cwd: string,
): void {
	const given = [
		["--on-change", "on_change", onChange],
		["--exec-listen", "listen", execListen && fromFolder(execListen, cwd)],
		["--exec-ready", "ready", execReady && readyOf(execReady)],
		["--exec-drain-timeout", "drain_timeout", execDrainTimeout],
	] as const;
	for (const [name, key, value] of given) {
		if (value === undefined) continue;
		if (settings.get(["exec", "command"]) === undefined)
			settings.report(name, "there is no child to do it with; write its command after --");
		else settings.set(["exec", key], value, name);
	}
}

/** `/health`, `http://127.0.0.1:4000/health`, `tcp`, `tcp:127.0.0.1:4000`. */
function readyOf(text: string): object {
	if (text === "tcp") return { tcp: true };
	return text.startsWith("tcp:") ? { tcp: text.slice("tcp:".length) } : { http: text };
}

function applyEnv(settings: Settings, assignment: string): void {
	const equals = assignment.indexOf("=");
	if (equals > 0) {
		const name = assignment.slice(0, equals);
		settings.set(["env", name], assignment.slice(equals + 1), `--env ${name}`);
	} else
		settings.report(
			"--env",
			"expected NAME=path#field, such as OPENAI_API_KEY=secret/data/llm/openai#api_key",
		);
}

function applyTemplate(settings: Settings, pair: string, cwd: string): void {
	const [source, destination, ...more] = pair.split(":");
	if (source && destination && more.length === 0) {
		const template = { source: resolve(cwd, source), destination: resolve(cwd, destination) };
		settings.push(["templates"], template, "--template");
	} else
		settings.report(
			"--template",
			"expected SOURCE:DESTINATION, such as openai.env.hbs:/vault/secrets/openai.env",
		);
}
