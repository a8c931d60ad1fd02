import { addressFault } from "../address.ts";
import {
	defaulted,
	flag,
	keys,
	list,
	note,
	oneOf,
	optional,
	orEmpty,
	pace,
	path,
	refuse,
	someText,
	span,
	text,
	vaultPath,
	word,
} from "./fields.ts";
import { sinks } from "./sink.ts";

const ADDRESSES = "an address such as https://vault.example:8200, or a list of them";
const address = () => text("an address").check(refuse(addressFault));
const noAddress = (addresses: readonly string[]) =>
	addresses.length === 0 ? `expected ${ADDRESSES}` : undefined;

/** `vault:` in the file. */
export const vault = keys({
	address: note(
		optional(
			oneOf([address(), list(address(), ADDRESSES).check(refuse(noAddress))], () => `expected ${ADDRESSES}`),
		),
		"address, or list",
		"Where Vault or OpenBao answers. Of a list the next one is taken on a connect error or when sealed. There is no default: an agent never guesses its server.",
	),
	namespace: note(optional(someText), "text", "Namespace of every request."),
	ca_cert: note(
		optional(path),
		"path",
		"PEM file of the authorities that may sign the server's certificate.",
	),
	ca_path: note(optional(path), "path", "Folder of such PEM files."),
	client_cert: note(optional(path), "path", "PEM file of the certificate that the agent shows."),
	client_key: note(optional(path), "path", "PEM file of its private key."),
	tls_server_name: note(
		optional(someText),
		"text",
		"Name that the server's certificate must carry. Default: the host of the address.",
	),
	tls_skip_verify: note(
		defaulted(flag, false),
		"true or false",
		"Take any certificate. Anyone on the way can then read every secret: for trying out only.",
	),
	timeout: note(defaulted(span, "30s"), "duration", "Bound on one request."),
});

const autoAuthConfig = keys({
	role_id: note(optional(someText), "text", "AppRole's role id. Default: `VAULT_ROLE_ID`."),
	role_id_file_path: note(
		optional(path),
		"path",
		"File that holds the role id. Default: `VAULT_ROLE_ID_FILE`.",
	),
	secret_id: note(
		optional(someText),
		"text",
		"AppRole's secret id; better in a file. Leave it out for a role that binds none. Default: `VAULT_SECRET_ID`.",
	),
	secret_id_file_path: note(
		optional(path),
		"path",
		"File that holds the secret id. Default: `VAULT_SECRET_ID_FILE`.",
	),
	remove_secret_id_file_after_reading: note(
		defaulted(flag, true),
		"true or false",
		"Remove the secret id's file once Vault has answered a login with it.",
	),
	secret_id_response_wrapping_path: note(
		optional(vaultPath),
		"path in Vault",
		"The secret id is wrapped: what is given is a wrapping token, which must have been made at this path, such as `auth/approle/role/gateway/secret-id`.",
	),
	role: note(optional(someText), "text", "Role to log in with, for methods `kubernetes` and `jwt`."),
	token_path: note(
		optional(path),
		"path",
		"File that holds the service account's token, for method `kubernetes`; read again at every login. Default: `/var/run/secrets/kubernetes.io/serviceaccount/token`.",
	),
	path: note(
		optional(path),
		"path",
		"File that holds the JWT, for method `jwt`; once it is gone, the last JWT serves until it expires.",
	),
	remove_jwt_after_reading: note(
		optional(flag),
		"true or false",
		"Remove the JWT's file once Vault has answered a login with it. Default: `true`, as in Vault Agent.",
	),
	remove_jwt_follows_symlinks: note(
		optional(flag),
		"true or false",
		"Where the JWT's file is a link, remove the file that it leads to and leave the link. Default: false.",
	),
	jwt_read_period: note(
		optional(pace),
		"duration",
		"Look for a new JWT so often, and log in anew as soon as there is one. Default: a new JWT is for the next login.",
	),
	token: note(
		optional(someText),
		"text",
		"The token, for method `token`; better in a file. Default: the token in `VAULT_TOKEN`.",
	),
	token_file_path: note(
		optional(path),
		"path",
		"File that holds the token, for method `token`: the token alone, or the JSON of a login. The `.vault-token` in a home is read only when it is named here. Default: the token in `VAULT_TOKEN`.",
	),
	unwrap_token: note(
		optional(flag),
		"true or false",
		"The token is wrapped: what is given is a wrapping token, or the JSON that a sink with `wrap_ttl` holds. It is unwrapped once, at the start. Default: false.",
	),
	name: note(
		optional(someText),
		"text",
		"Role of method `cert` to log in with. Default: whichever role the certificate fits.",
	),
	client_cert: note(
		optional(path),
		"path",
		"PEM file of the certificate for method `cert`, when the login shows another one. Default: `vault.client_cert`.",
	),
	client_key: note(optional(path), "path", "PEM file of its private key. Default: `vault.client_key`."),
	ca_cert: note(
		optional(path),
		"path",
		"PEM file of the authorities that may sign the server's certificate at such a login. Default: `vault.ca_cert`.",
	),
	reload: note(
		optional(flag),
		"true or false",
		"Read the certificate of method `cert` again before each login. Default: true, unlike Vault Agent's.",
	),
});

/** `auto_auth:` in the file. */
export const autoAuth = keys({
	method: note(
		word(["approle", "cert", "jwt", "kubernetes", "token"]),
		"approle, cert, jwt, kubernetes or token",
		"How the agent logs in.",
	),
	mount_path: note(
		optional(vaultPath),
		"path in Vault",
		"Where the login method is mounted. Default: `auth/<method>`.",
	),
	namespace: note(
		optional(someText),
		"text",
		"Namespace of the login when it is another one. Default: `vault.namespace`.",
	),
	config: note(orEmpty(autoAuthConfig), "map", "What the method needs, below."),
	min_backoff: note(
		defaulted(span, "1s"),
		"duration",
		"Upper bound of the first pause after a failed login or renewal.",
	),
	max_backoff: note(defaulted(span, "5m"), "duration", "Upper bound of every such pause."),
	wrap_ttl: note(
		optional(span),
		"duration",
		"Have Vault wrap the login's token for so long: the agent never holds it, and the one sink gets the wrapping (JSON, as Vault Agent does) for somebody else to unwrap. Nothing can be rendered then.",
	),
	exit_on_err: note(
		defaulted(flag, false),
		"true or false",
		"End the agent when a login fails, whatever the reason; otherwise it is tried again. A renewal that fails is none.",
	),
	sinks,
	revoke_on_shutdown: note(
		defaulted(flag, false),
		"true or false",
		"Revoke the token when the agent ends, whatever ends it, and remove the sinks that hold it; its credentials on loan end with it. A token that was given to the agent is left alone: what came of it is revoked one by one, which takes `update` on `sys/leases/revoke`, as it does for a batch token.",
	),
});
