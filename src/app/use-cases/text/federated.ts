import { formatNumber, plural } from '../../../base/format.ts';
import type { FederationEvent } from '../../../federation/site-asker.ts';
import type { Request } from '../../../federation/messages.ts';
import type { Plan } from '../../../federation/plan.ts';
import { rankOf } from '../../../federation/ranks.ts';
import { strategies } from '../../../federation/strategies.ts';
import type { Joined } from '../../federate/join.ts';
import { verdictOf, type Federated } from '../../federate/result.ts';
import { shortPath } from '../../terminal/short-path.ts';
import type { Terminal } from '../../terminal/terminal.ts';

type Told = FederationEvent | { type: 'listening'; url: string; links: readonly string[] };

/** An event of a coordinator in a line, or more for links. */
export function federationLine(event: Told): string {
  switch (event.type) {
    case 'listening': {
      const links = event.links.map((link) => `  attune federate join "${link}" --train FILE`);
      return [`coordinator at ${event.url}${links.length > 0 ? '; one link for each site:' : ''}`, ...links].join('\n');
    }
    case 'waiting':
      return `waiting for sites: ${event.present} of ${event.needed}`;
    case 'round-started':
      return `round ${event.round} of ${event.rounds}: ${plural(event.sites.length, 'sites')}`;
    case 'site-left-out':
      return `round ${event.round}: ${event.site} left out: ${event.reason}`;
    case 'round-finished': {
      const losses = Object.values(event.record.metrics).flatMap((metrics) => metrics['validation-loss'] ?? []);
      const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
      const loss = losses.length === 0 ? '' : `, validation loss ${formatNumber(mean)} before it (mean of sites)`;
      return `round ${event.round} averaged over ${plural(event.record.sites.length, 'sites')}${loss}`;
    }
  }
}

/** The terms of a federation, before a site trains. */
export function planLine(plan: Plan, site: string): string {
  const { name, recipe, rounds, local_steps: steps, strategy, secure, privacy } = plan;
  const rank = rankOf(plan, site);
  const seen = secure ? 'sums of weights' : 'this site’s trained weights';
  const noise =
    privacy === null
      ? 'no differential privacy'
      : `noise ${privacy.noise_multiplier} on changes clipped to ${privacy.clip}`;
  const length = `${plural(rounds, 'rounds')} of ${plural(steps, 'steps')}`;
  const part = rank === undefined ? [] : [`${site} trains rank ${rank}`];
  const terms = [strategies[strategy].title, ...part, `the coordinator sees ${seen}`, noise, 'rows stay here'];
  return `${name}: ${recipe.model}, ${length}; ${terms.join('; ')}`;
}

const STAGES: Readonly<Record<Request['stage'], string>> = {
  start: 'preparing',
  train: 'training',
  setup: 'new keys',
  share_keys: 'sharing secrets',
  collect_masked_vectors: 'training, masked',
  unmask: 'removing masks',
  finish: 'final weights, tested on this site’s rows',
};

export function requestLine({ round, stage }: Request): string {
  return round === 0 || stage === 'finish' ? STAGES[stage] : `round ${round}: ${STAGES[stage]}`;
}

export function flowerLine({ type, round }: { type: string; round: number }): string {
  return round === 0 ? type : `round ${round}: ${type}`;
}

export function describeJoined({ run }: Joined, { colours: { green, cyan } }: Terminal): string {
  return `${green('✓')} took part; the shared model on this site’s rows: ${cyan(`attune runs open ${shortPath(run)}`)}`;
}

export function describeFederated(found: Federated, { colours: { green, cyan, dim } }: Terminal): string {
  const { result, rounds, verdicts, epsilon, values } = found;
  const lines = Object.values(verdicts).map(({ title, values: told, metrics }) => {
    const figure = metrics.value === undefined ? '' : `${String(told.metric)} ${formatNumber(metrics.value)}`;
    const alone =
      metrics['alone'] === undefined
        ? ''
        : `, alone ${formatNumber(metrics['alone'])} (${String(told['against-alone'])})`;
    return `  ${title.padEnd(20)} ${verdictOf(told) ?? ''}  ${dim(`${figure}${alone}`)}`;
  });
  const privacy = epsilon === undefined ? 'no differential privacy' : `ε ${formatNumber(epsilon)}`;
  return [
    `${green('✓')} ${plural(rounds.length - 1, 'rounds')}, ${plural(values, 'values')} per site and round, ${privacy}`,
    ...lines,
    `  ${cyan(shortPath(result))}`,
  ].join('\n');
}
