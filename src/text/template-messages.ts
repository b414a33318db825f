import { parseJson } from '../files/json.ts';
import type { Message, ToolCall } from './message.ts';

/**
 * The turns as templates expect them: no keys without a value (templates ask `is defined`), no training weight, tool
 * arguments as objects (OpenAI sends them as JSON text), and `developer` as `system` where a template knows no other.
 */
export function templateMessages(messages: readonly Message[], source: string): Record<string, unknown>[] {
  const knowsDeveloper = source.includes('developer');
  return messages.map((message) => {
    const { weight: _weight, tool_calls: calls, ...rest } = message;
    const turn: Record<string, unknown> = Object.fromEntries(
      Object.entries(rest).filter(([, value]) => value !== undefined),
    );
    if (message.role === 'developer' && !knowsDeveloper) turn.role = 'system';
    if (calls !== undefined && calls.length > 0) turn.tool_calls = calls.map(withParsedArguments);
    return turn;
  });
}

/** OpenAI sends arguments as JSON text. */
export function withParsedArguments(call: ToolCall): ToolCall {
  if (typeof call.function.arguments !== 'string') return call;
  try {
    const parsed: unknown = parseJson(call.function.arguments);
    if (typeof parsed !== 'object' || parsed === null) return call;
    return { ...call, function: { ...call.function, arguments: parsed } };
  } catch {
    // Free text as arguments is the model's own business; it is shown as it stands.
    return call;
  }
}
