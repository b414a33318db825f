/** A site's part in a federation: it trains on its own rows, and answers each request once. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { writeFileAtomic } from '../files/atomic.ts';
import { readJson, writeJson } from '../files/json.ts';
import { PRIVATE_FILE } from '../files/private.ts';
import { Audit } from './audit-chain.ts';
import type { Content } from './flower/objects.ts';
import { signerIn, type Signer } from './signers.ts';
import { readRequest, signReply, type Finding, type Request } from './messages.ts';
import { planHash, totalSteps, type Plan } from './plan.ts';
import { beginSecure, maskValues, openKeys, revealShares, shareSecrets, type OpenKeys } from './secure/secure-site.ts';
import { packState, unpackState } from './secure/kept-state.ts';
import { applied, changeOf, clipped, travelling } from './strategies.ts';
import { hashWeights, inOrder, type Weights } from './weights.ts';

export interface Trained {
  weights: Weights;
  /** Rows trained on. */
  examples: number;
  /** Metrics that the site shares: losses, never rows. */
  metrics: Readonly<Record<string, number>>;
}

/** Test results that a site shares. */
export interface Findings {
  values: Finding['values'];
  metrics: Trained['metrics'];
}

/** Training on the site's rows. After a crash, repeating a call gives the same result. */
export interface LocalTraining {
  /** The weights before the first step. */
  start(): Promise<Trained>;
  /** Replaces the weights of step `from` by the given ones, and trains until step `until`. */
  train(weights: Weights, steps: { from: number; until: number }): Promise<Trained>;
  /** Finishes the run with the given weights. @returns the results on the site's own test rows */
  finish(weights: Weights, from: number): Promise<Findings>;
}

export interface SiteParts {
  plan: Plan;
  /** Id of the site in the federation. */
  site: string;
  /** PEM of the coordinator's key, already verified against the join link. */
  coordinator: string;
  folder: string;
  training: LocalTraining;
  /** Called for each verified request, before it is answered. */
  onRequest?(request: Request): void;
}

interface Progress {
  /** Latest answered request; earlier ones are rejected. */
  round: number;
  attempt: number;
}

export class Site {
  readonly #parts: SiteParts;
  readonly #signer: Signer;
  readonly #audit: Audit;

  constructor(parts: SiteParts) {
    mkdirSync(parts.folder, { recursive: true });
    this.#parts = parts;
    this.#signer = signerIn(join(parts.folder, 'site.key'), 'site');
    this.#audit = new Audit(join(parts.folder, 'audit.jsonl'));
  }

  get publicKey(): string {
    return this.#signer.publicKey;
  }

