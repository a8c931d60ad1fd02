// What docs/operations.md says about log events, HTTP routes and variables. `dev/docs-operations.ts` fails when a name
// here and in the source differ.

export interface EventRow {
	readonly when: string;
	/** Levels that the source computes, so that they cannot be read from it. */
	readonly levels?: readonly string[];
}

export const EVENT_TABLE: Readonly<Record<string, EventRow>> = {
	child: {
		when: "the child was started, ready, stopped, ended, put back; in rolling also switched and drained; `kind` says which, with `pid`, `generation` and the exit code",
		levels: ["debug", "info", "warn", "error"],
	},
	clock: {
		when: "the wall clock was set, the machine was suspended (`slept_seconds`: what came due meanwhile is done at once), or the process was stopped (`stopped_seconds`)",
	},
	command: { when: "a line of what a command of `on_change` says; `command`, `stream`" },
	certificate: {
		when: "one that stands in the file of its template is good, so that no other is asked for; at `debug` why a file is not looked at",
	},
	config: { when: "something in the config is allowed and likely to be a mistake" },
	"delivery failed": { when: "a generation could not be written; the one before it stands" },
	failed: { when: "the last line of a run that ends with an error: `code`, and `exit`" },
	handover: {
		when: "token and credentials were left for the next agent, were taken over from the one before, or could not be and why",
		levels: ["info", "warn"],
	},
	lease: {
		when: "a lease was renewed, replaced, revoked, or could not be; `path`",
		levels: ["debug", "warn"],
	},
	front: {
		when: "in rolling: clients are turned away, for no child takes them; said every ten seconds at most",
	},
	listener: { when: "the listener answers at an address, or could not be changed" },
	"log file": { when: "`log.file` cannot be written, or can again; the agent goes on" },
	login: { when: "logged in (`ttl`, `policies`), or a login or renewal failed and when it is tried again" },
	"notification failed": {
		when: "a signal, command, call or restart failed and is tried again; of a command with its text (`run`) and the last lines of its stderr (`said`)",
	},
	"pid file": { when: "the process whose id is in `pid_file` is still running, or the file is left behind" },
	"read failed": { when: "reads began to fail; said once for an outage, with the generation that is served" },
	recovered: { when: "reads work again, and after how long" },
	rejected: {
		when: "the child did not live with a generation; the one before it was put back or, in rolling, goes on and the new one is tried again",
	},
	reload: { when: "config and templates were read again and are in force, or are refused and why" },
	"render failed": { when: "one file or variable cannot be rendered; its last good version stays" },
	rendered: {
		when: "a generation was delivered: its number, files and variables (names), secrets and versions",
	},
	renewed: { when: "the token was renewed" },
	request: { when: "each request to Vault: method, path, status" },
	revoked: { when: "a token of ours was revoked, or could not be" },
	rotated: {
		when: "the record of one rotation: `path`, `from_version`, `version`, `request_id`, `generation`, `files`, `variables`, `turned_over`, `took_seconds`",
	},
	rotation: {
		when: "a secret changed: `path`, `version`, `request_id`, and how long after the write it was seen",
	},
	sink: {
		when: "a sink got the token, could not be written, or holds one that is not used",
		levels: ["info", "warn"],
	},
	stopping: {
		when: "a signal or `POST /v1/quit` ends an agent without a child; with one, its event `child` says so",
	},
	systemd: { when: "systemd cannot be told how the agent is" },
	template: {
		when: "a template gave something that is no error and most likely not what was meant: a field that is not there, a value that breaks out of its quotes; `in`, `path`, `field`, once until it changes",
	},
	tls: {
		when: "certificate, key or CA were read again: a new one is in force, or a half-written pair is not",
	},
	"turned over": {
		when: "a signal, command or call for a generation has happened, or its child stands; in rolling with `pid`, `ready_seconds`, `from` and what was `open` with that",
	},
	vault: { when: "at the start: the server that is used, whatever named it; `addresses`, `namespace`" },
	waiting: { when: "the first delivery still waits, and for what; every ten seconds" },
};

export const ROUTE_TABLE: Readonly<Record<string, string>> = {
	"/healthz":
		"200 while the agent itself works, whatever Vault does; 503 when one piece of its work has taken 15 minutes",
	"/readyz":
		"200 when the token is valid, everything required is rendered and delivered, and the child is up; otherwise 503; the body names what is missing",
	"/metrics": "Prometheus text",
	"/agent/v1/metrics": "the same, where Vault Agent has it, whatever `format` is asked for",
	"/v1/status": "everything that `agent status` shows, as JSON; no values",
	"/v1/refresh":
		"reads config, templates, credential files and every secret now, as SIGHUP does; answers 202 at once",
	"/": "a page for people; loads itself every 5 s",
	"/v1/quit": "ends the agent as SIGTERM does; only with `listener.quit`",
	"/agent/v1/quit": "the same, where Vault Agent has it",
};

/** Besides those that stand for keys of the config. */
export const VARIABLE_TABLE: Readonly<Record<string, string>> = {
	AGENT_CONFIG: "the config file",
	AGENT_LISTENER: "where the agent answers, and where `status` and `refresh` ask",
	AGENT_LISTENER_TOKEN:
		"the token that opens the listener; passed to the child only when `inherit_env` names it",
	AGENT_TERMINATION_LOG:
		"where the last error is left instead of `/dev/termination-log`; the file has to be there",
	BAO_AGENT_CONFIG_PATH: "the config of `agent agent`, where no `-config` names one",
	VAULT_AGENT_CONFIG_PATH: "the same",
	BAO_TOKEN: "the token that `vault token revoke -self` revokes; see below for logins",
	VAULT_TOKEN: "the same",
	HOME: "`~/.vault-token` there is taken where neither is set",
	NOTIFY_SOCKET: "systemd's; with it the agent tells systemd how it is",
	WATCHDOG_USEC: "systemd's; the agent tells it twice in this time that it works",
	NODE_DEBUG: "taken away at the start: with it Node prints tokens",
	NO_COLOR: "no colours",
	PATH: "where the child's program and the commands of `on_change` are found",
};
