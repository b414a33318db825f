/** Families whose answer is calls as a whole: an object, or a list of them. */
import { callSchema, callsIn, jsonAt, type ToolFamily } from './family.ts';

/** Reads an answer that begins with JSON and has nothing behind it but what `trailing` allows. */
function wholeJson({ lead, trailing }: { lead: RegExp; trailing: RegExp }): ToolFamily['read'] {
  return (text, isWhole) => {
    const before = lead.exec(text)?.[0].length ?? 0;
    const found = jsonAt(text.slice(before));
    if (found === undefined) return isWhole ? null : undefined;
    const calls = found === null ? undefined : callsIn(found.value);
    if (found === null || calls === undefined) return null;
    const rest = text.slice(before + found.length);
    if (!isWhole) return trailing.test(rest) ? undefined : null;
    return trailing.test(rest) ? { calls, length: text.length } : null;
  };
}

/** Llama 3.1 and later: `{"name": …, "parameters": …}`, several apart by semicolons. */
export const llama3: ToolFamily = {
  fits: (template) => template.includes('<|start_header_id|>') && template.includes('"parameters"'),
  read: wholeJson({ lead: /^\s*(?:<\|python_tag\|>)?/, trailing: /^[\s;]*$/ }),
  constraint: (tools) => ({ schema: callSchema(tools, 'parameters') }),
};

/** Mistral: `[TOOL_CALLS] [{"name": …, "arguments": …}]`, whose first token is not part of the text. */
export const mistral: ToolFamily = {
  fits: (template) => template.includes('[TOOL_CALLS]'),
  read: wholeJson({ lead: /^\s*(?:\[TOOL_CALLS\])?/, trailing: /^\s*$/ }),
  constraint: (tools, isParallel) => {
    const { $defs, ...items } = callSchema(tools, 'arguments');
    return { schema: { type: 'array', items, minItems: 1, ...(!isParallel && { maxItems: 1 }), $defs } };
  },
};

/** Any other template that shows tools: `{"name": …, "arguments": …}`. */
export const genericJson: ToolFamily = {
  fits: () => true,
  read: wholeJson({ lead: /^\s*(?:```json)?/, trailing: /^\s*(?:```)?\s*$/ }),
  constraint: (tools) => ({ schema: callSchema(tools, 'arguments') }),
};
