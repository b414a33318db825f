import { Worker } from 'node:worker_threads';
import { checkHash, parseReference, type ReferenceHashes } from '../../../train/reference.ts';
import { checkedReward, rewardFailure } from './failures.ts';
import type { PlacedSample, Reward, RewardSample, Scorer } from './reward.ts';

/** What the thread is told at its start. */
export interface ThreadData {
  reference: string;
  hashes: ReferenceHashes;
}

/** What the thread says. */
export type ThreadMessage =
  | { type: 'begun'; sample: number }
  | { type: 'rewards'; rewards: readonly unknown[] }
  | { type: 'failed'; code?: string; message: string; sample: number };

/**
 * A reward function of the user's. It runs in a thread, so that one that never ends can be stopped, and the process that
 * trains stays responsive.
 */
export class ThreadScorer implements Scorer {
  readonly name: string;
  readonly #reference: string;
  readonly #options: { hashes: ReferenceHashes; timeout: number };
  #worker: Worker | undefined;

  constructor(reference: string, options: { hashes: ReferenceHashes; timeout: number }) {
    this.#reference = reference;
    this.#options = options;
    const parsed = parseReference(reference);
    this.name = parsed?.name ?? reference;
    // A file that is not there, or has changed, is told before training.
    if (parsed !== undefined) checkHash(reference, parsed, options.hashes);
  }

  async score(samples: readonly PlacedSample[]): Promise<Reward[]> {
    const rewards = await this.#ask(samples);
    if (rewards.length !== samples.length) {
      const what = `gave ${rewards.length} numbers for ${samples.length} answers`;
      throw rewardFailure(
        'E_REWARD_TYPE',
        { name: this.name, what, fix: 'return one for each answer, in order' },
        samples[0],
      );
    }
    return samples.map((sample, i) => checkedReward(this.name, rewards[i], sample));
  }

  #ask(samples: readonly PlacedSample[]): Promise<readonly unknown[]> {
    const worker = (this.#worker ??= this.#start());
    const { promise, resolve, reject } = Promise.withResolvers<readonly unknown[]>();
    let at = 0;
    let timer = this.#timer(() => reject(this.#tooSlow(samples[at])));
    const onMessage = (message: ThreadMessage) => {
      if (message.type === 'rewards') return resolve(message.rewards);
      if (message.type === 'failed') return reject(this.#failed(message, samples[message.sample]));
      at = message.sample;
      clearTimeout(timer);
      timer = this.#timer(() => reject(this.#tooSlow(samples[at])));
    };
    const onError = (error: Error) => reject(this.#failed({ message: error.message }, samples[at]));
    const onExit = () => onError(new Error('its thread ended: the function called process.exit'));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage(samples.map(withoutPlace));
    return promise.finally(() => {
      clearTimeout(timer);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    });
  }

  #start(): Worker {
    const file = import.meta.url.endsWith('.ts') ? './reward-thread.ts' : './reward-thread.js';
    const workerData: ThreadData = { reference: this.#reference, hashes: this.#options.hashes };
    const worker = new Worker(new URL(file, import.meta.url), { workerData });
    worker.unref();
    return worker;
  }

  #timer(body: () => void): NodeJS.Timeout {
    return setTimeout(body, this.#options.timeout * 1000);
  }

  #tooSlow(sample: PlacedSample | undefined): Error {
    void this.#worker?.terminate();
    this.#worker = undefined;
    const what = `took longer than ${this.#options.timeout} s for an answer`;
    const fix = 'look for a loop without an end, or raise objective.reward_timeout';
    return rewardFailure('E_REWARD_TIMEOUT', { name: this.name, what, fix }, sample);
  }

  #failed({ code, message }: { code?: string; message: string }, sample: PlacedSample | undefined): Error {
    const isReference = code?.startsWith('E_REFERENCE') === true;
    const fix = isReference
      ? `correct ${this.#reference}`
      : 'mend the function, or return null where it has no opinion';
    const what = isReference ? 'cannot be loaded' : 'failed';
    return rewardFailure('E_REWARD_FAILED', { name: this.name, what, got: message, fix }, sample);
  }
}

function withoutPlace({ source: _source, ...sample }: PlacedSample): RewardSample {
  return sample;
}
