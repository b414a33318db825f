import { readPlan } from '../improve/improvement-plan.ts';
import { readDecisions } from '../improve/improvement-decisions.ts';
import { aliasesOf, CHAMPION, openRollouts, withRegistry } from '../../store/registry/index.ts';
import type { PersonalFindings } from '../../jobs/personal/personal.ts';
import { TraceStore } from '../../monitoring/index.ts';
import { bytesIn } from '../tidy-runs.ts';
import type { ListedUser } from './user-models.ts';
import { lastSeen } from './train-users.ts';
import { personalLoops, userFolder, usersIn } from './user-folders.ts';

/** Users with models of their own, by pseudonym. @throws AttuneError E_CONTINUOUS */
export async function listUsers(file: string): Promise<{ model: string; users: ListedUser[] }> {
  const plan = readPlan(file);
  const store = await TraceStore.open();
  try {
    const seen = await lastSeen(store, plan.model);
    const users = await withRegistry(async (registry) => {
      const tried = new Set((await openRollouts(registry)).map(({ model }) => model));
      const loops = usersIn(plan.folder).flatMap((owner) => personalLoops(plan, owner).slice(-1));
      return Promise.all(
        loops.map(async ({ owner, shared, name, folder }): Promise<ListedUser> => {
          const decisions = readDecisions(folder);
          const { state = 'collecting', reason = '' } = decisions.at(-1) ?? {};
          const told = decisions.findLast(({ facts }) => facts.findings !== undefined);
          const version = (await aliasesOf(registry, name))[CHAMPION] as number | undefined;
          const seenAt = seen.get(owner);
          return {
            user: owner,
            shared,
            model: name,
            ...(version !== undefined && { version }),
            isTried: tried.has(name),
            state,
            reason,
            ...(told !== undefined && { findings: told.facts.findings as PersonalFindings }),
            bytes: bytesIn(userFolder(plan.folder, owner)),
            ...(seenAt !== undefined && { seenAt }),
          };
        }),
      );
    });
    return { model: plan.model, users };
  } finally {
    await store.close();
  }
}
