/**
 * A function that the model may call while it answers: `export const stock: Tool = { description, parameters, execute }`,
 * named in a recipe as ./tools.ts#stock
 */
export interface Tool<Arguments = never> {
  /** Name for the model; the export's unless given. */
  name?: string;
  description: string;
  /** JSON schema of its arguments, an object. Invalid arguments are rejected with the reason, which the model sees. */
  parameters: Readonly<Record<string, unknown>>;
  /** Text is passed to the model as it is, anything else as JSON. The model sees exceptions, too. */
  execute(given: Arguments): unknown;
}

/** A tool as the model is shown it. */
export interface ToolDescription {
  name: string;
  description: string;
  parameters: Readonly<Record<string, unknown>>;
}

/** Outcome of a call. */
export interface ToolOutcome {
  text: string;
  isFailure: boolean;
}

/** Result of a failed call, as TRL writes it. */
export function failedCall(message: string): ToolOutcome {
  return { text: JSON.stringify({ error: message }), isFailure: true };
}
