/**
 * A function that the model may call in its answers: `export const stock: Tool = { description, parameters, execute }`,
 * referenced in a recipe as ./tools.ts#stock
 */
export interface Tool<Arguments = never> {
  /** Name shown to the model; the export's by default. */
  name?: string;
  description: string;
  /** JSON schema of the arguments, an object. Invalid arguments are rejected with the reason, which the model sees. */
  parameters: Readonly<Record<string, unknown>>;
  /** Strings are passed to the model unchanged, anything else as JSON. The model sees exceptions, too. */
  execute(given: Arguments): unknown;
}

/** A tool as shown to the model. */
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
