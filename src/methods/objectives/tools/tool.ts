/**
 * A function that the model may call while it answers: `export const stock: Tool = { description, parameters, execute }`,
 * named in a recipe as ./tools.ts#stock
 */
export interface Tool<Arguments = never> {
  /** What the model calls it; the export's name unless given. */
  name?: string;
  description: string;
  /** JSON schema of its arguments, an object. What does not keep it is refused, and the model is told why. */
  parameters: Readonly<Record<string, unknown>>;
  /** Text is given to the model as it is, anything else as JSON. What it throws is told to the model too. */
  execute(given: Arguments): unknown;
}

/** A tool as the model is shown it. */
export interface ToolDescription {
  name: string;
  description: string;
  parameters: Readonly<Record<string, unknown>>;
}

/** What came of a call. */
export interface ToolOutcome {
  text: string;
  isFailure: boolean;
}

/** What a failed call is answered with, as TRL writes it. */
export function failedCall(message: string): ToolOutcome {
  return { text: JSON.stringify({ error: message }), isFailure: true };
}
