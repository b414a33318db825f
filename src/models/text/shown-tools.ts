import { AttuneError } from '../../base/errors.ts';
import { withContent, type Message, type ToolCall, type ToolSchema } from './message.ts';
import type { Conversation } from './chat-templates.ts';
import { hasWords, withArguments } from './turn-places.ts';

/** The built-in template that shows tools, for `data.chat_template`. */
export const TOOLS_TEMPLATE = 'attune-tools';

export interface ShownCheck {
  /** Renders a variant of the conversation; undefined if the template rejects it. */
  render: (conversation: Conversation) => string | undefined;
  /** The template's name, for messages. */
  template: string;
  /** Whether answers are trained, so that everything in them must appear. */
  isTrained: boolean;
}

/**
 * Verifies that a template shows a conversation's tools, calls, results, and everything in its answers, by rendering it
 * with marker words in their place: training would silently skip what the template omits.
 *
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
 * Verifies that a template shows the turns before the answers, in the row or in serving's prompts.
 *
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

/** Words that occur in no template, by the part of the conversation that they replace. */
class Marks {
  readonly all = new Map<string, string>();

  mark(part: string): string {
    const mark = `attunemark${this.all.size}x`;
    this.all.set(mark, part);
    return mark;
  }
}

/** Marks text next to calls, and the last turn's reasoning; templates omit the reasoning of earlier turns. */
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

/** OpenAI's format nests the schema under `function`, others do not. */
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
