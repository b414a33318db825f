/** `approval` and `rollout`: after a person's approval, the version runs next to the champion on trial. */
import { checkSignOffs } from '../../evaluation/review/sign-offs.ts';
import { modelHistory } from '../registry/history.ts';
import { promoteModel } from '../registry/promote.ts';
import { registerModel } from '../registry/register.ts';
import { resolve } from 'node:path';
import { gateOf, runFolder } from './retrain.ts';
import type { Step, StepContext, StepOutcome } from './improvement-step.ts';

export const approval: Step = ({ folder }) => {
  const run = runFolder(folder);
  const { signOffs, problems } = checkSignOffs(run);
  const last = signOffs.at(-1);
  const ask = `attune review sign ${run} --by NAME --decision approve --reason TEXT`;
  if (problems.length > 0) return Promise.resolve({ wait: `the signed files have changed: ${ask}` });
  if (last === undefined) return Promise.resolve({ wait: `a person must approve it: ${ask}` });
  const told = `${last.by}: ${last.reason}`;
  const to = last.decision === 'approve' ? ('rollout' as const) : ('rejected' as const);
  return Promise.resolve({ to, reason: `${last.decision === 'approve' ? 'approved' : 'rejected'} by ${told}` });
};

const BY = 'attune improve';

export const rollOut: Step = async (context) => {
  const { plan, folder } = context;
  const { model, rollout } = plan;
  const version = await registered(context, runFolder(folder));
  const { aliases, rollouts } = await modelHistory(model);
  const tried = rollouts.find((one) => one.version === version);
  if (aliases.champion === version) {
    const why = tried?.stage === 'promoted' ? `: ${tried.reason}` : '';
    return { to: 'promoted', reason: `${model}@${version} is the champion${why}`, facts: { version } };
  }
  if (tried?.endedAt !== undefined) return ended(tried, version);
  const { shadow, canary, bake, guards } = rollout;
  if (tried === undefined) {
    await promoteModel(model, {
      version,
      shadow,
      by: BY,
      gate: { ...gateOf(plan), sign_off: plan.approve === 'person' },
      ...(canary !== undefined && { canary }),
      ...(bake !== undefined && { bake }),
      ...(shadow > 0 || canary !== undefined ? { guard: guards } : {}),
    });
    if (shadow === 0 && canary === undefined)
      return {
        to: 'promoted',
        reason: `${model}@${version} is the champion; no trial was configured`,
        facts: { version },
      };
  }
  const { stage = 'shadow', counts } =
    (await modelHistory(model)).rollouts.find((one) => one.version === version) ?? {};
  const seen = `${stage}: ${counts?.pairs ?? 0} pairs, ${counts?.requests ?? 0} requests`;
  const told = `${model}@${version} is on trial (${seen}); a server that serves ${model} does the rest`;
  return {
    wait:
      bake === undefined
        ? `${told}; a person ends it: attune models promote ${model} ${version}, or attune models rollback ${model}`
        : told,
  };
};

function ended({ stage, reason = '' }: { stage: string; reason?: string }, version: number): StepOutcome {
  if (stage === 'promoted') return { to: 'promoted', reason, facts: { version } };
  return { to: 'rejected', reason: `${stage}: ${reason}`, facts: { version } };
}

/** Registers the run's version once, even after a crash. */
async function registered({ plan: { model } }: StepContext, run: string): Promise<number> {
  const { versions } = await modelHistory(model);
  const known = versions.find(({ runFolder: own }) => own !== undefined && resolve(own) === resolve(run));
  return known?.version ?? (await registerModel(model, run, { by: BY })).version;
}
