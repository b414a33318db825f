/** Requests to the sites of a federation, recorded in the audit log. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { randomUnit } from '../base/random.ts';
import { sha256 } from '../files/hash.ts';
import { Audit } from './audit-chain.ts';
import type { Content, Sent } from './flower/objects.ts';
import { hashOf, readReply, requestContent, type Reply, type Stage } from './messages.ts';
import { planHash, type Plan } from './plan.ts';
import type { RoundRecord } from './rounds-folder.ts';
import { signerIn, type Signer } from './signers.ts';
import type { Sites } from './sites.ts';
import type { Weights } from './weights.ts';

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

interface StageRequest {
  round: number;
  attempt: number;
  /** Weights to send to a site. */
  weightsOf?(site: string): Weights;
  values: ReadonlyMap<string, Readonly<Record<string, Sent>>>;
}

export class SiteAsker {
  readonly #parts: CoordinatorParts;
  readonly #signer: Signer;
  /** Seed for sampling sites; privacy requires it to be secret, like the noise. */
  readonly #secret: number;
  readonly audit: Audit;
  /** Hash of the plan. */
  readonly plan: string;

  constructor(parts: CoordinatorParts) {
    const { folder, plan } = parts;
    mkdirSync(folder, { recursive: true });
    this.#parts = parts;
    const key = join(folder, 'coordinator.key');
    this.#signer = signerIn(key, 'coordinator');
    this.#secret = Number.parseInt(sha256(readFileSync(key)).slice(0, 8), 16);
    this.audit = new Audit(join(folder, 'audit.jsonl'));
    this.plan = planHash(plan);
  }

  /** Asks sites and reads their replies. Sites without a valid reply are left out, with the reason. */
  async ask(
    stage: Stage,
    { round, attempt, weightsOf, values }: StageRequest,
  ): Promise<{ replies: Map<string, Reply>; leftOut: Record<string, string> }> {
    const { plan, sites, signal } = this.#parts;
    const termsOf = (site: string) => ({ plan: this.plan, round, attempt, stage, site });
    const requests = new Map<string, Content>();
    const hashes = new Map<Weights | undefined, string>();
    for (const [site, own] of values) {
      const weights = weightsOf?.(site);
      const hash = hashes.get(weights) ?? hashOf(weights);
      hashes.set(weights, hash);
      requests.set(site, requestContent({ ...termsOf(site), weights, hash, values: own }, this.#signer));
      this.audit.add({ event: 'asked', ...termsOf(site), ...(weights && { weights: hash }) });
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
        this.audit.add({
          event: 'answered',
          ...termsOf(site),
          ...(reply.weights && { weights: reply.hash }),
          signature: reply.signature,
        });
      } catch (error) {
        this.leaveOut(leftOut, round, site, (error as Error).message);
      }
    }
    return { replies, leftOut };
  }

  leaveOut(leftOut: Record<string, string>, round: number, site: string, reason: string): void {
    Object.assign(leftOut, { [site]: reason });
    this.audit.add({ event: 'refused', plan: this.plan, round, site, note: reason });
    this.#parts.emit({ type: 'site-left-out', round, site: this.#parts.sites.title(site), reason });
  }

  /** Waits until enough sites for a round are present, among them at least one that `isNeeded` accepts. */
  async present(
    isParty: (site: string) => boolean,
    isNeeded: (site: string) => boolean = () => true,
  ): Promise<readonly string[]> {
    const { plan, sites, emit, signal } = this.#parts;
    for (let told = -1; ;) {
      signal.throwIfAborted();
      const present = sites.present().filter(isParty);
      if (present.length >= plan.min_sites && present.some(isNeeded)) return present;
      const needed = Math.max(plan.min_sites, present.length + 1);
      if (told !== present.length) emit({ type: 'waiting', present: present.length, needed });
      told = present.length;
      await setTimeout(200, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  /** Poisson sampling under privacy, as its accountant assumes; otherwise a share of the sites. */
  drawn(round: number, present: readonly string[]): readonly string[] {
    const { sample, min_sites: fewest, privacy } = this.#parts.plan;
    if (sample === 1) return present;
    const draws = present.map((site, place) => ({
      site,
      draw: randomUnit([this.#secret, `site ${site}`, round, place]),
    }));
    if (privacy !== null) return draws.filter(({ draw }) => draw < sample).map(({ site }) => site);
    const count = Math.max(fewest, Math.round(sample * present.length));
    return draws
      .sort((a, b) => a.draw - b.draw)
      .slice(0, count)
      .map(({ site }) => site)
      .sort();
  }
}
