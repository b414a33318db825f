import { Dict, JsonText, parseJson, plainJson } from '@attune/jinja/data';
import { contentParts, type Message, type ToolCall } from './message.ts';

/** An image in a template's input. */
const IMAGE_PART = () => ({ type: 'image' });

/** How a call's arguments are given to a template: as the row has them, or in the other of text and mapping. */
export type ArgumentsForm = 'given' | 'other';

/**
 * The turns as templates expect them: no keys without a value (templates ask `is defined`), null where the row has it
 * as content, no training weight, and `developer` as `system` where a template knows no other.
 */
export function templateMessages(
  messages: readonly Message[],
  source: string,
  { form, inParts = false }: { form: ArgumentsForm; inParts?: boolean },
): Record<string, unknown>[] {
  const knowsDeveloper = source.includes('developer');
  return messages.map((message) => {
    const { weight: _weight, contentless, images, tool_calls: calls, ...turn } = message;
    const shown: Record<string, unknown> = turn;
    if (images !== undefined || inParts) shown.content = contentParts(message, IMAGE_PART);
    if (message.role === 'developer' && !knowsDeveloper) shown.role = 'system';
    if (contentless !== undefined && message.content === '') {
      if (contentless === 'null') shown.content = null;
      else delete shown.content;
    }
    if (calls !== undefined && calls.length > 0) shown.tool_calls = calls.map((call) => withArguments(call, form));
    return shown;
  });
}

function withArguments(call: ToolCall, form: ArgumentsForm): unknown {
  const given = readArguments(call.function.arguments);
  const isText = given instanceof JsonText;
  let shown: unknown = given;
  if (form === 'other' && isText) shown = given.mapping;
  else if (form === 'other' && typeof given === 'object') shown = plainJson(given);
  return { ...call, function: { ...call.function, arguments: shown } };
}

/** Text of a JSON object serves as the text and as the object; other arguments stay what they are. */
function readArguments(given: unknown): unknown {
  if (typeof given !== 'string') return given;
  try {
    const value = parseJson(given);
    return value instanceof Dict ? new JsonText(given, value) : given;
  } catch {
    // Free text as arguments is the model's own business; it is shown as it stands.
    return given;
  }
}

/** A call's arguments as JSON with a space after each comma and colon, as templates write it; free text is quoted. */
export function argumentsJson(given: unknown): string {
  return plainJson(readArguments(given));
}
