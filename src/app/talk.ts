import type { EventSink } from '../base/events.ts';
import type { Message } from '../text/index.ts';
import { openSession } from '../worker/index.ts';
import type { Completion } from '../generate/index.ts';
import type { GenerateChunk, GenerateRequest } from '../worker/jobs/generate.ts';

export type Sampling = Pick<GenerateRequest, 'maxNewTokens' | 'temperature' | 'topK' | 'topP' | 'seed' | 'stop'>;

export interface TalkOptions {
  /** A run's folder, an adapter's, a model's, or a known name. */
  target: string;
  /** The base model without its adapter. */
  base?: boolean;
  onEvent?: EventSink;
  signal?: AbortSignal;
}

export type Prompt = GenerateRequest['prompts'][number];

/** A model that is loaded once and answers until it is closed. */
export interface Talker {
  /** Answers prompts together; `onText` sees text as it becomes certain. */
  answer(
    prompts: readonly Prompt[],
    sampling: Sampling,
    onText?: (row: number, text: string) => void,
  ): Promise<Completion[]>;
  close(): Promise<void>;
}

/** Opens a model in the worker. @throws every error of opening it */
export async function openTalker({ target, base, onEvent = () => undefined, signal }: TalkOptions): Promise<Talker> {
  const session = await openSession({ job: 'generate', input: { target, base }, onEvent, signal });
  return {
    async answer(prompts, sampling, onText = () => undefined) {
      let completions: Completion[] = [];
      for await (const chunk of session.send<GenerateChunk>({ prompts, ...sampling } satisfies GenerateRequest)) {
        if ('completions' in chunk) completions = chunk.completions;
        else onText(chunk.row, chunk.text);
      }
      return completions;
    },
    async close() {
      await session.close();
    },
  };
}

/** A conversation that grows with every answer. */
export class Conversation {
  readonly messages: Message[] = [];
  readonly #talker: Talker;
  readonly #sampling: Sampling;

  constructor(talker: Talker, sampling: Sampling, system?: string) {
    this.#talker = talker;
    this.#sampling = sampling;
    if (system !== undefined) this.messages.push({ role: 'system', content: system });
  }

  /** Says something and streams the answer. */
  async say(content: string, onText: (text: string) => void): Promise<Completion> {
    this.messages.push({ role: 'user', content });
    const [completion] = await this.#talker.answer([{ messages: this.messages }], this.#sampling, (_, text) =>
      onText(text),
    );
    this.messages.push({ role: 'assistant', content: completion.text });
    return completion;
  }

  clear(): void {
    this.messages.splice(this.messages[0]?.role === 'system' ? 1 : 0);
  }
}
