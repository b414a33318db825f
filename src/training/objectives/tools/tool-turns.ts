// G answers to each prompt
import type { Completion } from '../../../answering/decoding/index.ts';
import type { Metrics } from '../../../base/events.ts';
import type { Message, ToolResult } from '../../../models/text/index.ts';
import type { RolloutTools } from './rollout-tools.ts';
import type { Rollout } from '../group-rows.ts';

/** Continues each answer with one completion. `round` starts at 1. */
type GoOn = (rollouts: readonly OpenRollout[], round: number) => Promise<Completion[]>;

/** An unfinished answer. */
export interface OpenRollout extends Rollout {
  /** Index among all answers of the step. */
  place: number;
}

interface Answering {
  tools: RolloutTools;
  /** Maximum tokens of an answer including tool results. */
  room: number;
  goOn: GoOn;
}

/**
 * Calls the tools that answers request and lets the model continue with the results until it makes no more calls. Calls
 * run sequentially in the order of the answers, so that runs are reproducible.
 */
export async function withToolTurns(
  first: readonly Rollout[],
  answering: Answering,
): Promise<{ rollouts: Rollout[]; metrics: Metrics }> {
  const { tools, goOn } = answering;
  const counts = { calls: 0, failures: 0 };
  const rollouts: Rollout[] = [];
  for (const rollout of first) rollouts.push(await withTurn(rollout, rollout.text, tools));
  for (let round = 1; round <= tools.rounds; round++) {
    const open: OpenRollout[] = [];
    for (const [place, rollout] of rollouts.entries()) {
      if (!rollout.isComplete || callsOf(rollout).length === 0) continue;
      const answered = await withResults(rollout, answering, counts);
      rollouts[place] = answered;
      if (answered.isComplete) open.push({ ...answered, place });
    }
    if (open.length === 0) break;
    const completions = await goOn(open, round);
    for (const [i, { place }] of open.entries())
      rollouts[place] = await withAnswer(rollouts[place], completions[i], tools);
  }
  const metrics = {
    'tools/call_frequency': counts.calls / Math.max(1, first.length),
    'tools/failure_frequency': counts.failures / Math.max(1, counts.calls),
  };
  return { rollouts, metrics };
}

/** Calls in an answer's last turn. */
function callsOf({ turns = [] }: Rollout) {
  return turns.at(-1)?.tool_calls ?? [];
}

async function withTurn(rollout: Rollout, text: string, tools: RolloutTools): Promise<Rollout> {
  const { turns = [], ids, written = ids.map(() => 1) } = rollout;
  const before = turns.reduce((sum, { tool_calls: calls = [] }) => sum + calls.length, 0);
  return { ...rollout, text, written, turns: [...turns, await tools.turnOf(text, before)] };
}

/** Appends the results of an answer's calls; truncated if there is no room left. */
async function withResults(
  rollout: Rollout,
  { tools, room }: Answering,
  counts: { calls: number; failures: number },
): Promise<Rollout> {
  const results: ToolResult[] = [];
  for (const call of callsOf(rollout)) {
    const { text, isFailure } = await tools.call(call as Parameters<RolloutTools['call']>[0]);
    results.push({ callId: call.id!, name: call.function.name, text });
    counts.calls++;
    if (isFailure) counts.failures++;
  }
  const shown = await tools.resultIds(results);
  const ids = [...rollout.ids, ...shown].slice(0, room);
  const turns = results.map(({ callId, name, text }): Message => ({
    role: 'tool',
    content: text,
    tool_call_id: callId,
    name,
  }));
  return {
    ...rollout,
    ids,
    written: ids.map((_, token) => rollout.written?.[token] ?? 0),
    turns: [...rollout.turns!, ...turns],
    isComplete: ids.length < room,
  };
}

function withAnswer(rollout: Rollout, completion: Completion, tools: RolloutTools): Promise<Rollout> {
  const { ids, stopId, finishReason, text } = completion;
  const own = stopId === undefined ? ids : [...ids, stopId];
  const grown = {
    ...rollout,
    ids: [...rollout.ids, ...own],
    written: [...rollout.written!, ...own.map(() => 1)],
    isComplete: finishReason === 'stop',
  };
  return withTurn(grown, text, tools);
}
