/** Runs the rounds of a federation, from the initial weights to the result; resumes at the stage of a kill. */
import { AttuneError } from '../base/errors.ts';
import { greatest } from '../base/many.ts';
import { entryOf } from '../base/table.ts';
import { commonConfig } from './common-config.ts';
import type { Sent } from './flower/objects.ts';
import type { Reply, Stage } from './messages.ts';
import { partsBySite, rankOf, widened } from './ranks.ts';
import { keepRound, readRounds, weightsOf, type RoundRecord } from './rounds-folder.ts';
import { averageSecurely } from './secure-round.ts';
import { SiteAsker, type CoordinatorParts } from './site-asker.ts';
import { noisyMean, privacySpent } from './site-privacy.ts';
import { applied, changeOf, clipped, strategies, travelling } from './strategies.ts';
import { requireExamples, type Update } from './updates.ts';
import { combine, hashWeights, requireFitting, type Weights } from './weights.ts';

export interface FederationResult {
  weights: Weights;
  rounds: readonly RoundRecord[];
  /** Verdicts of sites on their own test rows. */
  verdicts: Readonly<Record<string, SiteVerdict>>;
  /** Content of adapter_config.json. */
  adapterConfig: string;
  epsilon?: number;
}

export interface SiteVerdict {
  title: string;
  values: Readonly<Record<string, Sent>>;
  metrics: Readonly<Record<string, number>>;
}

/** Reason for not asking a site again. */
const OTHER_START = 'starts from other weights: another base model, recipe or version';
/** Attempts at a round with too few answers before the coordinator stops. */
const ATTEMPTS = 3;

export class Coordinator {
  readonly #parts: CoordinatorParts;
  readonly #asker: SiteAsker;

  constructor(parts: CoordinatorParts) {
    this.#parts = parts;
    this.#asker = new SiteAsker(parts);
  }

  async run(): Promise<FederationResult> {
    const { plan, folder } = this.#parts;
    const done = readRounds(folder).length;
    if (done === 0) await this.#start();
    for (let round = Math.max(1, done); round <= plan.rounds; round++) await this.#round(round);
    // Read again: round 0 changes when sites join later.
    return this.#finish(readRounds(folder));
  }

