/** The long part of the fault suite runs as well: `npm run test:faults -- --long`. */
export const long = process.env["KEYTURN_FAULTS"] === "long";
