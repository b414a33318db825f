import { callText } from '../../models/text/call-text.ts';
import { contentParts, imagesIn, withContent, type Message, type ToolSchema } from '../../models/text/message.ts';
import { alpaca } from '../formats/alpaca.ts';
import { messages } from '../formats/messages.ts';
import { sharegpt } from '../formats/sharegpt.ts';
import { defineKind, type Provenance } from './kind.ts';
import { comparedTurns, lastAnswer, spoken } from './turns.ts';

export interface ChatExample extends Provenance {
  kind: 'chat';
  messages: readonly Message[];
  tools?: readonly ToolSchema[];
  chatTemplateKwargs?: Record<string, unknown>;
}

export const chat = defineKind<ChatExample, 'messages' | 'sharegpt' | 'alpaca'>({
  name: 'chat',
  formats: { messages, sharegpt, alpaca },
  text: (example) => comparedTurns(example.messages),
  question: (example) => comparedTurns(beforeLast(example)),
  files: (example) => imagesIn(example.messages),
  row: (example) => ({
    messages: example.messages.map(messageRow),
    tools: example.tools,
    chat_template_kwargs: example.chatTemplateKwargs,
  }),
  cut: 'prompt',
  prompt: (example) => spoken(asked(example)),
  answer: (example) => answerOf(example.messages[lastAnswer(example.messages)]),
  turns: asked,
  request: (example) => ({
    messages: [...asked(example)],
    tools: example.tools,
    chatTemplateKwargs: example.chatTemplateKwargs,
  }),
  written(example) {
    const { question, answer } = lastExchange(example);
    return question && answer && { prompt: question.content, answer: answer.content };
  },
  withWritten(example, { prompt, answer }) {
    const { question, questionAt, answerAt } = lastExchange(example);
    const turns = example.messages
      .with(questionAt, withContent(question, prompt))
      .with(answerAt, { ...example.messages[answerAt], content: answer });
    return { ...example, messages: turns };
  },
  canChangePeople: true,
  objective: { name: 'sft', remark: 'trains on the answers, not on the prompts' },
  needs: ({ messages }) => ({ reads: imagesIn(messages).length > 0 ? 'image' : 'text', tasks: ['causal-lm'] }),
  layout: 'turns',
});

function asked(example: ChatExample): readonly Message[] {
  return example.messages.slice(0, lastAnswer(example.messages));
}

/** As `asked`, but without the last turn if it is unanswered. */
function beforeLast(example: ChatExample): readonly Message[] {
  return example.messages.slice(
    0,
    example.messages.findLastIndex(({ role }) => role === 'assistant'),
  );
}

/** The assistant's text, followed by its tool calls as in attune's own chat template. */
function answerOf(message: Message | undefined): string | undefined {
  if (message?.tool_calls === undefined) return message?.content;
  return [message.content, ...message.tool_calls.map(callText)].filter((part) => part !== '').join('\n');
}

/** The last answer and the user message before it. */
function lastExchange({ messages: turns }: ChatExample) {
  const answerAt = turns.findLastIndex(({ role }) => role === 'assistant');
  const questionAt = turns.findLastIndex(({ role }, at) => role === 'user' && at < answerAt);
  return { answerAt, questionAt, question: turns[questionAt], answer: turns[answerAt] };
}

/** A turn with images in OpenAI's format, as a list of parts. */
function messageRow({ images, content, ...turn }: Message): Record<string, unknown> {
  const part = ({ path }: { path: string }) => ({ type: 'image_url', image_url: { url: path } });
  return { ...turn, content: images === undefined ? content : contentParts({ content, images }, part) };
}