  /** Obtains the initial weights: every site derives the same ones from the seed, so only one site sends them. */
  async #start(): Promise<void> {
    const isWhole = (site: string): boolean => this.#rankAt(site) === undefined;
    const sites = await this.#asker.present(() => true, isWhole);
    const sender = sites.find(isWhole)!;
    const asked = new Map(sites.map((site) => [site, { send: site === sender }]));
    const { replies, leftOut } = await this.#asker.ask('start', { round: 0, attempt: 0, values: asked });
    const weights = replies.get(sender)?.weights;
    if (weights === undefined)
      throw new AttuneError('E_FEDERATED_SITES', {
        what: 'No site sent the weights to start from',
        got: entryOf(leftOut, sender) ?? 'an answer without weights',
        fix: 'see why on that site, then start the coordinator again',
      });
    const none = {
      round: 0,
      attempt: 0,
      sites: [],
      left_out: {},
      metrics: {},
      error: 0,
      weights: hashWeights(weights),
    };
    await this.#begin(none, weights, { replies, leftOut });
  }

  /** Asks sites that joined later, or timed out, for the hash of their initial weights, and admits those that match. */
  async #admit(round: number): Promise<void> {
    const { folder, sites } = this.#parts;
    const [before] = readRounds(folder);
    // In round 1 everyone in `left_out` has just been asked.
    const refused = Object.entries(before.left_out).filter(([, reason]) => round === 1 || reason === OTHER_START);
    const known = new Set([...before.sites, ...refused.map(([site]) => site)]);
    const asked = sites.present().filter((site) => !known.has(site));
    if (asked.length === 0) return;
    const values = new Map(asked.map((site) => [site, { send: false }]));
    const { replies, leftOut } = await this.#asker.ask('start', { round: 0, attempt: 0, values });
    await this.#begin(before, weightsOf(folder, 0), { replies, leftOut });
  }

  /** Stores round 0, with the sites whose initial weights equal the common ones; the others are left out. */
  #begin(before: RoundRecord, weights: Weights, { replies, leftOut }: Started): Promise<RoundRecord> {
    const partOf = this.#partsOf(weights);
    const isSame = ([site, { values }]: [string, Reply]): boolean => values.start === hashWeights(partOf(site));
    const [begun, others] = [[...replies].filter(isSame), [...replies].filter((one) => !isSame(one))];
    for (const [site] of others) this.#asker.leaveOut(leftOut, 0, site, OTHER_START);
    const sites = [...before.sites, ...begun.map(([site]) => site)];
    const left = Object.entries({ ...before.left_out, ...leftOut }).filter(([site]) => !sites.includes(site));
    const metrics = { ...before.metrics, ...Object.fromEntries(begun.map(([site, reply]) => [site, reply.metrics])) };
    const record = { ...before, sites, metrics, left_out: Object.fromEntries(left) };
    return keepRound(this.#parts.folder, record, weights);
  }

  async #round(round: number): Promise<void> {
    const { plan, emit } = this.#parts;
    await this.#admit(round);
    for (let attempt = 1; ; attempt++) {
      const sites = this.#asker.drawn(round, await this.#asker.present(this.#isParty()));
      emit({ type: 'round-started', round, rounds: plan.rounds, sites });
      try {
        const record = await this.#attempt({ round, attempt, sites });
        emit({ type: 'round-finished', round, rounds: plan.rounds, record });
        return;
      } catch (error) {
        const isRetried =
          error instanceof AttuneError && ['E_FEDERATED_SITES', 'E_FEDERATED_SECURE'].includes(error.code);
        if (!isRetried || attempt === ATTEMPTS || this.#parts.signal.aborted) throw error;
      }
    }
  }

  /** @throws AttuneError E_FEDERATED_SITES if fewer sites answered than a round needs */
  async #attempt({ round, attempt, sites }: Pick<Attempt, 'round' | 'attempt' | 'sites'>): Promise<RoundRecord> {
    const { plan } = this.#parts;
    const before = weightsOf(this.#parts.folder, round - 1);
    const leftOut: Record<string, string> = {};
    const averaged = plan.secure
      ? await this.#secure({ round, attempt, sites, before, leftOut })
      : await this.#open({ round, attempt, sites, before, leftOut });
    const hash = hashWeights(averaged.weights);
    this.#asker.audit.add({
      event: 'averaged',
      plan: this.#asker.plan,
      round,
      attempt,
      weights: hash,
      note: `${averaged.sites.length} sites`,
    });
    const metrics = Object.fromEntries(averaged.metrics);
    const { sites: counted, error, weights } = averaged;
    return keepRound(
      this.#parts.folder,
      { round, attempt, sites: counted, left_out: leftOut, metrics, error, weights: hash },
      weights,
    );
  }

  /** Averages weights in the clear. */
  async #open({ round, attempt, sites, before, leftOut }: Attempt) {
    const { plan } = this.#parts;
    const strategy = strategies[plan.strategy];
    const shared = this.#shared(before);
    const partOf = this.#partsOf(shared);
    const found = await this.#asker.ask('train', {
      round,
      attempt,
      weightsOf: partOf,
      values: new Map(sites.map((site) => [site, {}])),
    });
    Object.assign(leftOut, found.leftOut);
    const updates = new Map<string, Update>();
    for (const [site, { weights = new Map(), metrics }] of found.replies) {
      try {
        requireFitting(weights, partOf(site), `site ${site}`);
        const whole = this.#rankAt(site) === undefined ? weights : widened(weights, shared);
        updates.set(site, { weights: whole, examples: requireExamples(metrics, site) });
      } catch (error) {
        this.#asker.leaveOut(leftOut, round, site, (error as Error).message);
      }
    }
    // With privacy, sampling may draw any number of sites, as its accountant assumes.
    this.#requireEnough(updates.size, plan.privacy === null ? plan.min_sites : Math.min(plan.min_sites, sites.length));
    const metrics = new Map([...updates.keys()].map((site) => [site, found.replies.get(site)!.metrics]));
    const all = [...updates.values()];
    const { weights, error } =
      plan.privacy === null
        ? strategy.average(all)
        : this.#noisy(all, shared, Math.max(1, plan.sample * this.#parties().length));
    return { weights: new Map([...before, ...weights]), error, sites: [...updates.keys()], metrics };
  }

  /** Averages by secure aggregation: the coordinator only sees sums over sites. */
  async #secure({ round, attempt, sites, before, leftOut }: Attempt) {
    const { plan } = this.#parts;
    const shared = this.#shared(before);
    const ask = async (stage: Stage, values: ReadonlyMap<string, Record<string, Sent>>, weights?: Weights) => {
      const weightsOf = weights && (() => weights);
      const found = await this.#asker.ask(stage, { round, attempt, weightsOf, values });
      Object.assign(leftOut, found.leftOut);
      this.#requireEnough(found.replies.size, plan.min_sites);
      return found.replies;
    };
    const limit = plan.privacy?.clip ?? plan.secure_limit;
    const isEqual = plan.privacy !== null;
    const average = await averageSecurely(ask, {
      round,
      sites,
      limit,
      isEqual,
      mostRows: this.#mostRows(),
      weights: shared,
    });
    const { change, sites: counted, metrics } = average;
    const noisy = plan.privacy === null ? change : noisyMean(change, { ...plan.privacy, sites: counted.length });
    return { weights: new Map([...before, ...applied(shared, noisy)]), error: 0, sites: counted, metrics };
  }

  /** Largest number of rows of any site; secure sums weight each site by its rows relative to this. */
  #mostRows(): number {
    const [{ metrics }] = readRounds(this.#parts.folder);
    return greatest([1, ...Object.values(metrics).map(({ 'num-examples': rows }) => rows ?? 1)]);
  }

  /** Noisy mean of clipped changes; divides by the expected number of sites, as the accountant assumes. */
  #noisy(updates: readonly Update[], before: Weights, expected: number): { weights: Weights; error: number } {
    const privacy = this.#parts.plan.privacy!;
    const changes = updates.map(({ weights }) => clipped(changeOf(weights, before), privacy.clip));
    const none = combine([before], () => 0);
    const sum = combine(
      [none, ...changes],
      (parts, place) => parts.reduce((total, values) => total + values[place], 0) / expected,
    );
    return { weights: applied(before, noisyMean(sum, { ...privacy, sites: expected })), error: 0 };
  }

  async #finish(rounds: readonly RoundRecord[]): Promise<FederationResult> {
    const { plan, sites } = this.#parts;
    const weights = weightsOf(this.#parts.folder, plan.rounds);
    const present = await this.#asker.present(this.#isParty());
    const { replies } = await this.#asker.ask('finish', {
      round: plan.rounds + 1,
      attempt: 0,
      weightsOf: this.#partsOf(this.#shared(weights)),
      values: new Map(present.map((site) => [site, {}])),
    });
    const adapterConfig = commonConfig(replies, plan);
    this.#asker.audit.add({ event: 'finished', plan: this.#asker.plan, weights: hashWeights(weights) });
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

  /** Weights that are exchanged with sites. */
  #shared(weights: Weights): Weights {
    return travelling(weights, this.#parts.plan.strategy);
  }

  /** Part of the weights that each site trains, by site. */
  #partsOf(weights: Weights): (site: string) => Weights {
    return partsBySite(weights, (site) => this.#rankAt(site));
  }

  #rankAt(site: string): number | undefined {
    return rankOf(this.#parts.plan, this.#parts.sites.title(site));
  }

  #isParty(): (site: string) => boolean {
    const parties = new Set(this.#parties());
    return (site) => parties.has(site);
  }

  /** Sites that started from the common weights; others would train a different model. */
  #parties(): readonly string[] {
    return readRounds(this.#parts.folder)[0].sites;
  }

  #requireEnough(found: number, fewest: number): void {
    if (found >= fewest) return;
    throw new AttuneError('E_FEDERATED_SITES', {
      what: 'Too few sites answered in a round',
      got: `${found}`,
      expected: `at least ${fewest} (min_sites)`,
      fix: 'see audit.jsonl for the reasons; start the coordinator again to repeat this round',
    });
  }
}

interface Started {
  replies: ReadonlyMap<string, Reply>;
  leftOut: Record<string, string>;
}

interface Attempt {
  round: number;
  attempt: number;
  sites: readonly string[];
  before: Weights;
  leftOut: Record<string, string>;
}
