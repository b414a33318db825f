import { Dict, JsonText, parseJson, plainJson } from '@attune/jinja/data';
import { contentParts, type Message, type ToolCall } from './message.ts';

/** An image in a template's input. */
const IMAGE_PART = () => ({ type: 'image' });

/** How a call's arguments are passed to a template: as in the row, or as the other of text and mapping. */
export type ArgumentsForm = 'given' | 'other';

/**
 * Turns in the form that templates expect: keys without a value are omitted (templates test `is defined`), null content
 * is kept, weights are removed, and `developer` becomes `system` for templates without that role.
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

/** Parses arguments that are the text of a JSON object; others stay unchanged. */
function readArguments(given: unknown): unknown {
  if (typeof given !== 'string') return given;
  try {
    const value = parseJson(given);
    return value instanceof Dict ? new JsonText(given, value) : given;
  } catch {
    // Arguments in free text are shown unchanged.
    return given;
  }
}

/** A call's arguments as JSON with a space after commas and colons, as templates write it; free text is quoted. */
export function argumentsJson(given: unknown): string {
  return plainJson(readArguments(given));
}
