import {
	defaulted,
	flag,
	keys,
	list,
	note,
	optional,
	pace,
	refuse,
	someText,
	text,
	type Output,
	vaultPath,
} from "./fields.ts";

/** Stands for the field's own name. */
const FIELD_NAME = "{{field}}";

const field = keys({
	field: note(someText, "text", "Field of the secret."),
	name: note(optional(text("a variable's name")), "text", "Its variable. Default: as `name` around it says."),
});

/** One of `env_from:` in the file. */
export const envFrom = keys({
	secret: note(vaultPath, "path in Vault", "Secret whose fields become variables."),
	name: note(
		defaulted(
			text("a name such as APP_{{field}}").check(
				refuse((value) =>
					value.includes(FIELD_NAME)
						? undefined
						: "expected {{field}} in it: all fields would get the same name",
				),
			),
			FIELD_NAME,
		),
		"text",
		"What each variable is called; `{{field}}` in it stands for the name of the field.",
	),
	sanitize: note(
		defaulted(flag, true),
		"true or false",
		"What is no letter, digit or `_` in the name of a variable becomes `_`.",
	),
	upcase: note(defaulted(flag, false), "true or false", "Names are in upper case."),
	fields: note(
		optional(list(field, "a list of fields")),
		"list",
		"When given, of these alone variables are made; one may stand several times. Others are left out.",
	),
	required: note(
		defaulted(flag, true),
		"true or false",
		"False: a missing secret does not hold up the start.",
	),
	poll_interval: note(
		optional(pace),
		"duration",
		"How often the secret is read again, where it has no lease. Default: the top's `poll_interval`.",
	),
	max_age: note(
		optional(pace),
		"duration",
		"The oldest that the secret may become, leased or not. Default: no bound.",
	),
});

/** One of them after the schema's defaults. */
export type FileEnvFrom = Output<typeof envFrom>;
