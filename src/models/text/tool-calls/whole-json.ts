/** Families whose calls are the whole answer: an object, or a list of objects. */
import { pushAll } from '../../../base/many.ts';
import { callSchema, callsIn, jsonAt, type ToolFamily, type WrittenCall } from './family.ts';

interface Frame {
  /** Allowed prefixes of the JSON. */
  leads: readonly string[];
  /** Allowed suffix. */
  trailing: RegExp;
  /** Separator of calls, anchored at the start. */
  between?: RegExp;
}

/** Parses an answer that is JSON as a whole, except for its frame. */
function wholeJson({ leads, trailing, between }: Frame): ToolFamily['read'] {
  return (text, isWhole) => {
    const begun = text.trimStart();
    const lead = leads.find((mark) => begun.startsWith(mark)) ?? '';
    // The text so far may still become one of the prefixes.
    if (!isWhole && leads.some((mark) => mark !== begun && mark.startsWith(begun))) return undefined;
    const before = text.length - begun.length + lead.length;
    const calls: WrittenCall[] = [];
    let rest = text.slice(before);
    do {
      const found = jsonAt(rest);
      if (found === undefined) return isWhole ? null : undefined;
      const read = found === null ? undefined : callsIn(found.value);
      if (found === null || read === undefined) return null;
      pushAll(calls, read);
      rest = rest.slice(found.length);
      const apart = between?.exec(rest)?.[0] ?? '';
      if (apart === '') break;
      rest = rest.slice(apart.length);
    } while (rest !== '');
    if (!trailing.test(rest)) return null;
    return isWhole ? { calls, length: text.length } : undefined;
  };
}

/** Llama 3.1 and later: `{"name": …, "parameters": …}`, separated by semicolons. */
export const llama3: ToolFamily = {
  fits: (template) => template.includes('<|start_header_id|>') && template.includes('"parameters"'),
  read: wholeJson({ leads: ['<|python_tag|>'], trailing: /^[\s;]*$/, between: /^\s*;\s*/ }),
  constraint: (tools) => ({ schema: callSchema(tools, 'parameters') }),
  held: (tools, isParallel) => ({
    begins: '{"name"',
    leads: ['<|python_tag|>'],
    schema: callSchema(tools, 'parameters'),
    after: '',
    ...(isParallel && { between: ';' }),
  }),
};

/** Mistral: `[TOOL_CALLS] [{"name": …, "arguments": …}]`, where decoding drops the first token. */
export const mistral: ToolFamily = {
  fits: (template) => template.includes('[TOOL_CALLS]'),
  read: wholeJson({ leads: ['[TOOL_CALLS]'], trailing: /^\s*$/ }),
  constraint: (tools, isParallel) => {
    const { $defs, ...items } = callSchema(tools, 'arguments');
    return { schema: { type: 'array', items, minItems: 1, ...(!isParallel && { maxItems: 1 }), $defs } };
  },
  held: (tools, isParallel) => {
    const { $defs, ...items } = callSchema(tools, 'arguments');
    const schema = { type: 'array', items, minItems: 1, ...(!isParallel && { maxItems: 1 }), $defs };
    return { begins: '[{"name"', leads: ['[TOOL_CALLS]'], schema, after: '' };
  },
};

/** Any other template that shows tools: `{"name": …, "arguments": …}`. */
export const genericJson: ToolFamily = {
  fits: () => true,
  read: wholeJson({ leads: ['```json', '```'], trailing: /^\s*`{0,3}\s*$/ }),
  constraint: (tools) => ({ schema: callSchema(tools, 'arguments') }),
  held: (tools) => ({
    begins: '{"name"',
    leads: ['```json', '```'],
    schema: callSchema(tools, 'arguments'),
    after: '```',
  }),
};
