import type { ToolCall } from './message.ts';
import { withParsedArguments } from './template-messages.ts';

/** A call as the default chat template writes it, in the Hermes style. */
export function callText(call: ToolCall): string {
  const { name, arguments: given } = withParsedArguments(call).function;
  return `<tool_call>\n{"name": ${JSON.stringify(name)}, "arguments": ${spacedJson(given)}}\n</tool_call>`;
}

/** JSON with a space after each comma and colon, as templates write it. */
function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${spacedJson(item)}`);
  return `{${entries.join(', ')}}`;
}
