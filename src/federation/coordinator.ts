/** The rounds of a federation, from the first weights to the result; resumes at the stage where it was killed. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { randomUnit } from '../base/random.ts';
import { sha256 } from '../files/hash.ts';
import { readJson, writeJson } from '../files/json.ts';
import { writeWholeFolder } from '../files/whole-folder.ts';
import { Audit } from './audit.ts';
import type { Content, Sent } from './flower/objects.ts';
import { signerIn, type Signer } from './keys.ts';
import { readReply, requestContent, type Reply, type Stage } from './messages.ts';
import { noisyMean, privacySpent } from './privacy.ts';
import type { Plan } from './plan.ts';
import { averageSecurely } from './secure-round.ts';
import type { Sites } from './sites.ts';
import { applied, changeOf, clipped, strategies, weightedMean, type Update } from './strategies.ts';
import { readWeights, writeWeights } from './weights-file.ts';
import { hashWeights, requireFitting, type Weights } from './weights.ts';

/** A round, as kept in its folder next to its weights. */
export interface RoundRecord {
  round: number;
  attempt: number;
  /** Sites whose weights are in the average. */
  sites: readonly string[];
  /** Sites that were asked and are not in it, with the reason. */
  left_out: Readonly<Record<string, string>>;
  /** By site, as far as it tells. */
  metrics: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Relative error of the average by truncation; 0 if exact. */
  error: number;
  weights: string;
}

export interface FederationResult {
  weights: Weights;
  rounds: readonly RoundRecord[];
  /** What each site found on its own rows. */
  verdicts: Readonly<Record<string, SiteVerdict>>;
  /** adapter_config.json; the same at every site. */
  adapterConfig: string;
  epsilon?: number;
}

export interface SiteVerdict {
  title: string;
  values: Readonly<Record<string, Sent>>;
  metrics: Readonly<Record<string, number>>;
}

export type FederationEvent =
  | { type: 'waiting'; present: number; needed: number }
  | { type: 'round-started'; round: number; rounds: number; sites: readonly string[] }
  | { type: 'site-left-out'; round: number; site: string; reason: string }
  | { type: 'round-finished'; round: number; rounds: number; record: RoundRecord };

export interface CoordinatorParts {
  plan: Plan;
  folder: string;
  sites: Sites;
  emit(event: FederationEvent): void;
  signal: AbortSignal;
}

/** Attempts at a round with too few answers before the coordinator stops. */
const ATTEMPTS = 3;
const ROUND = 'round.json';
const WEIGHTS = 'weights.safetensors';

export function planHash(plan: Plan): string {
  return sha256(JSON.stringify(plan));
}

/** Records of the rounds of a folder, from the start on. */
export function readRounds(folder: string): RoundRecord[] {
  const rounds = join(folder, 'rounds');
  if (!existsSync(rounds)) return [];
  const names = readdirSync(rounds)
    .filter((name) => /^\d+$/.test(name))
    .sort((a, b) => Number(a) - Number(b));
  return names.map((name) => readJson<RoundRecord>(join(rounds, name, ROUND)));
}

export class Coordinator {
  readonly #parts: CoordinatorParts;
  readonly #signer: Signer;
  readonly #audit: Audit;
  readonly #plan: string;

  constructor(parts: CoordinatorParts) {
    mkdirSync(parts.folder, { recursive: true });
    this.#parts = parts;
    this.#signer = signerIn(join(parts.folder, 'coordinator.key'), 'coordinator');
    this.#audit = new Audit(join(parts.folder, 'audit.jsonl'));
    this.#plan = planHash(parts.plan);
  }

