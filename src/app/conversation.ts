import { pushAll } from '../base/many.ts';
import type { Message } from '../text/index.ts';
import type { Answer } from '../jobs/generate/generate.ts';
import type { Sampling, Talker } from './talk.ts';

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
  async say(content: string, onText: (text: string) => void): Promise<Answer> {
    const messages: Message[] = [...this.messages, { role: 'user', content }];
    const watch = { onText: (_: number, text: string) => onText(text) };
    const [completion] = await this.#talker.answer([{ messages }], this.#sampling, watch);
    this.messages.length = 0;
    pushAll(this.messages, [...messages, { role: 'assistant', content: completion.text }]);
    return completion;
  }

  clear(): void {
    this.messages.splice(this.messages[0]?.role === 'system' ? 1 : 0);
  }
}
