import { dirname } from "node:path";
import { orderOf, type Unit } from "../../agent/mod.ts";
import type { AuthConfig, Config, Credential } from "../../config/mod.ts";
import { AgentError, errorCode, ExitCode } from "../../kernel/mod.ts";
import { deliveryOf } from "../assemble.ts";
import type { World } from "../world.ts";
import { failure, type Finding, leftOut, ok, tried, warning } from "./finding.ts";
import type { Machine } from "./machine.ts";

type Delivering = Parameters<typeof deliveryOf>[1];
type Places = Pick<Machine, "stat" | "may" | "isInMemory">;

interface Place {
	readonly path: string;
	/** Another user or group than the agent's own is wanted. */
	readonly isGivenAway: boolean;
}

/** Where files are to be written: template destinations, token sinks, a handover. */
export async function destinationChecks(
	config: Config,
	units: readonly Unit[],
	{ world, machine }: { readonly world: Delivering; readonly machine: Places },
): Promise<readonly Finding[]> {
	const delivery = deliveryOf(config, world);
	const files = units.flatMap((unit) =>
		unit.kind === "file"
			? [{ path: unit.destination, isGivenAway: unit.user !== undefined || unit.group !== undefined, unit }]
			: [],
	);
	const sinks = (config.auth?.sinks ?? []).map(({ path, user, group }) => ({
		path,
		isGivenAway: user !== undefined || group !== undefined,
	}));
	const handover = config.handover === undefined ? [] : [{ path: config.handover.path, isGivenAway: false }];
	const others = [...sinks, ...handover].map((place) => ({ ...place, unit: undefined }));
	if (files.length + others.length === 0) return [leftOut("destination", "the config writes no file")];
	const found = await Promise.all(
		[...files, ...others].map(({ unit, ...place }) =>
			tried("destination", async () => {
				// Compares, and by that refuses links and places outside of allowed_roots; writes nothing.
				if (unit !== undefined) await delivery.plan([orderOf(unit, "")]);
				return [await destination(place, world, machine)];
			}),
		),
	);
	return found.flat();
}

async function destination(
	{ path, isGivenAway }: Place,
	world: Delivering,
	machine: Places,
): Promise<Finding> {
	const wanted = dirname(path);
	const folder = await nearestFolder(wanted, machine);
	if (!(await machine.may(folder, "write"))) {
		return {
			check: "destination",
			result: "failure",
			says: `${path} cannot be written: uid ${world.uid} may not write in ${folder}`,
			remedy: "give the folder to the agent's user, mount the volume writable, or choose another destination",
			exitCode: ExitCode.undeliverable,
		};
	}
	if (isGivenAway && world.uid !== 0) {
		const says = `${path} is to belong to another user or group, which uid ${world.uid} may not be able to do`;
		return warning(
			"destination",
			says,
			"run the agent as root, or in that group, or leave user and group out",
		);
	}
	const isInMemory = await machine.isInMemory(folder);
	if (isInMemory === false && path.startsWith("/vault/secrets/")) {
		const remedy = "mount a volume in memory there: emptyDir with medium: Memory, or a tmpfs";
		return warning("destination", `${path} is on a disk, where secrets outlive the container`, remedy);
	}
	const made = folder === wanted ? "" : ", the folder is still to be made";
	return ok("destination", `${path} can be written${made}${isInMemory ? ", in memory" : ""}`);
}

/** The folder, or the nearest one above that is there. */
async function nearestFolder(folder: string, machine: Places): Promise<string> {
	const isThere = await machine.stat(folder).then(
		() => true,
		() => false,
	);
	return isThere || folder === dirname(folder) ? folder : await nearestFolder(dirname(folder), machine);
}

/** Files that hold what opens Vault. */
export async function credentialChecks(
	config: Config,
	world: World,
	machine: Machine,
): Promise<readonly Finding[]> {
	const files = credentialFiles(config);
	if (files.length === 0) return [leftOut("credentials", "no role id, secret id, token or key is in a file")];
	return await Promise.all(files.map(async (file) => await credential(file, world, machine)));
}

interface CredentialFile {
	readonly what: string;
	readonly path: string;
}

function credentialFiles({ auth, vault, handover }: Config): readonly CredentialFile[] {
	const named = (what: string, path: string | undefined) => (path === undefined ? [] : [{ what, path }]);
	const own = [
		...named("client key", vault.tls.clientKey),
		...named("key of the handover", handover?.keyFile),
	];
	return auth === undefined ? own : [...own, ...loginFiles(auth)];
}

/** Not the tokens of Kubernetes: the kubelet makes them, readable for all in their pod. */
function loginFiles(auth: AuthConfig): readonly CredentialFile[] {
	const fileOf = (what: string, given: Credential | undefined) =>
		given?.kind === "file" ? [{ what, path: given.path }] : [];
	switch (auth.method) {
		case "approle":
			return [...fileOf("role id", auth.roleId), ...fileOf("secret id", auth.secretId)];
		case "token":
			return fileOf("token", auth.token);
		case "cert":
			return auth.own === undefined ? [] : [{ what: "client key", path: auth.own.clientKey }];
		case "jwt":
		case "kubernetes":
			return [];
		default:
			return auth satisfies never;
	}
}

/** Permissions of everybody who is neither owner nor group. */
const OTHERS = 0o007;

async function credential({ what, path }: CredentialFile, world: World, machine: Machine): Promise<Finding> {
	try {
		await world.readText(path);
		const { mode } = await machine.stat(path);
		const octal = (mode & 0o777).toString(8).padStart(4, "0");
		// It is a name, and of no use alone.
		if (what === "role id") return ok("credentials", `the role id in ${path} can be read`);
		return (mode & OTHERS) === 0
			? ok("credentials", `the ${what} in ${path} is closed to others (${octal})`)
			: warning("credentials", `the ${what} in ${path} is open to others (${octal})`, `chmod 0600 ${path}`);
	} catch (error) {
		const code = errorCode(error) ?? "unreadable";
		return failure(
			"credentials",
			new AgentError(`the ${what} cannot be read from ${path} (${code})`, {
				code: "E_CREDENTIAL_FILE",
				exitCode: ExitCode.loginRefused,
				rows: { do: `put the ${what} into that file, readable by the agent's user` },
			}),
		);
	}
}