  async run(): Promise<FederationResult> {
    const { plan, folder } = this.#parts;
    const done = readRounds(folder);
    if (done.length === 0) done.push(await this.#start());
    for (let round = done.length; round <= plan.rounds; round++) done.push(await this.#round(round));
    return this.#finish(done);
  }

  /** The common weights before training: every site has them from the seed, and one of them sends them. */
  async #start(): Promise<RoundRecord> {
    const sites = await this.#presentSites();
    const asked = new Map(sites.map((site, place) => [site, { send: place === 0 }]));
    const { replies, leftOut } = await this.#ask('start', { round: 0, attempt: 0, values: asked });
    const weights = replies.get(sites[0])?.weights;
    if (weights === undefined)
      throw new AttuneError('E_FEDERATED_SITES', {
        what: 'No site sent the weights to start from',
        got: leftOut[sites[0]] ?? 'an answer without weights',
        fix: 'see why on that site, then start the coordinator again',
      });
    const hash = hashWeights(weights);
    for (const [site, { values }] of replies) {
      if (values.start === hash) continue;
      replies.delete(site);
      this.#leaveOut(leftOut, 0, site, 'starts from other weights: another base model, recipe or version');
    }
    const metrics = Object.fromEntries([...replies].map(([site, reply]) => [site, reply.metrics]));
    const sitesHere = [...replies.keys()];
    return this.#keep(
      { round: 0, attempt: 0, sites: sitesHere, left_out: leftOut, metrics, error: 0, weights: hash },
      weights,
    );
  }

  async #round(round: number): Promise<RoundRecord> {
    const { plan, emit } = this.#parts;
    for (let attempt = 1; ; attempt++) {
      const sites = this.#drawn(round, await this.#presentSites());
      emit({ type: 'round-started', round, rounds: plan.rounds, sites });
      try {
        const record = await this.#attempt({ round, attempt, sites });
        emit({ type: 'round-finished', round, rounds: plan.rounds, record });
        return record;
      } catch (error) {
        const isRetried =
          error instanceof AttuneError && ['E_FEDERATED_SITES', 'E_FEDERATED_SECURE'].includes(error.code);
        if (!isRetried || attempt === ATTEMPTS || this.#parts.signal.aborted) throw error;
      }
    }
  }

