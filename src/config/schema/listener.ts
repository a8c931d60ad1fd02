import { listenAddressFault } from "../listen-address.ts";
import { address, defaulted, flag, keys, list, note, optional, path, text } from "./fields.ts";

const tls = keys({
	cert: note(
		text("the path of a file"),
		"path",
		"PEM file of the certificate, with those between it and its authority.",
	),
	key: note(text("the path of a file"), "path", "PEM file of its private key."),
	client_ca: note(
		optional(path),
		"path",
		"PEM file of an authority: who shows a certificate of it may ask for everything, as with the token.",
	),
});

/** `listener:` in the file. */
export const listener = keys({
	address: note(
		defaulted(address(listenAddressFault), "127.0.0.1:8190"),
		"address",
		"`host:port` or `unix:/path` (a relative path counts from the config's folder). Where others can reach it, they are answered `/healthz`, `/readyz` and `/metrics`; the rest needs the token or a client certificate. Also `--listen` and `AGENT_LISTENER`.",
	),
	token_file: note(
		optional(path),
		"path",
		"File that holds a token of at least 16 characters; who sends it (`Authorization: Bearer …`) may ask for everything. Also `--listener-token-file`.",
	),
	token: note(
		optional(text("a token")),
		"text",
		"The token itself, such as `${LISTENER_TOKEN}`. Also the variable `AGENT_LISTENER_TOKEN`.",
	),
	tls: note(optional(tls), "map", "HTTPS instead of HTTP."),
	hosts: note(
		defaulted(list(text("a host name"), "a list of host names"), []),
		"list of text",
		"Names besides `localhost` that requests may be meant for; an IP address always is. Others are refused, so that no web page can point a name of its own at the agent.",
	),
	quit: note(
		defaulted(flag, false),
		"true or false",
		"Let `POST /v1/quit` end the agent as SIGTERM does. On this machine's own addresses alone.",
	),
});
