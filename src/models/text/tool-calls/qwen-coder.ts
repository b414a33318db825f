/** Qwen3-Coder: `<tool_call><function=name><parameter=key>value</parameter></function></tool_call>`. */
import { parseJson } from '../../../files/json.ts';
import { callSchema, type ToolFamily, type WrittenCall } from './family.ts';

const [OPEN, CLOSE] = ['<tool_call>', '</tool_call>'];

export const qwenCoder: ToolFamily = {
  fits: (template) => template.includes('<function=') && template.includes('<parameter='),
  mark: OPEN,
  read(text, isWhole) {
    const close = text.indexOf(CLOSE);
    if (close < 0 && !isWhole) return undefined;
    const call = callIn(close < 0 ? text : text.slice(0, close));
    if (call === undefined) return null;
    return { calls: [call], length: close < 0 ? text.length : close + CLOSE.length };
  },
  // Values are outside of JSON in this form, so no schema can constrain them; the family's older form allows it.
  constraint: (tools, isParallel) => ({
    wrapped: {
      before: `${OPEN}\n`,
      schema: callSchema(tools, 'arguments'),
      after: `\n${CLOSE}`,
      ...(isParallel && { between: '\n' }),
    },
  }),
  holdsOtherForm: true,
  held: (tools, isParallel) => ({
    mark: OPEN,
    schema: callSchema(tools, 'arguments'),
    after: CLOSE,
    ...(isParallel && { between: '' }),
  }),
};

function callIn(text: string): WrittenCall | undefined {
  const name = /<function=([^>\n]+)>/.exec(text)?.[1];
  if (name === undefined) return jsonCall(text);
  const given = text.matchAll(/<parameter=([^>\n]+)>\n?([\s\S]*?)\n?<\/parameter>/g);
  return { name, arguments: Object.fromEntries([...given].map(([, key, value]) => [key, valueOf(value)])) };
}

function jsonCall(text: string): WrittenCall | undefined {
  try {
    const { name, arguments: given } = parseJson(text.slice(OPEN.length)) as WrittenCall;
    return typeof name === 'string' ? { name, arguments: given } : undefined;
  } catch {
    return undefined;
  }
}

/** Numbers, lists and the like are written as JSON, strings unquoted. */
function valueOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
