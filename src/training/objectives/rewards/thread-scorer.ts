import { parseReference, type ReferenceHashes } from '../../reference.ts';
import { ReferenceThread } from '../reference-thread.ts';
import { checkedReward, rewardFailure } from './failures.ts';
import type { PlacedSample, Reward, RewardSample, Scorer } from './reward.ts';

/** Messages of the thread. */
export type ThreadMessage =
  | { type: 'begun'; sample: number }
  | { type: 'rewards'; rewards: readonly unknown[] }
  | { type: 'failed'; code?: string; message: string; sample: number };

/** One of the user's reward functions. */
export class ThreadScorer implements Scorer {
  readonly name: string;
  readonly #reference: string;
  readonly #timeout: number;
  readonly #thread: ReferenceThread<ThreadMessage>;

  /** @param timeout seconds per answer */
  constructor(reference: string, { hashes, timeout }: { hashes: ReferenceHashes; timeout: number }) {
    this.#reference = reference;
    this.#timeout = timeout;
    this.name = parseReference(reference)?.name ?? reference;
    const program = new URL('./reward-thread.ts', import.meta.url);
    this.#thread = new ReferenceThread(program, { references: [reference], hashes });
  }

  async score(samples: readonly PlacedSample[]): Promise<Reward[]> {
    const rewards = await this.#ask(samples);
    if (rewards.length !== samples.length) {
      const what = `gave ${rewards.length} numbers for ${samples.length} answers`;
      throw rewardFailure(
        'E_REWARD_TYPE',
        { name: this.name, what, fix: 'return one number per answer, in order' },
        samples[0],
      );
    }
    return samples.map((sample, i) => checkedReward(this.name, rewards[i], sample));
  }

  async #ask(samples: readonly PlacedSample[]): Promise<readonly unknown[]> {
    let at = 0;
    const heard = await this.#thread.ask(samples.map(withoutPlace), this.#timeout, (message) => {
      if (message.type === 'begun') at = message.sample;
      return message.type !== 'begun';
    });
    if (heard.type === 'rewards') return heard.rewards;
    if (heard.type === 'failed') throw this.#failed(heard, samples[heard.sample]);
    if (heard.type === 'ended') {
      const message = heard.message ?? 'its thread ended: the function called process.exit';
      throw this.#failed({ message }, samples[at]);
    }
    const what = `took longer than ${this.#timeout} s for one answer`;
    const fix = 'look for an infinite loop, or raise objective.reward_timeout';
    throw rewardFailure('E_REWARD_TIMEOUT', { name: this.name, what, fix }, samples[at]);
  }

  dispose(): void {
    this.#thread.stop();
  }

  #failed({ code, message }: { code?: string; message: string }, sample: PlacedSample | undefined): Error {
    const isReference = code?.startsWith('E_REFERENCE') === true;
    const fix = isReference ? `correct ${this.#reference}` : 'correct the function, or return null to abstain';
    const what = isReference ? 'cannot be loaded' : 'failed';
    return rewardFailure('E_REWARD_FAILED', { name: this.name, what, got: message, fix }, sample);
  }
}

function withoutPlace({ source: _source, ...sample }: PlacedSample): RewardSample {
  return sample;
}
