import { AttuneError } from '../base/errors.ts';
import { pushAll } from '../base/many.ts';
import { mediaOf } from '../data/media.ts';
import type { ImageFile, Message } from '../text/index.ts';
import type { Answer } from '../jobs/generate/generate.ts';
import type { Sampling, Talker } from './talk.ts';

/** A conversation that grows with every answer. */
export class Conversation {
  readonly messages: Message[] = [];
  readonly #talker: Talker;
  readonly #sampling: Sampling;
  /** What is shown with the next thing that is said. */
  #images: ImageFile[] = [];

  constructor(talker: Talker, sampling: Sampling, system?: string) {
    this.#talker = talker;
    this.#sampling = sampling;
    if (system !== undefined) this.messages.push({ role: 'system', content: system });
  }

  /** Shows an image with the next thing that is said. @throws AttuneError E_FILE_MISSING */
  show(path: string): void {
    const found = mediaOf(path, 'image', process.cwd());
    if ('message' in found)
      throw new AttuneError('E_FILE_MISSING', {
        what: `The image ${path} cannot be shown: ${found.message}`,
        fix: found.fix,
      });
    this.#images.push({ ...found, kind: 'image' });
  }

  /** Says something and streams the answer. */
  async say(content: string, onText: (text: string) => void): Promise<Answer> {
    const images = this.#images.map((file) => ({ at: 0, file }));
    const message: Message = { role: 'user', content, ...(images.length > 0 && { images }) };
    const messages: Message[] = [...this.messages, message];
    const watch = { onText: (_: number, text: string) => onText(text) };
    const [completion] = await this.#talker.answer([{ messages }], this.#sampling, watch);
    this.#images = [];
    this.messages.length = 0;
    pushAll(this.messages, [...messages, { role: 'assistant', content: completion.text }]);
    return completion;
  }

  clear(): void {
    this.#images = [];
    this.messages.splice(this.messages[0]?.role === 'system' ? 1 : 0);
  }
}
