/** Hermes 2 and 3, Qwen2.5 and Qwen3, and attune's own template: `<tool_call>{"name": …, "arguments": …}</tool_call>`. */
import { callSchema, callsIn, jsonAt, type ToolFamily } from './family.ts';

const [OPEN, CLOSE] = ['<tool_call>', '</tool_call>'];

export const hermes: ToolFamily = {
  fits: (template) => template.includes(OPEN) && !template.includes('<function='),
  mark: OPEN,
  read(text, isWhole) {
    const found = jsonAt(text.slice(OPEN.length));
    if (found === undefined) return isWhole ? null : undefined;
    const calls = found === null ? undefined : callsIn(found.value);
    if (found === null || calls === undefined) return null;
    const rest = text.slice(OPEN.length + found.length);
    const close = rest.indexOf(CLOSE);
    if (close < 0 && !isWhole) return undefined;
    return { calls, length: text.length - rest.length + (close < 0 ? rest.length : close + CLOSE.length) };
  },
  constraint: (tools, isParallel) => ({
    wrapped: {
      before: `${OPEN}\n`,
      schema: callSchema(tools, 'arguments'),
      after: `\n${CLOSE}`,
      ...(isParallel && { between: '\n' }),
    },
  }),
  held: (tools, isParallel) => ({
    mark: OPEN,
    schema: callSchema(tools, 'arguments'),
    after: CLOSE,
    ...(isParallel && { between: '' }),
  }),
};
