/** Requests to a server whose canary is worse than its champion, until its guard is violated and long after. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isBroken, newGuardState, observeBase, observeTried, parseGuards } from '../../src/store/registry/guards.ts';

export const GUARD = 'length_rate<=base+5%';

export interface RollbackWork {
  url: string;
  /** Versions in the registry: version 1 ends its answers at `stop`, version 2 does not. */
  model: string;
  prompt: string;
  stop: string;
  requests: number;
  /** Number of concurrent clients. */
  clients: number;
}

export interface RollbackFound {
  requests: number;
  /** Requests without an answer. */
  lost: number;
  /** Answers of the canary, and the number of the request at which its guard was violated. */
  tried: number;
  brokenAt?: number;
  /**
   * Time from the answer that violated the guard to the last request that version 2 still answered, as clients saw it;
   * 0 if there was none.
   */
  milliseconds?: number;
}

interface Reply {
  version: string;
  isCut: boolean;
  sentAt: number;
  endedAt: number;
}

export async function rollbackUnderLoad(work: RollbackWork): Promise<RollbackFound> {
  const replies: Reply[] = [];
  let [next, lost] = [0, 0];
  const client = async (): Promise<void> => {
    for (let number = next++; number < work.requests; number = next++) {
      const reply = await ask(work, number);
      if (reply === undefined) lost++;
      else replies.push(reply);
      // Lets other tasks of the process, such as the server, run.
      await sleep(0);
    }
  };
  await Promise.all(Array.from({ length: work.clients }, client));
  return { requests: work.requests, lost, ...latencyOf(replies, `${work.model}@2`) };
}

async function ask({ url, model, prompt, stop }: RollbackWork, number: number): Promise<Reply | undefined> {
  const body = { model, prompt, stop: [stop], temperature: 0, max_tokens: 4, user: `person-${number}` };
  const sentAt = performance.now();
  try {
    const response = await fetch(`${url}/v1/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { choices } = (await response.json()) as { choices?: { finish_reason: string }[] };
    if (!response.ok || choices?.length !== 1) return undefined;
    const version = response.headers.get('x-attune-model-version') ?? '';
    return { version, isCut: choices[0].finish_reason === 'length', sentAt, endedAt: performance.now() };
  } catch {
    return undefined;
  }
}

/** Evaluates the guard as the server does, on the answers in order of arrival. */
function latencyOf(
  replies: readonly Reply[],
  tried: string,
): Pick<RollbackFound, 'tried' | 'brokenAt' | 'milliseconds'> {
  const ordered = replies.toSorted((a, b) => a.endedAt - b.endedAt);
  const [guard] = parseGuards([GUARD]);
  const state = newGuardState();
  let brokenAt: number | undefined;
  for (const [place, { version, isCut }] of ordered.entries()) {
    if (version !== tried) observeBase(state, isCut ? 1 : 0);
    else observeTried(guard, state, isCut ? 1 : 0);
    if (brokenAt === undefined && isBroken(state, 1)) brokenAt = place;
  }
  const ofTried = ordered.filter(({ version }) => version === tried);
  if (brokenAt === undefined) return { tried: ofTried.length };
  const broke = ordered[brokenAt].endedAt;
  const last = ofTried.reduce((latest, { sentAt }) => Math.max(latest, sentAt), 0);
  return { tried: ofTried.length, brokenAt: brokenAt + 1, milliseconds: Math.max(0, last - broke) };
}