  /** @throws AttuneError E_FEDERATED_SITES if fewer sites answered than a round needs */
  async #attempt({
    round,
    attempt,
    sites,
  }: {
    round: number;
    attempt: number;
    sites: readonly string[];
  }): Promise<RoundRecord> {
    const { plan } = this.#parts;
    const before = this.#weightsOf(round - 1);
    const leftOut: Record<string, string> = {};
    const averaged = plan.secure
      ? await this.#secure({ round, attempt, sites, before, leftOut })
      : await this.#open({ round, attempt, sites, before, leftOut });
    const hash = hashWeights(averaged.weights);
    this.#audit.add({
      event: 'averaged',
      plan: this.#plan,
      round,
      attempt,
      weights: hash,
      note: `${averaged.sites.length} sites`,
    });
    const metrics = Object.fromEntries(averaged.metrics);
    const { sites: counted, error, weights } = averaged;
    return this.#keep({ round, attempt, sites: counted, left_out: leftOut, metrics, error, weights: hash }, weights);
  }

  /** Averages weights that the coordinator sees. */
  async #open({ round, attempt, sites, before, leftOut }: Attempt) {
    const { plan } = this.#parts;
    const strategy = strategies[plan.strategy];
    const shared = this.#shared(before);
    const found = await this.#ask('train', {
      round,
      attempt,
      weights: shared,
      values: new Map(sites.map((site) => [site, {}])),
    });
    Object.assign(leftOut, found.leftOut);
    const updates = new Map<string, Update>();
    for (const [site, { weights = new Map(), metrics }] of found.replies) {
      try {
        if (plan.strategy !== 'product') requireFitting(weights, shared, site);
        updates.set(site, { weights, examples: requireExamples(metrics, site) });
      } catch (error) {
        this.#leaveOut(leftOut, round, site, (error as Error).message);
      }
    }
    this.#requireEnough(updates.size);
    const metrics = new Map([...updates.keys()].map((site) => [site, found.replies.get(site)!.metrics]));
    const all = [...updates.values()];
    const { weights, error } = plan.privacy === null ? strategy.average(all) : this.#noisy(all, shared, sites.length);
    return { weights: new Map([...before, ...weights]), error, sites: [...updates.keys()], metrics };
  }

  /** Averages by sums in which no site's weights can be seen. */
  async #secure({ round, attempt, sites, before, leftOut }: Attempt) {
    const { plan } = this.#parts;
    const shared = this.#shared(before);
    const ask = async (stage: Stage, values: ReadonlyMap<string, Record<string, Sent>>, weights?: Weights) => {
      const found = await this.#ask(stage, { round, attempt, weights, values });
      Object.assign(leftOut, found.leftOut);
      this.#requireEnough(found.replies.size);
      return found.replies;
    };
    const limit = plan.privacy?.clip ?? plan.secure_limit;
    const isEqual = plan.privacy !== null;
    const {
      change,
      sites: counted,
      metrics,
    } = await averageSecurely(ask as never, {
      round,
      sites,
      limit,
      isEqual,
      mostRows: this.#mostRows(),
      weights: shared,
    });
    const noisy = plan.privacy === null ? change : noisyMean([change], { ...plan.privacy, sites: counted.length });
    return { weights: new Map([...before, ...applied(shared, noisy)]), error: 0, sites: counted, metrics };
  }

  /** The largest number of rows that a site has: shares of sites are relative to it. */
  #mostRows(): number {
    const [{ metrics }] = readRounds(this.#parts.folder);
    return Math.max(1, ...Object.values(metrics).map(({ 'num-examples': rows }) => rows ?? 1));
  }

  /** Every site counts the same, and its change is bounded. */
  #noisy(updates: readonly Update[], before: Weights, sites: number): { weights: Weights; error: number } {
    const privacy = this.#parts.plan.privacy!;
    const changes = updates.map(({ weights }) => clipped(changeOf(weights, before), privacy.clip));
    const mean = weightedMean(changes.map((weights) => ({ weights, examples: 1 })));
    return {
      weights: applied(before, noisyMean([mean], { ...privacy, sites: Math.max(1, Math.min(sites, updates.length)) })),
      error: 0,
    };
  }

  async #finish(rounds: readonly RoundRecord[]): Promise<FederationResult> {
    const { plan, sites } = this.#parts;
    const weights = this.#weightsOf(plan.rounds);
    const present = await this.#presentSites();
    const { replies } = await this.#ask('finish', {
      round: plan.rounds + 1,
      attempt: 0,
      weights: this.#shared(weights),
      values: new Map(present.map((site) => [site, {}])),
    });
    const adapterConfig = commonConfig(replies);
    this.#audit.add({ event: 'finished', plan: this.#plan, weights: hashWeights(weights) });
    return {
      weights,
      rounds,
      verdicts: Object.fromEntries(
        [...replies].map(([site, { values, metrics }]) => [site, { title: sites.title(site), values, metrics }]),
      ),
      adapterConfig,
      ...(plan.privacy !== null && { epsilon: privacySpent(plan) }),
    };
  }

  /** Asks sites, and reads the answers that came; the others are left out with their reason. */
  async #ask(
    stage: Stage,
    { round, attempt, weights, values }: StageRequest,
  ): Promise<{ replies: Map<string, Reply>; leftOut: Record<string, string> }> {
    const { plan, sites, signal } = this.#parts;
    const termsOf = (site: string) => ({ plan: this.#plan, round, attempt, stage, site });
    const requests = new Map<string, Content>();
    for (const [site, own] of values) {
      requests.set(site, requestContent({ ...termsOf(site), weights, values: own }, this.#signer));
      this.#audit.add({ event: 'asked', ...termsOf(site), ...(weights && { weights: hashWeights(weights) }) });
    }
    const key = `${round}-${attempt}-${stage}`;
    const type = stage === 'finish' ? 'evaluate' : 'train';
    const answers = await sites.ask(requests, { key, round, type, seconds: plan.seconds, signal });
    signal.throwIfAborted();
    const replies = new Map<string, Reply>();
    const leftOut: Record<string, string> = {};
    for (const site of values.keys()) {
      const answer = answers.get(site) ?? new Error('no answer');
      try {
        if (answer instanceof Error) throw answer;
        const reply = readReply(answer, termsOf(site), sites.publicKey(site));
        replies.set(site, reply);
        this.#audit.add({
          event: 'answered',
          ...termsOf(site),
          ...(reply.weights && { weights: hashWeights(reply.weights) }),
          signature: reply.signature,
        });
      } catch (error) {
        this.#leaveOut(leftOut, round, site, (error as Error).message);
      }
    }
    return { replies, leftOut };
  }

  #leaveOut(leftOut: Record<string, string>, round: number, site: string, reason: string): void {
    leftOut[site] = reason;
    this.#audit.add({ event: 'refused', plan: this.#plan, round, site, note: reason });
    this.#parts.emit({ type: 'site-left-out', round, site: this.#parts.sites.title(site), reason });
  }

  /** Waits until as many sites are present as a round needs. */
  async #presentSites(): Promise<readonly string[]> {
    const { plan, sites, emit, signal } = this.#parts;
    for (let told = -1; ;) {
      signal.throwIfAborted();
      const present = sites.present();
      if (present.length >= plan.min_sites) return present;
      if (told !== present.length) emit({ type: 'waiting', present: present.length, needed: plan.min_sites });
      told = present.length;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** Poisson sampling under privacy, as its accountant assumes; otherwise a share of the sites. */
  #drawn(round: number, present: readonly string[]): readonly string[] {
    const { sample, min_sites: fewest, privacy, recipe } = this.#parts.plan;
    if (sample === 1) return present;
    const seed = Number(recipe.training.seed ?? 0);
    const draws = present.map((site, place) => ({ site, draw: randomUnit([seed, `site ${site}`, round, place]) }));
    if (privacy !== null) return draws.filter(({ draw }) => draw < sample).map(({ site }) => site);
    const count = Math.max(fewest, Math.round(sample * present.length));
    return draws
      .sort((a, b) => a.draw - b.draw)
      .slice(0, count)
      .map(({ site }) => site)
      .sort();
  }

  /** The weights that travel. */
  #shared(weights: Weights): Weights {
    return strategies[this.#parts.plan.strategy].freezesA
      ? new Map([...weights].filter(([name]) => !name.endsWith('.lora_A.weight')))
      : weights;
  }

  #requireEnough(found: number): void {
    const { min_sites: fewest } = this.#parts.plan;
    if (found >= fewest) return;
    throw new AttuneError('E_FEDERATED_SITES', {
      what: 'Too few sites answered in a round',
      got: `${found}`,
      expected: `${fewest}: min_sites`,
      fix: 'see audit.jsonl for the reasons; start the coordinator again to go on from this round',
    });
  }

  #weightsOf(round: number): Weights {
    return readWeights(join(this.#folderOf(round), WEIGHTS));
  }

  #folderOf(round: number): string {
    return join(this.#parts.folder, 'rounds', String(round));
  }

  async #keep(record: RoundRecord, weights: Weights): Promise<RoundRecord> {
    await writeWholeFolder(this.#folderOf(record.round), (folder) => {
      writeWeights(join(folder, WEIGHTS), weights);
      writeJson(join(folder, ROUND), record);
    });
    return record;
  }
}

