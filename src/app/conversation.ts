import { AttuneError } from '../base/errors.ts';
import { pushAll } from '../base/many.ts';
import { mediaOf } from '../data/media.ts';
import type { AnswerForm, AnswerPart, ToolCallReply } from '../models/text/tool-calls/answer-reader.ts';
import { parseJson } from '../files/json.ts';
import type { ImageFile, Message, ToolCall, ToolSchema } from '../models/text/index.ts';
import type { Answer } from '../answering/generate/generate.ts';
import type { Sampling, Talker } from './talk.ts';

/** System message and tools at the beginning of a conversation. */
export interface Beginning {
  system?: string;
  tools?: readonly ToolSchema[];
}

/** An answer with its tool calls. */
export interface Said extends Answer {
  calls: readonly ToolCallReply[];
}

/** A conversation that grows with every answer. */
export class Conversation {
  readonly messages: Message[] = [];
  readonly #talker: Talker;
  readonly #sampling: Sampling;
  readonly #tools: readonly ToolSchema[];
  /** Images to send with the next message. */
  #images: ImageFile[] = [];
  /** Tool calls without a result yet. */
  #open: ToolCallReply[] = [];

  /** Begins with the training rows' system message and tools, unless others are given. */
  constructor(talker: Talker, sampling: Sampling, { system, tools = [] }: Beginning = beginningOf(talker)) {
    this.#talker = talker;
    this.#sampling = sampling;
    this.#tools = tools;
    if (system !== undefined) this.messages.push({ role: 'system', content: system });
  }

  /** Attaches an image to the next message. @throws AttuneError E_FILE_MISSING */
  show(path: string): void {
    const found = mediaOf(path, 'image', process.cwd());
    if ('message' in found)
      throw new AttuneError('E_FILE_MISSING', {
        what: `The image ${path} cannot be used: ${found.message}`,
        fix: found.fix,
      });
    this.#images.push({ ...found, kind: 'image' });
  }

  /** The first tool call without a result. */
  get openCall(): ToolCallReply | undefined {
    return this.#open.at(0);
  }

  /** Sends a message and streams the answer. */
  say(content: string, onText: (text: string) => void): Promise<Said> {
    const images = this.#images.map((file) => ({ at: 0, file }));
    return this.#goOn({ role: 'user', content, ...(images.length > 0 && { images }) }, onText);
  }

  /** Sets the result of the first open call. The model continues once all calls have results. */
  async giveResult(content: string, onText: (text: string) => void): Promise<Said | undefined> {
    const call = this.#open.shift();
    if (call === undefined) return undefined;
    const message: Message = { role: 'tool', content, tool_call_id: call.id, name: call.function.name };
    if (this.#open.length === 0) return this.#goOn(message, onText);
    this.messages.push(message);
    return undefined;
  }

  clear(): void {
    this.#images = [];
    this.#open = [];
    this.messages.splice(this.messages[0]?.role === 'system' ? 1 : 0);
  }

  async #goOn(message: Message, onText: (text: string) => void): Promise<Said> {
    const messages: Message[] = [...this.messages, message];
    const { AnswerReader, joined } = await import('../models/text/tool-calls/answer-reader.ts');
    const reader = new AnswerReader(await this.#form());
    const parts: AnswerPart[] = [];
    const take = (read: readonly AnswerPart[]) => {
      pushAll(parts, read);
      for (const part of read) if ('content' in part) onText(part.content);
    };
    const watch = { onText: (_: number, text: string) => take(reader.push(text)) };
    const prompt = { messages, ...(this.#tools.length > 0 && { tools: this.#tools }) };
    const [completion] = await this.#talker.answer([prompt], this.#sampling, watch);
    take(reader.end());
    const { content, calls } = joined(parts);
    const turn: Message = { role: 'assistant', content };
    this.#images = [];
    this.#open = [...calls];
    this.messages.length = 0;
    pushAll(this.messages, [...messages, calls.length === 0 ? turn : { ...turn, tool_calls: calls.map(asCall) }]);
    return { ...completion, calls };
  }

  /** How to parse answers into content and tool calls; without tools, all of it is content. */
  async #form(): Promise<AnswerForm> {
    if (this.#tools.length === 0) return { thinking: 'none' };
    const { familyOf } = await import('../models/text/tool-calls/index.ts');
    const { templates } = await this.#talker.describe();
    return { family: familyOf(templates.tool_use ?? templates.default ?? ''), thinking: 'none' };
  }
}

function beginningOf({ trained }: Talker): Beginning {
  return trained?.form === 'chat' ? { system: trained.systemPrompt, tools: trained.tools } : {};
}

function asCall({ id, type, function: { name, arguments: given } }: ToolCallReply): ToolCall {
  return { id, type, function: { name, arguments: parseJson(given) } };
}
