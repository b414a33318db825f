import type { ToolCall } from './message.ts';
import { argumentsJson } from './template-messages.ts';

/** A tool call as the default chat template writes it, in Hermes style. */
export function callText(call: ToolCall): string {
  const { name, arguments: given } = call.function;
  return `<tool_call>\n{"name": ${JSON.stringify(name)}, "arguments": ${argumentsJson(given)}}\n</tool_call>`;
}