interface Attempt {
  round: number;
  attempt: number;
  sites: readonly string[];
  before: Weights;
  leftOut: Record<string, string>;
}

interface StageRequest {
  round: number;
  attempt: number;
  weights?: Weights;
  values: ReadonlyMap<string, Readonly<Record<string, Sent>>>;
}

/** @throws AttuneError E_FEDERATED_SITES unless all sites that finished have the same kind of adapter */
function commonConfig(replies: ReadonlyMap<string, Reply>): string {
  const configs = new Set([...replies.values()].map(({ values }) => values['adapter-config']));
  const [config] = configs;
  if (configs.size === 1 && typeof config === 'string') return config;
  throw new AttuneError('E_FEDERATED_SITES', {
    what: 'The sites did not finish with the same kind of adapter',
    got: configs.size === 0 ? 'no site finished' : `${configs.size} different configurations`,
    fix: 'see why on the sites (audit.jsonl), then start the coordinator again: the rounds are kept',
  });
}

/** @throws AttuneError E_FEDERATED_WEIGHTS */
function requireExamples(metrics: Readonly<Record<string, number>>, site: string): number {
  const examples = metrics['num-examples'];
  if (Number.isSafeInteger(examples) && examples > 0) return examples;
  throw new AttuneError('E_FEDERATED_WEIGHTS', {
    what: `The weights of site ${site} cannot be averaged`,
    got: `num-examples ${examples}`,
    expected: 'the number of its rows',
  });
}
