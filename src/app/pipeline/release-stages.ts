/** From a chosen run to a model in use: safety, gate, approval, registry, and the loop that improves it. */
import { join } from 'node:path';
import { stringify } from 'yaml';
import { writeFileAtomic } from '../../files/atomic.ts';
import { shellWord } from '../../base/shell-word.ts';
import { resultHash } from '../../store/result-files.ts';
import { resultFolder } from '../../answering/model/result-folder.ts';
import { CHAMPION } from '../../store/registry/index.ts';
import { AttuneError } from '../../base/errors.ts';
import { gateRun } from '../gate/gate.ts';
import { improve } from '../improve/improve.ts';
import { modelHistory, type ModelHistory } from '../registry/history.ts';
import { promoteModel } from '../registry/promote.ts';
import { registerModel } from '../registry/register.ts';
import { newestSignOff } from '../registry/describe-result.ts';
import { safety } from '../safety/safety.ts';
import { shortPath } from '../terminal/short-path.ts';
import type { Deployment } from './pipeline-file.ts';
import type { Outputs, Stage } from './stage.ts';
import type { ChoiceOutput } from './system-stages.ts';

const chosenOf = (before: Outputs): ChoiceOutput | undefined => before.choose as ChoiceOutput | undefined;
const runOf = ({ folder }: Deployment, before: Outputs): string => join(folder, chosenOf(before)!.run);

/** The chosen result. */
function resultIn(before: Outputs): { result: string } | undefined {
  const chosen = chosenOf(before);
  return chosen && { result: chosen.result };
}

const safetyStage: Stage = {
  name: 'safety',
  inputs: (_, before) => resultIn(before),
  async run({ deployment, onEvent, signal }, before) {
    await safety(runOf(deployment, before), { onEvent, signal });
    return { output: {}, told: 'measured' };
  },
};

const gateStage: Stage = {
  name: 'gate',
  inputs: ({ deployment }, before) =>
    chosenOf(before) && { ...resultIn(before), gate: deployment.gate, safety: before.safety },
  async run({ deployment }, before) {
    const { checks } = await gateRun(runOf(deployment, before), {}, { mayAskNothing: true });
    const passed = checks.filter(({ outcome }) => outcome === 'passed').map(({ name }) => name);
    return { output: { passed }, told: passed.length === 0 ? 'asks for nothing' : `passed: ${passed.join(', ')}` };
  },
};

const signOffStage: Stage = {
  name: 'sign-off',
  inputs: (_, before) => resultIn(before),
  run({ deployment }, before) {
    const run = runOf(deployment, before);
    const signed = newestSignOff(run);
    if (signed?.decision === 'approve') {
      return Promise.resolve({ output: { by: signed.by, hash: signed.hash }, told: `approved by ${signed.by}` });
    }
    return Promise.resolve({ waitsFor: `an approval: attune review sign ${shellWord(shortPath(run))}` });
  },
};

interface Deployed {
  model: string;
  version: number;
}

/** Registers the result once and makes it the champion, which servers follow. */
const deployStage: Stage = {
  name: 'deploy',
  inputs: ({ deployment }, before) => before.gate && { ...resultIn(before), model: deployment.name },
  async run({ deployment }, before) {
    const { name } = deployment;
    const run = runOf(deployment, before);
    const files = await resultHash(resultFolder(run));
    const known = (await historyOf(name))?.versions.find(({ hashes }) => hashes.files === files);
    const { version } = known ?? (await registerModel(name, run));
    if ((await historyOf(name))?.aliases[CHAMPION] !== version) await promoteModel(name, { version });
    return { output: { model: name, version } satisfies Deployed, told: `${name}@${version} is the champion` };
  },
  isThere: async ({ deployment }, { version }: Deployed) =>
    (await historyOf(deployment.name))?.aliases[CHAMPION] === version,
};

async function historyOf(name: string): Promise<ModelHistory | undefined> {
  try {
    return await modelHistory(name);
  } catch (error) {
    if (error instanceof AttuneError && error.code === 'E_MODEL_UNREGISTERED') return undefined;
    throw error;
  }
}

/** One round of the loop that improves the model with feedback; it waits until there is enough. */
const improveStage: Stage = {
  name: 'improve',
  // Feedback may arrive at any time, so this stage always runs.
  inputs: ({ deployment }, before) =>
    before.deploy && { ...(before.deploy as Deployed), plan: deployment.improve, at: Date.now() },
  async run({ deployment, onEvent, signal }, before) {
    const { folder, name, improve: plan = {} } = deployment;
    const file = join(folder, 'improve.yaml');
    const { retrain = {}, ...rest } = plan as { retrain?: object };
    const recipe = join(runOf(deployment, before), 'recipe.json');
    writeFileAtomic(file, stringify({ continuous: { ...rest, model: name, retrain: { ...retrain, recipe } } }));
    const { state, waitsFor } = await improve(file, { onEvent, signal });
    return waitsFor === undefined ? { output: { state }, told: state } : { waitsFor: `feedback: ${waitsFor}` };
  },
};

/** Stages after the choice that the pipeline's settings request. */
export function releaseStages({ safety: isMeasured, sign_off: isSigned, improve: plan }: Deployment): Stage[] {
  return [
    ...(isMeasured ? [safetyStage] : []),
    ...(isSigned ? [signOffStage] : []),
    gateStage,
    deployStage,
    ...(plan === undefined ? [] : [improveStage]),
  ];
}
