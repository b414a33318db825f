import { AttuneError } from '../../base/errors.ts';
import { askApproval } from '../terminal/ask-questions.ts';
import type { Console } from '../terminal/console.ts';
import { openApprovals } from './approvals.ts';

/** Shows a call of an agent and asks the user to approve it. Requires a terminal, which agents' shells do not have. */
export async function askAboutApproval(id: string, { isInteractive, log }: Pick<Console, 'isInteractive' | 'log'>) {
  const wanted = openApprovals().find((one) => one.id === id);
  // An unknown id is reported by `approve`.
  if (wanted === undefined) return;
  if (!isInteractive)
    throw new AttuneError('E_USAGE', {
      what: 'An approval needs a person at a terminal',
      fix: `run \`attune approve ${id}\` there, or approve it in the studio`,
    });
  log.line(`${wanted.by} wants to run, once:\n  ${wanted.command}`);
  log.line(log.colours.yellow(`  it ${wanted.reasons.join(', and it ')}`));
  await askApproval();
}
