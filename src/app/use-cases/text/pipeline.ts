import { formatBytes, formatDuration, formatNumber } from '../../../base/format.ts';
import type { Colours } from '../../terminal/terminal.ts';
import type { PipelinePlan, PlannedStage } from '../pipeline-up.ts';

const MARKS = { runs: '+', unchanged: '·', follows: '?' };
const MOST_SHOWN = 5;

/** One line a stage, then the changes that make it run. */
export function describePlan({ stages }: PipelinePlan, { dim }: Colours): string {
  const running = stages.filter(({ state }) => state === 'runs');
  if (running.length === 0) return 'up to date: no stage would run';
  return stages
    .flatMap((stage) => {
      const more = stage.why.length - MOST_SHOWN;
      const rest = more > 0 ? [`and ${more} more`] : [];
      const lines = [...stage.why.slice(0, MOST_SHOWN), ...rest].map((why) => dim(`    ${why}`));
      return [`${MARKS[stage.state]} ${stage.stage}${estimate(stage)}`, ...lines];
    })
    .join('\n');
}

/** "  about 2 min, 600 MiB, 0.04" */
function estimate({ seconds, peakBytes, cost }: PlannedStage): string {
  if (seconds === undefined) return '';
  const parts = [
    `about ${formatDuration(seconds)}`,
    peakBytes === undefined ? undefined : formatBytes(peakBytes),
    cost === undefined ? undefined : `${formatNumber(cost, 2)} of money`,
  ];
  return `  ${parts.filter((part) => part !== undefined).join(', ')}`;
}
