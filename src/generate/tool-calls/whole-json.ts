/** Families whose answer is calls as a whole: an object, or a list of them. */
import { callSchema, callsIn, jsonAt, type ToolFamily } from './family.ts';

interface Frame {
  /** What may stand in front of the JSON. */
  leads: readonly string[];
  /** All that may stand behind it. */
  trailing: RegExp;
}

/** Reads an answer that is JSON as a whole, but for what may stand around it. */
function wholeJson({ leads, trailing }: Frame): ToolFamily['read'] {
  return (text, isWhole) => {
    const begun = text.trimStart();
    const lead = leads.find((mark) => begun.startsWith(mark)) ?? '';
    // It may still become one of the leads.
    if (!isWhole && leads.some((mark) => mark !== begun && mark.startsWith(begun))) return undefined;
    const before = text.length - begun.length + lead.length;
    const found = jsonAt(text.slice(before));
    if (found === undefined) return isWhole ? null : undefined;
    const calls = found === null ? undefined : callsIn(found.value);
    if (found === null || calls === undefined) return null;
    const rest = text.slice(before + found.length);
    if (!trailing.test(rest)) return null;
    return isWhole ? { calls, length: text.length } : undefined;
  };
}

/** Llama 3.1 and later: `{"name": …, "parameters": …}`, several apart by semicolons. */
export const llama3: ToolFamily = {
  fits: (template) => template.includes('<|start_header_id|>') && template.includes('"parameters"'),
  read: wholeJson({ leads: ['<|python_tag|>'], trailing: /^[\s;]*$/ }),
  constraint: (tools) => ({ schema: callSchema(tools, 'parameters') }),
};

/** Mistral: `[TOOL_CALLS] [{"name": …, "arguments": …}]`, whose first token is not part of the text. */
export const mistral: ToolFamily = {
  fits: (template) => template.includes('[TOOL_CALLS]'),
  read: wholeJson({ leads: ['[TOOL_CALLS]'], trailing: /^\s*$/ }),
  constraint: (tools, isParallel) => {
    const { $defs, ...items } = callSchema(tools, 'arguments');
    return { schema: { type: 'array', items, minItems: 1, ...(!isParallel && { maxItems: 1 }), $defs } };
  },
};

/** Any other template that shows tools: `{"name": …, "arguments": …}`. */
export const genericJson: ToolFamily = {
  fits: () => true,
  read: wholeJson({ leads: ['```json', '```'], trailing: /^\s*`{0,3}\s*$/ }),
  constraint: (tools) => ({ schema: callSchema(tools, 'arguments') }),
};
