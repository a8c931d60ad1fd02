import type { RefusedFunctions } from "../functions/function.ts";

/** Names in sprig, and why templates here do not have them. */
const REASONS: Readonly<Record<string, readonly string[]>> = {
	"gives something else each time, so that the file would change at every render; keep the value in Vault": [
		"randAlphaNum",
		"randAlpha",
		"randAscii",
		"randNumeric",
		"randBytes",
		"randInt",
		"shuffle",
		"uuidv4",
		"bcrypt",
		"htpasswd",
		"encryptAES",
	],
	"makes a new key or certificate at every render; let Vault issue it, with pkiCert or a role of the PKI engine":
		[
			"genPrivateKey",
			"genCA",
			"genCAWithKey",
			"genSelfSignedCert",
			"genSelfSignedCertWithKey",
			"genSignedCert",
			"genSignedCertWithKey",
			"buildCustomCert",
		],
	"works with moments in time, which templates here do not have; `timestamp` writes the current one": [
		"ago",
		"date",
		"date_in_zone",
		"date_modify",
		"dateInZone",
		"dateModify",
		"htmlDate",
		"htmlDateInZone",
		"must_date_modify",
		"mustDateModify",
		"mustToDate",
		"now",
		"toDate",
		"unixEpoch",
	],
	"reads the agent's environment past all checks; write `env`": ["env", "expandenv"],
	"asks a name server, whose answer no render can be checked against": ["getHostByName"],
	"takes a tenth of a second of every render; keep the derived password in Vault": ["derivePassword"],
};

export const REFUSED: RefusedFunctions = new Map(
	Object.entries(REASONS).flatMap(([reason, names]) =>
		names.map((name): [string, string] => [`sprig_${name}`, reason]),
	),
);
