import { styleText } from "node:util";

type Colour = "green" | "red" | "dim" | "bold";

/** Colours a text, or leaves it as it is where colours are not wanted. */
export type Paint = (colour: Colour, text: string) => string;

export const plain: Paint = (_colour, text) => text;

export const colourful: Paint = (colour, text) => styleText(colour, text, { validateStream: false });
