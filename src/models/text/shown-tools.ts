import { AttuneError } from '../../base/errors.ts';
import { withContent, type Message, type ToolCall, type ToolSchema } from './message.ts';
import type { Conversation } from './chat-templates.ts';
import { hasWords, withArguments } from './turn-places.ts';

/** The built-in template that shows tools, for `data.chat_template`. */
export const TOOLS_TEMPLATE = 'attune-tools';

export interface ShownCheck {
  /** The conversation as a text with other words in it; undefined where the template refuses them. */
  render: (conversation: Conversation) => string | undefined;
  /** The template's name for messages. */
  template: string;
  /** Whether answers are trained, so that all that they hold has to be there. */
  isTrained: boolean;
}

/**
 * Proves that a template writes a conversation's tools, calls and results, and what answers hold besides, by rendering
 * it with marked words in their place: what a template leaves out of an answer would be trained as if it were not there.
 * @throws E_TEMPLATE_DROPS_TOOLS, E_TEMPLATE_DROPS_TEXT
 */
export function checkShown(conversation: Conversation, check: ShownCheck): void {
  const marks = new Marks();
  const tools = markTools(conversation, marks);
  const marked = check.isTrained ? markAnswers(tools, marks) : tools;
  if (marks.all.size === 0) return;
  const text = check.render(marked);
  if (text === undefined) return;
  const dropped = new Set([...marks.all].filter(([mark]) => !text.includes(mark)).map(([, part]) => part));
  const texts = [...dropped].filter((part) => ANSWER_PARTS.has(part));
  if (dropped.size > texts.length) throw dropsTools([...dropped], check);
  if (texts.length > 0) throw dropsText(texts, check);
}

/**
 * Proves that a template writes the turns before the answers, in the row or in what serving asks with.
 * @throws E_TEMPLATE_DROPS_TEXT
 */
export function checkTurnsShown(conversation: Conversation, text: string, { render, template }: ShownCheck): void {
  const marks = new Marks();
  const messages = conversation.messages.map((message, index): Message => {
    const { role, content } = message;
    const isShown = role === 'assistant' || role === 'tool' || !hasWords(content) || text.includes(content.trim());
    return isShown ? message : withContent(message, marks.mark(`turn ${index + 1} (${role})`));
  });
  if (marks.all.size === 0) return;
  const marked = render({ ...conversation, messages })?.toLowerCase();
  const dropped = [...marks.all].filter(([mark]) => marked?.includes(mark) === false).map(([, part]) => part);
  if (dropped.length === 0) return;
  throw new AttuneError('E_TEMPLATE_DROPS_TEXT', {
    what: `The ${template} leaves out ${dropped.join(', ')}`,
    fix: `put the text into the first user message, or train with data.chat_template: ${TOOLS_TEMPLATE}, which renders it`,
  });
}

const BESIDE_CALLS = 'the text next to calls';
const REASONING = "the last answer's reasoning_content";
const ANSWER_PARTS: ReadonlySet<string> = new Set([BESIDE_CALLS, REASONING]);

function dropsTools(dropped: readonly string[], { template }: ShownCheck): AttuneError {
  return new AttuneError('E_TEMPLATE_DROPS_TOOLS', {
    what: `The ${template} leaves out ${dropped.join(', ')}`,
    expected: 'a template that renders tools, tool_calls and tool results',
    fix: `train with data.chat_template: ${TOOLS_TEMPLATE}, which renders them, or with a template file that does`,
  });
}

function dropsText(dropped: readonly string[], { template }: ShownCheck): AttuneError {
  return new AttuneError('E_TEMPLATE_DROPS_TEXT', {
    what: `The ${template} leaves out ${dropped.join(', ')}, which would not be trained`,
    fix: `remove it from the row, or train with data.chat_template: ${TOOLS_TEMPLATE}, which renders it`,
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

/** Marks text next to calls, and the reasoning of a last turn: templates omit that of earlier ones. */
function markAnswers(conversation: Conversation, marks: Marks): Conversation {
  const messages = conversation.messages.map((message, index, all) => {
    if (message.role !== 'assistant') return message;
    const hasCalls = (message.tool_calls ?? []).length > 0;
    const reasons = index === all.length - 1 && hasWords(message.reasoning_content);
    return {
      ...message,
      ...(hasCalls && hasWords(message.content) && { content: marks.mark(BESIDE_CALLS) }),
      ...(reasons && { reasoning_content: marks.mark(REASONING) }),
    };
  });
  return { ...conversation, messages };
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
  if (message.role === 'tool') return withContent(message, marks.mark("tools' results"));
  if (message.tool_calls === undefined || message.tool_calls.length === 0) return message;
  return { ...message, tool_calls: message.tool_calls.map((call) => markCall(call, marks)) };
}

function markCall(call: ToolCall, marks: Marks): ToolCall {
  const name = marks.mark("calls' names");
  const marked = withArguments(call, marks.mark("calls' arguments"));
  return { ...marked, function: { ...marked.function, name } };
}
