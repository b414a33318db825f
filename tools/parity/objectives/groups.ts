import { runCpo } from './cpo.ts';
import { runDpoLogProbs, runDpoTokens, runDpoTokens023 } from './dpo.ts';
import type { CaseRunner } from './group.ts';
import { runGkd } from './gkd.ts';
import { runGrpo } from './grpo.ts';
import { runKto } from './kto.ts';
import { runOnline } from './online.ts';
import { runPpo } from './ppo.ts';
import { runReward } from './reward.ts';
import { runPrm, runSft } from './tokens.ts';

interface GroupDefinition {
  /** Names of the tensor files. */
  files: { inputs: string; outputs: string };
  run: CaseRunner;
}

const own = (name: string, ending = 'grads') => ({ inputs: name, outputs: `${name}_${ending}` });

/** The groups of reference values that attune can compute. */
export const groups: Readonly<Record<string, GroupDefinition>> = {
  cpo: { files: own('cpo'), run: runCpo },
  kto_bco: { files: own('kto_bco'), run: runKto },
  gkd: { files: own('gkd'), run: runGkd },
  reward: { files: own('reward'), run: runReward },
  prm: { files: { inputs: 'prm', outputs: 'prm' }, run: runPrm },
  sft: { files: own('sft'), run: runSft },
  online: { files: own('online'), run: runOnline },
  ppo: { files: own('ppo', 'out'), run: runPpo },
  grpo: { files: own('grpo', 'out'), run: runGrpo },
  grpo_trl19: { files: { inputs: 'grpo', outputs: 'grpo_trl19_out' }, run: runGrpo },
  dpo_logps: { files: own('dpo_logps'), run: runDpoLogProbs },
  dpo_tokens: { files: own('dpo_tokens'), run: runDpoTokens023 },
  dpo_tokens_trl19: { files: { inputs: 'dpo_tokens', outputs: 'dpo_tokens_trl19_grads' }, run: runDpoTokens },
};
