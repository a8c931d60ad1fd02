import {
	always,
	command,
	defaulted,
	duration,
	exactlyOne,
	keys,
	note,
	oneOf,
	optional,
	refuse,
	span,
	text,
} from "./fields.ts";

const HTTP = "a path such as /health, or an address such as http://127.0.0.1:4000/health";

/** Not `//host/path`: it would be read as an address. */
const PATH = /^\/(?!\/)[!-~]*$/;

function httpFault(target: string): string | undefined {
	const isAddress = URL.parse(target)?.protocol === "http:" && /^[!-~]+$/.test(target);
	if (!isAddress && !PATH.test(target)) return `expected ${HTTP}`;
	const { username = "", password = "" } = URL.parse(target) ?? {};
	return username + password === "" ? undefined : "an address must not hold a user name or a password";
}

const HOST_AND_PORT = /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/;

const TCP = "true, or host:port such as 127.0.0.1:4000";

function tcpFault(target: string): string | undefined {
	const port = Number(target.slice(target.lastIndexOf(":") + 1));
	return HOST_AND_PORT.test(target) && port > 0 && port <= 65_535 ? undefined : `expected ${TCP}`;
}

/** `exec.ready:` in the file. */
export const ready = keys({
	http: note(
		optional(text(HTTP).check(refuse(httpFault))),
		"path or address",
		"Ready when a GET is answered with 2xx. With rolling a path, asked for on the child's private port; otherwise a whole address.",
	),
	tcp: note(
		optional(oneOf([always(), text(TCP).check(refuse(tcpFault))], () => `expected ${TCP}`)),
		"true or address",
		"Ready when a connection is accepted. With rolling `true`, which is the child's private port; otherwise `host:port`.",
	),
	command: note(
		optional(command()),
		"list of text",
		"Ready when this program ends with 0. It has the child's variables, with rolling `PORT` among them, and `{{port}}` in it stands for the private port; no shell takes part.",
	),
	timeout: note(
		defaulted(span, "60s"),
		"duration",
		"A new child that is not ready by then is ended, and the values before it stay in use.",
	),
	interval: note(defaulted(duration("10ms"), "250ms"), "duration", "Between two questions."),
}).check(refuse((value) => exactlyOne(value, ["http", "tcp", "command"])));
