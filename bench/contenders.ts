import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { goText, handlebarsText, type Job, writeLogin } from "./job.ts";
import { type Command, findOnPath } from "./process.ts";

/** A program that does the job. */
export interface Contender {
	readonly name: string;
	/** Whether it can put a secret into a child's environment. */
	readonly hasChild: boolean;
	/** Writes config and templates. @returns what to start */
	prepare(job: Job): Command;
}

const LAUNCHER = join(import.meta.dirname, "..", "bin", "agent.cjs");

export const keyturn: Contender = {
	name: "keyturn",
	hasChild: true,
	prepare(job) {
		const { roleFile, secretFile } = writeLogin(job);
		for (const { path, source } of job.templates) writeFileSync(source, handlebarsText(path));
		const templates = job.templates.flatMap(({ source, destination }) => [
			`  - source: ${source}`,
			`    destination: ${destination}`,
		]);
		const config = [
			"vault:",
			`  address: ${job.server.address}`,
			"auto_auth:",
			"  method: approle",
			"  config:",
			`    role_id_file_path: ${roleFile}`,
			`    secret_id_file_path: ${secretFile}`,
			"    remove_secret_id_file_after_reading: false",
			...(job.intervalSeconds === undefined ? [] : [`poll_interval: ${job.intervalSeconds}s`]),
			...(job.listener === undefined ? [] : ["listener:", `  address: unix:${job.listener}`]),
			...(templates.length === 0 ? [] : ["templates:", ...templates]),
			...(job.child === undefined
				? []
				: [
						`env: { API_KEY: "${job.child.path}#api_key" }`,
						`exec: { command: ${JSON.stringify(job.child.command)} }`,
					]),
			"",
		];
		const file = join(job.folder, "agent.yaml");
		writeFileSync(file, config.join("\n"));
		const flags = ["--log-format", "json", ...(job.once ? ["--exit-after-auth"] : [])];
		const args = [LAUNCHER, "start", "-c", file, ...flags];
		return { program: process.execPath, args, env: {}, log: join(job.folder, "log") };
	},
};

/** The same with config and templates of Vault Agent's. */
export const keyturnByHcl = agentOf("keyturn by HCL", [process.execPath, LAUNCHER]);

/** `bao agent` and `vault agent` take the same config. */
function agentOf(name: string, [program = "", ...words]: readonly string[]): Contender {
	return {
		name,
		hasChild: true,
		prepare(job) {
			const { roleFile, secretFile } = writeLogin(job);
			for (const { path, source } of job.templates) writeFileSync(source, goText(path));
			const interval = job.intervalSeconds ?? 0;
			const config = [
				`vault { address = "${job.server.address}" }`,
				'auto_auth { method "approle" { config = {',
				`  role_id_file_path = "${roleFile}"`,
				`  secret_id_file_path = "${secretFile}"`,
				"  remove_secret_id_file_after_reading = false",
				"} } }",
				...(interval > 0 ? [`template_config { static_secret_render_interval = "${interval}s" }`] : []),
				...goTemplates(job),
				...(job.child === undefined
					? []
					: [
							`env_template "API_KEY" { contents = "{{ with secret \\"${job.child.path}\\" }}{{ .Data.data.api_key }}{{ end }}" }`,
							`exec { command = ${JSON.stringify(job.child.command)}`,
							'restart_on_secret_changes = "always"',
							"}",
						]),
				"",
			];
			const file = join(job.folder, "agent.hcl");
			writeFileSync(file, config.join("\n"));
			const args = [...words, "agent", `-config=${file}`, ...(job.once ? ["-exit-after-auth"] : [])];
			return { program, args, env: {}, log: join(job.folder, "log") };
		},
	};
}

/** It has no login of its own and is given a token. */
function consulTemplate(program: string): Contender {
	return {
		name: "consul-template",
		hasChild: false,
		prepare(job) {
			for (const { path, source } of job.templates) writeFileSync(source, goText(path));
			const interval = job.intervalSeconds ?? 0;
			const config = [
				"vault {",
				`address = "${job.server.address}"`,
				"renew_token = false",
				...(interval > 0 ? [`default_lease_duration = "${interval}s"`] : []),
				"}",
				...goTemplates(job),
				"",
			];
			const file = join(job.folder, "consul-template.hcl");
			writeFileSync(file, config.join("\n"));
			const args = [`-config=${file}`, ...(job.once ? ["-once"] : [])];
			return { program, args, env: { VAULT_TOKEN: job.server.token }, log: join(job.folder, "log") };
		},
	};
}

function goTemplates({ templates }: Job): string[] {
	return templates.flatMap(({ source, destination }) => [
		"template {",
		`source = "${source}"`,
		`destination = "${destination}"`,
		"}",
	]);
}

/** The peers that are found on PATH. */
export function peersOnPath(): readonly Contender[] {
	const agents = ["bao", "vault"].flatMap((name) => {
		const program = findOnPath(name);
		return program === undefined ? [] : [agentOf(`${name} agent`, [program])];
	});
	const program = findOnPath("consul-template");
	return program === undefined ? agents : [...agents, consulTemplate(program)];
}
