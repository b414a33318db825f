import { AttuneError } from '../base/errors.ts';
import type { Message, ToolCall, ToolSchema } from './message.ts';
import type { Conversation } from './template.ts';

/** The built-in template that shows tools, for `data.chat_template`. */
export const TOOLS_TEMPLATE = 'attune-tools';

export interface ShownCheck {
  /** The conversation as a text with other words in it; undefined where the template refuses them. */
  render: (conversation: Conversation) => string | undefined;
  /** The template's name for messages, and the row's. */
  template: string;
  place?: string;
}

/**
 * Proves that a template writes a conversation's tools, calls and results, by rendering it with marked words in their
 * place: a call that a template leaves out would be trained as an empty answer. @throws E_TEMPLATE_DROPS_TOOLS
 */
export function checkToolsShown(conversation: Conversation, { render, template, place }: ShownCheck): void {
  const marks = new Marks();
  const marked = markTools(conversation, marks);
  if (marks.all.size === 0) return;
  const text = render(marked);
  if (text === undefined) return;
  const dropped = [...marks.all].filter(([mark]) => !text.includes(mark)).map(([, part]) => part);
  if (dropped.length === 0) return;
  throw new AttuneError('E_TEMPLATE_DROPS_TOOLS', {
    what: `The ${template} leaves out ${[...new Set(dropped)].join(', ')}`,
    got: place === undefined ? undefined : `a conversation with tools (${place})`,
    expected: 'a template that writes tools, tool_calls and the results of tools',
    fix: `train with data.chat_template: ${TOOLS_TEMPLATE}, which writes them, or with a template file that does`,
  });
}

/** Whether a conversation has tools, calls or results of calls. */
export function usesTools({ messages, tools = [] }: Conversation): boolean {
  return tools.length > 0 || messages.some(({ role, tool_calls: calls = [] }) => role === 'tool' || calls.length > 0);
}

/** Words that no template writes itself, each with the name of what it stands for. */
class Marks {
  readonly all = new Map<string, string>();

  mark(part: string): string {
    const mark = `attunemark${this.all.size}x`;
    this.all.set(mark, part);
    return mark;
  }
}

function markTools({ messages, tools, ...rest }: Conversation, marks: Marks): Conversation {
  return {
    ...rest,
    tools: tools?.map((tool) => markTool(tool, marks)),
    messages: messages.map((message) => markMessage(message, marks)),
  };
}

/** OpenAI's form has the schema under `function`, others have it bare. */
function markTool(tool: ToolSchema, marks: Marks): ToolSchema {
  const inner = tool.function;
  if (typeof inner === 'object' && inner !== null) return { ...tool, function: markTool(inner as ToolSchema, marks) };
  return {
    ...tool,
    ...(typeof tool.name === 'string' && { name: marks.mark("tools' names") }),
    ...(typeof tool.description === 'string' && { description: marks.mark("tools' descriptions") }),
  };
}

function markMessage(message: Message, marks: Marks): Message {
  if (message.role === 'tool') return { ...message, content: marks.mark("tools' results") };
  if (message.tool_calls === undefined || message.tool_calls.length === 0) return message;
  return { ...message, tool_calls: message.tool_calls.map((call) => markCall(call, marks)) };
}

function markCall(call: ToolCall, marks: Marks): ToolCall {
  const name = marks.mark("calls' names");
  const marked = { [marks.mark("calls' arguments")]: marks.mark("calls' arguments") };
  return { ...call, function: { ...call.function, name, arguments: marked } };
}