  /** Answers a request. @throws AttuneError E_FEDERATED_FORGED, E_FEDERATED_REPLAY, and the errors of its stage */
  async answer(content: Content): Promise<Content> {
    const { plan, site, coordinator, onRequest } = this.#parts;
    const request = readRequest(content, { publicKey: coordinator, plan: planHash(plan), site });
    this.#refuseOld(request);
    onRequest?.(request);
    const { weights, hash, values: _, ...terms } = request;
    this.#audit.add({ event: 'asked', ...terms, ...(weights && { weights: hash }) });
    const { content: answer, reply } = signReply(await this.#stage(request), terms, this.#signer);
    const sent = reply.weights && { weights: reply.hash };
    this.#audit.add({ event: 'answered', ...terms, ...sent, signature: reply.signature });
    writeJson(this.#path('progress.json'), { round: request.round, attempt: request.attempt } satisfies Progress);
    return answer;
  }

  #refuseOld({ round, attempt, stage }: Request): void {
    if (!existsSync(this.#path('progress.json'))) return;
    const done = readJson<Progress>(this.#path('progress.json'));
    if (round > done.round || (round === done.round && attempt >= done.attempt)) return;
    throw new AttuneError('E_FEDERATED_REPLAY', {
      what: `A request for ${stage} came after a later one was answered`,
      got: `round ${round}, attempt ${attempt}`,
      expected: `round ${done.round}, attempt ${done.attempt} or later`,
    });
  }

  async #stage(request: Request): Promise<Finding> {
    const { plan, training } = this.#parts;
    switch (request.stage) {
      case 'start': {
        const { weights, examples } = await training.start();
        const start = { start: hashWeights(weights) };
        return {
          metrics: { 'num-examples': examples },
          values: start,
          ...(request.values.send === true && { weights }),
        };
      }
      case 'train': {
        const { examples, metrics, ...trained } = await this.#train(request);
        const given = this.#given(request);
        // The coordinator never sees more than the clipped change.
        const weights =
          plan.privacy === null
            ? trained.weights
            : applied(given, clipped(changeOf(trained.weights, given), plan.privacy.clip));
        return { weights, metrics: { ...metrics, 'num-examples': examples }, values: {} };
      }
      case 'finish': {
        const { values, metrics } = await training.finish(this.#given(request), totalSteps(plan));
        return { values, metrics };
      }
      default:
        return this.#secure(request);
    }
  }

  async #train(request: Request): Promise<Trained> {
    const { plan, training } = this.#parts;
    const given = this.#given(request);
    const steps = plan.local_steps;
    const trained = await training.train(given, { from: (request.round - 1) * steps, until: request.round * steps });
    return { ...trained, weights: travelling(trained.weights, plan.strategy) };
  }

  #given({ weights, stage }: Request): Weights {
    if (weights !== undefined) return weights;
    throw new AttuneError('E_FEDERATED_WEIGHTS', {
      what: `A request for ${stage} has no weights`,
      expected: 'the weights of the round',
    });
  }

  async #secure(request: Request): Promise<Finding> {
    const { plan, site } = this.#parts;
    const { stage, values, round } = request;
    if (!plan.secure)
      throw new AttuneError('E_FEDERATED_SECURE', { what: `This federation has no secure aggregation`, got: stage });
    const path = this.#path('secure.bin');
    const state = stage === 'setup' ? beginSecure(round, site) : unpackState(path, round);
    const find = async (): Promise<Finding> => {
      if (stage === 'setup') return { metrics: {}, values: { ...openKeys(state) } };
      if (stage === 'share_keys') {
        const shares = await shareSecrets(state, keysIn(values), Number(values.threshold));
        return { metrics: {}, values: { to: Object.keys(shares), shares: Object.values(shares) } };
      }
      if (stage === 'unmask') {
        const lists = { active: values.active as string[], lost: (values.lost ?? []) as string[] };
        const { seeds, keys } = revealShares(state, lists);
        return {
          metrics: {},
          values: {
            active: Object.keys(seeds),
            'active-shares': Object.values(seeds),
            lost: Object.keys(keys),
            'lost-shares': Object.values(keys),
          },
        };
      }
      return this.#masked(request, state);
    };
    const found = await find();
    writeFileAtomic(path, packState(state), PRIVATE_FILE);
    return found;
  }

  /** The masked change of a round, weighted by rows. */
  async #masked(request: Request, state: ReturnType<typeof beginSecure>): Promise<Finding> {
    const { plan } = this.#parts;
    const { values } = request;
    const limit = plan.privacy?.clip ?? plan.secure_limit;
    const { weights, examples, metrics } = await this.#train(request);
    const given = this.#given(request);
    const whole = changeOf(weights, given);
    const change = plan.privacy === null ? whole : clipped(whole, plan.privacy.clip);
    const share = values.equal === true ? 1 : Math.min(1, examples / Number(values['most-rows']));
    const flat: number[] = [];
    let cut = 0;
    for (const [, { values: own }] of inOrder(change))
      for (const value of own) {
        if (Math.abs(value) > limit) cut++;
        flat.push(share * Math.max(-limit, Math.min(limit, value)));
      }
    const from = values.from as string[];
    const received = Object.fromEntries(from.map((one, place) => [one, (values.shares as Uint8Array[])[place]]));
    flat.push(share * limit);
    const masked = maskValues(state, received, { values: flat, limit });
    return {
      metrics: { ...metrics, ...(cut > 0 && { 'values-cut-off': cut }) },
      values: { masked: Buffer.from(masked.buffer) },
    };
  }

  #path(name: string): string {
    return join(this.#parts.folder, name);
  }
}

function keysIn(values: Request['values']): Record<string, OpenKeys> {
  const [masks, shares] = [values.masks as Uint8Array[], values.shares as Uint8Array[]];
  return Object.fromEntries(
    (values.sites as string[]).map((site, place) => [site, { masks: masks[place], shares: shares[place] }]),
  );
}
