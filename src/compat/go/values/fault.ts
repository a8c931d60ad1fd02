/** Thrown for values that nothing can be made of. Its message is Go's, without any value. */
export class GoFault extends Error {
	override readonly name = "GoFault";
}
