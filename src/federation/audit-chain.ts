/** Actions of a coordinator or a site, in a hash chain that both sides can check against each other. */
import type { Problem } from '../base/errors.ts';
import { appendLink, readChain, type Link } from '../evaluation/review/chain.ts';
import type { Terms } from './messages.ts';

export interface AuditBody extends Partial<Terms> {
  event: 'joined' | 'asked' | 'answered' | 'refused' | 'averaged' | 'finished';
  /** Hash of the weights that the event refers to. */
  weights?: string;
  /** Base64 signature by the sender of the weights. */
  signature?: string;
  /** For people. */
  note?: string;
}

export type AuditRecord = AuditBody & Link;

export class Audit {
  readonly file: string;
  #records: AuditRecord[];

  constructor(file: string) {
    this.file = file;
    this.#records = readAudit(file).records;
  }

  add(body: AuditBody): void {
    this.#records.push(appendLink(this.file, this.#records, body));
  }
}

export function readAudit(file: string): { records: AuditRecord[]; problems: Problem[] } {
  return readChain<AuditRecord>(file, { isBody: ({ event }) => typeof event === 'string', what: 'audit record' });
}

/** Weights that one side recorded as sent and the other did not record as received unchanged. */
export function crossCheck(coordinator: readonly AuditRecord[], site: readonly AuditRecord[], name: string): Problem[] {
  const keyOf = ({ round, attempt, stage }: AuditBody) => `${round}-${attempt}-${stage}`;
  return (['asked', 'answered'] as const).flatMap((event) => {
    const theirs = new Map(
      coordinator.filter((one) => one.event === event && one.site === name).map((one) => [keyOf(one), one.weights]),
    );
    return site.flatMap((one) => {
      if (one.event !== event || !theirs.has(keyOf(one)) || theirs.get(keyOf(one)) === one.weights) return [];
      const what = event === 'asked' ? 'received' : 'sent';
      return [
        { message: `round ${one.round}, ${one.stage}: the site ${what} other weights than the coordinator recorded` },
      ];
    });
  });
}
